"""The canvas: a picture before and after, a mask that can be painted, drops and the empty state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTabletEvent,
)
from PySide6.QtWidgets import QLabel, QWidget

from desktop.canvas import compare
from desktop.canvas.brush import MaskPainter, indexed_over
from desktop.canvas.compare import CompareMode
from desktop.canvas.empty_state import EmptyState
from desktop.canvas.items import MaskItem, PictureItem
from desktop.canvas.mask_buffer import MaskBuffer, Rect
from desktop.canvas.progress_card import ProgressCard
from desktop.canvas.pyramid import Pyramid
from desktop.canvas.viewport import Viewport
from desktop.i18n import tr
from desktop.theme import tokens

_DIVIDER_STEP = 0.01


class Tool(Enum):
    """What the left button does."""

    HAND = "hand"
    BRUSH = "brush"
    ERASER = "eraser"


@dataclass(frozen=True)
class Readout:
    """The pixel under the pointer.

    Attributes:
        x, y: column and row in the picture's own pixels.
        color: of the picture that is seen there.
        is_before: whether that is the original.
    """

    x: int
    y: int
    color: QColor
    is_before: bool


class CanvasView(Viewport):
    """Shows pictures and sends intents; changes nothing by itself but how one looks.

    The scene's unit is a pixel of the picture before; what comes after is stretched over it.

    Signals:
        files_dropped(paths): list of `Path`.
        image_dropped(image): a `QImage` without a file, as browsers give it.
        open_requested(): the button of the empty state.
        stop_requested(): the button of the progress card.
        hovered(readout): a `Readout`, or None when the pointer leaves the picture.
        divider_moved(share): where before and after meet, 0..1.
        mode_changed(mode): a `CompareMode`.
        tool_changed(tool): a `Tool`.
        maskEdited(png): a stroke or command is done; the mask as bytes of a grey PNG.
    """

    files_dropped = Signal(list)
    image_dropped = Signal(QImage)
    open_requested = Signal()
    stop_requested = Signal()
    hovered = Signal(object)
    divider_moved = Signal(float)
    mode_changed = Signal(object)
    tool_changed = Signal(object)
    maskEdited = Signal(bytes)  # noqa: N815 - beside Qt's own signals

    def __init__(self, parent: QWidget | None = None) -> None:
        self._divider = 0.5
        self._mode = CompareMode.AFTER
        self._tool = Tool.HAND
        self._picture = QRectF()
        self._is_peeking = False
        self._is_dragging_divider = False
        self._is_drop_target = False
        self._is_stroking = False
        self._pointer: QPointF | None = None
        super().__init__(parent)
        self.before = PictureItem()
        self.after = PictureItem()
        self._mask = MaskItem()
        for depth, item in enumerate((self.before, self.after, self._mask)):
            item.setZValue(depth)
            self._scene.addItem(item)
        self.mask = MaskPainter(self)
        self.mask.changed.connect(self._repaint_mask)
        self.mask.replaced.connect(self._show_mask)
        self.mask.edited.connect(self.maskEdited)
        self.mask.brush_changed.connect(self._update_pointer)
        self.empty = EmptyState(self)
        self.empty.open_requested.connect(self.open_requested)
        self.progress = ProgressCard(self)
        self.progress.stop_requested.connect(self.stop_requested)
        self._readout = QLabel(self)
        self._readout.setProperty("role", "key")
        self._readout.hide()
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self.setAccessibleName(tr("Canvas"))
        self._describe()

    # ---- pictures ----

    @property
    def has_picture(self) -> bool:
        """Whether there is something to see."""
        return self.before.pyramid is not None

    @property
    def picture_rect(self) -> QRectF:
        """The picture's rectangle in the scene."""
        return QRectF(self._picture)

    def show_before(self, pyramid: Pyramid | None) -> None:
        """Show the picture that is worked on; None shows the empty state."""
        old = QRectF(self._picture)
        self._picture = (
            QRectF(0, 0, pyramid.width, pyramid.height) if pyramid is not None else QRectF()
        )
        self.before.show_pyramid(pyramid, self._picture)
        if pyramid is None:
            self.after.show_pyramid(None, QRectF())
        self.empty.setVisible(pyramid is None)
        self._arrange()
        if old != self._picture:
            self.fit()
        self._describe()

    def show_after(self, pyramid: Pyramid | None) -> None:
        """Show a result or a preview of one; None shows the original alone."""
        self.after.show_pyramid(pyramid, compare.rects(self._mode, self._picture)[1])
        self._arrange()
        self._describe()

    # ---- comparing ----

    @property
    def mode(self) -> CompareMode:
        """What is shown when there is a result."""
        return self._mode

    def set_mode(self, mode: CompareMode) -> None:
        """Show after, before, both under a divider, or both side by side."""
        if mode is self._mode:
            return
        self._mode = mode
        self.after.show_pyramid(self.after.pyramid, compare.rects(mode, self._picture)[1])
        self._arrange()
        self._describe()
        self.mode_changed.emit(mode)

    @property
    def divider(self) -> float:
        """Where before and after meet, as a share of the width."""
        return self._divider

    def set_divider(self, share: float) -> None:
        """Move the divider."""
        share = min(1.0, max(0.0, share))
        if share == self._divider:
            return
        for_repaint = self._divider_strip()
        self._divider = share
        self._clip()
        self.viewport().update(for_repaint.united(self._divider_strip()))
        self._describe()
        self.divider_moved.emit(share)

    def peek(self, is_on: bool) -> None:
        """Show the original for as long as a key or a button is held."""
        if is_on != self._is_peeking:
            self._is_peeking = is_on
            self._arrange()

    @property
    def shown_mode(self) -> CompareMode:
        """What is really shown now."""
        if self.after.pyramid is None or self._is_peeking:
            return CompareMode.BEFORE
        return self._mode

    def _arrange(self) -> None:
        mode = self.shown_mode
        before, after = compare.rects(mode, self._picture)
        self.set_extent(before.united(after) if mode is CompareMode.SIDE else before)
        self._clip()
        self.viewport().update()

    def _clip(self) -> None:
        before, after = compare.clips(self.shown_mode, self._picture, self._divider)
        self.before.clip_to(before)
        self.after.clip_to(after)

    def _line_x(self) -> float:
        x = self._picture.left() + self._picture.width() * self._divider
        return self.window_point(QPointF(x, 0)).x()

    def _in_window(self, rect: QRectF) -> QRectF:
        return QRectF(self.window_point(rect.topLeft()), self.window_point(rect.bottomRight()))

    def _divider_strip(self) -> QRect:
        reach = int(compare.HANDLE_PX) + 4
        return QRect(round(self._line_x()) - reach, 0, 2 * reach, self.viewport().height())

    def _is_on_divider(self, position: QPointF) -> bool:
        return self.shown_mode is CompareMode.SPLIT and compare.is_on_divider(
            position,
            self._line_x(),
            self._in_window(self._picture),
            QRectF(self.viewport().rect()),
        )

    # ---- tools and the mask ----

    @property
    def tool(self) -> Tool:
        """What the left button does."""
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        """Take a tool; brush and eraser need an open mask."""
        self.mask.abandon()
        self._tool = tool
        if tool is not Tool.HAND:
            self.mask.set_erasing(tool is Tool.ERASER)
        self.set_hand(tool is Tool.HAND)
        self._update_pointer()
        self.tool_changed.emit(tool)

    def edit_mask(self, buffer: MaskBuffer | None) -> None:
        """Show a mask and let it be painted; None takes the veil away."""
        self.mask.open(buffer, self._picture)
        if buffer is None and self._tool is not Tool.HAND:
            self.set_tool(Tool.HAND)

    def set_mask_visible(self, is_visible: bool) -> None:
        """Show or hide the veil without closing the mask."""
        self._mask.setVisible(is_visible)

    @property
    def is_painting_mask(self) -> bool:
        """Whether the left button paints."""
        return self._tool is not Tool.HAND and self.mask.buffer is not None

    @Slot()
    def _show_mask(self) -> None:
        buffer = self.mask.buffer
        self._mask.show_image(
            None if buffer is None else indexed_over(buffer.pixels), self._picture
        )
        self._update_pointer()

    @Slot(object)
    def _repaint_mask(self, rect: Rect) -> None:
        self._mask.update_pixels(
            rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top
        )

    @Slot()
    def _update_pointer(self, *_brush: object) -> None:
        self.update_cursor()
        self.viewport().update()

    def update_cursor(self) -> None:
        """Show the pointer that fits what a press would do."""
        super().update_cursor()
        if self._pointer is not None and not self._is_stroking:
            if self._is_dragging_divider or self._is_on_divider(self._pointer):
                self.viewport().setCursor(Qt.CursorShape.SplitHCursor)
                return
        if self.is_painting_mask and not self.is_panning:
            self.viewport().setCursor(Qt.CursorShape.CrossCursor)

    # ---- pointer ----

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the divider, paint or pan."""
        position = event.position()
        if event.button() == Qt.MouseButton.LeftButton and not self._space_is_down:
            if self._is_on_divider(position):
                self._is_dragging_divider = True
                event.accept()
                return
            if self.is_painting_mask:
                self._start_stroke(position, 1.0, event.modifiers())
                event.accept()
                return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the divider, paint, pan, or look at the pixel."""
        self._track(event.position())
        if self._is_dragging_divider:
            x = self.scene_point(event.position()).x()
            self.set_divider((x - self._picture.left()) / max(1.0, self._picture.width()))
        elif self._is_stroking:
            self.mask.drag(self.scene_point(event.position()))
        else:
            super().mouseMoveEvent(event)
            self.update_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of what was held."""
        self._is_dragging_divider = False
        self._end_stroke()
        super().mouseReleaseEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Paint with a pen's pressure; its other end erases."""
        kind = event.type()
        self._track(event.position())
        if not self.is_painting_mask or self.is_panning:
            event.ignore()  # Qt then sends the same as a mouse event
            return
        if kind == QEvent.Type.TabletPress:
            self._start_stroke(event.position(), event.pressure(), event.modifiers())
        elif kind == QEvent.Type.TabletMove and self._is_stroking:
            self.mask.drag(self.scene_point(event.position()), event.pressure())
        elif kind == QEvent.Type.TabletRelease:
            self._end_stroke()
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Pens, pinches, and the pointer that leaves."""
        if isinstance(event, QTabletEvent):
            self.tabletEvent(event)
            return event.isAccepted()
        if event.type() == QEvent.Type.Leave:
            self._track(None)
        return super().viewportEvent(event)

    def _start_stroke(
        self, position: QPointF, pressure: float, modifiers: Qt.KeyboardModifier
    ) -> None:
        self._is_stroking = True
        is_straight = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self.mask.press(self.scene_point(position), pressure, straight=is_straight)

    def _end_stroke(self) -> None:
        if self._is_stroking:
            self._is_stroking = False
            self.mask.release()

    def _track(self, position: QPointF | None) -> None:
        if self.is_painting_mask:
            self.viewport().update(self._ring_rect())
        self._pointer = position
        if self.is_painting_mask:
            self.viewport().update(self._ring_rect())
        readout = self.readout_at(position) if position is not None else None
        self._readout.setVisible(readout is not None)
        if readout is not None:
            red, green, blue = readout.color.red(), readout.color.green(), readout.color.blue()
            self._readout.setText(
                f"{readout.x}, {readout.y}   #{red:02x}{green:02x}{blue:02x}   {red} {green} {blue}"
            )
            self._place_overlays()
        self.hovered.emit(readout)

    def readout_at(self, position: QPointF) -> Readout | None:
        """Return the pixel under a position in the window, or None beside the picture."""
        point = self.scene_point(position)
        mode = self.shown_mode
        clips = compare.clips(mode, self._picture, self._divider)
        rects = compare.rects(mode, self._picture)
        for index, item in enumerate((self.before, self.after)):
            if item.pyramid is None or not clips[index].contains(point):
                continue
            x = (point.x() - rects[index].left()) / rects[index].width()
            y = (point.y() - rects[index].top()) / rects[index].height()
            color = item.pyramid.color_at(x, y)
            if color is not None:
                column, row = int(x * item.pyramid.width), int(y * item.pyramid.height)
                return Readout(column, row, color, index == 0)
        return None

    # ---- keys ----

    def event(self, event: QEvent) -> bool:
        """Claim the keys that must be held rather than struck."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right)
            if event.key() in (Qt.Key.Key_Backslash, Qt.Key.Key_Space, *arrows):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the divider, backslash shows the original, brackets size the brush."""
        key = event.key()
        arrows = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in arrows and self.shown_mode is CompareMode.SPLIT:
            is_large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = _DIVIDER_STEP * (10 if is_large else 1)
            self.set_divider(round(self._divider + arrows[Qt.Key(key)] * step, 4))
        elif key == Qt.Key.Key_Backslash:
            if not event.isAutoRepeat():
                self.peek(True)
        elif key == Qt.Key.Key_BracketLeft and self.is_painting_mask:
            self.mask.grow(-1)
        elif key == Qt.Key.Key_BracketRight and self.is_painting_mask:
            self.mask.grow(1)
        elif key == Qt.Key.Key_Escape and self._is_stroking:
            self._is_stroking = False
            self.mask.abandon()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Show the result again."""
        if event.key() == Qt.Key.Key_Backslash and not event.isAutoRepeat():
            self.peek(False)
            event.accept()
            return
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of held keys, whose release will go elsewhere."""
        self.peek(False)
        self._space_is_down = False
        self.update_cursor()
        super().focusOutEvent(event)

    # ---- drops ----

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files and pictures."""
        data = event.mimeData()
        is_welcome = any(url.isLocalFile() for url in data.urls()) or data.hasImage()
        event.setAccepted(is_welcome)
        self._set_drop_target(is_welcome)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Stay welcoming."""
        event.setAccepted(self._is_drop_target)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the welcome back."""
        self._set_drop_target(False)
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand over what was dropped."""
        self._set_drop_target(False)
        data = event.mimeData()
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.files_dropped.emit(paths)
        elif data.hasImage():
            self.image_dropped.emit(QImage(data.imageData()))
        event.acceptProposedAction()

    def _set_drop_target(self, is_target: bool) -> None:
        self._is_drop_target = is_target
        self.viewport().update()

    # ---- painting above and below the scene ----

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the ground."""
        painter.fillRect(rect, tokens().color("surface-canvas"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the scene, then what has a fixed place in the window."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setClipRegion(event.region())
        window = QRectF(self.viewport().rect())
        mode = self.shown_mode
        if self.has_picture and mode in (CompareMode.SPLIT, CompareMode.SIDE):
            clips = compare.clips(mode, self._picture, self._divider)
            for index, clip in enumerate(clips):
                compare.paint_label(
                    painter,
                    compare.label_of(index == 0),
                    self._in_window(clip),
                    window,
                    right=index == 1,
                )
        if self.has_picture and mode is CompareMode.SPLIT:
            is_held = self._is_dragging_divider or self.hasFocus()
            accent = tokens().color("accent-base") if is_held else None
            compare.paint_divider(
                painter, self._line_x(), self._in_window(self._picture), window, accent
            )
        if self.is_painting_mask and self._pointer is not None and not self.is_panning:
            self._paint_ring(painter)
        if self._is_drop_target:
            self._paint_drop_target(painter, window)
        painter.end()

    def _ring_radius(self) -> float:
        return self.mask.brush.size / 2 * self.scale_factor

    def _ring_rect(self) -> QRect:
        if self._pointer is None:
            return QRect()
        reach = self._ring_radius() + 3
        corner = self._pointer - QPointF(reach, reach)
        return QRectF(corner.x(), corner.y(), 2 * reach, 2 * reach).toAlignedRect()

    def _paint_ring(self, painter: QPainter) -> None:
        if self._pointer is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = self._ring_radius()
        for color, width in ((QColor(0, 0, 0, 150), 2.6), (QColor(255, 255, 255, 230), 1.2)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(self._pointer, radius, radius)

    def _paint_drop_target(self, painter: QPainter, window: QRectF) -> None:
        accent = tokens().color("accent-base")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(accent, 2.0))
        painter.setBrush(tokens().color("accent-base", 0.12))
        radius = tokens().size("radius-large")
        painter.drawRoundedRect(window.adjusted(8, 8, -8, -8), radius, radius)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the overlays in their places."""
        super().resizeEvent(event)
        self._place_overlays()

    def _place_overlays(self) -> None:
        area = self.viewport().geometry()
        margin = tokens().size("space-m")
        self.empty.setGeometry(area)
        self._readout.adjustSize()
        self._readout.move(margin, area.height() - self._readout.height() - margin)
        card = self.progress
        width = min(max(card.sizeHint().width(), area.width() // 3), area.width() - 2 * margin)
        height = card.sizeHint().height()
        left = (area.width() - width) // 2
        card.setGeometry(left, area.height() - height - 2 * margin, width, height)

    def _describe(self) -> None:
        """Tell assistive technology what there is to see."""
        if not self.has_picture:
            text = tr("Empty. Drop a photograph here, press Ctrl+O, or paste.")
        elif self.shown_mode is CompareMode.SPLIT:
            text = tr(
                "Before and after. Divider at {percent} %; Left and Right move it.",
                percent=round(self._divider * 100),
            )
        else:
            text = tr("Shows: {what}.", what=compare.label_of(self.after.pyramid is None))
        self.setAccessibleDescription(text)
