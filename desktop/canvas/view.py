"""The canvas: a picture before and after, a mask that can be painted, drops and the empty state."""

from __future__ import annotations

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
    QPen,
    QResizeEvent,
    QTabletEvent,
)
from PySide6.QtWidgets import QLabel, QWidget

from desktop.canvas.brush import MaskPainter, indexed_over
from desktop.canvas.comparing import ComparingView
from desktop.canvas.empty_state import EmptyState
from desktop.canvas.items import MaskItem
from desktop.canvas.mask_buffer import MaskBuffer, Rect
from desktop.canvas.progress_card import ProgressCard
from desktop.canvas.pyramid import Pyramid
from desktop.i18n import tr
from desktop.theme import tokens


class Tool(Enum):
    """What the left button does."""

    HAND = "hand"
    BRUSH = "brush"
    ERASER = "eraser"


class CanvasView(ComparingView):
    """Shows pictures and sends intents; changes nothing by itself but how one looks.

    Signals:
        files_dropped(paths): list of `Path`.
        image_dropped(image): a `QImage` without a file, as browsers give it.
        open_requested(): the button of the empty state.
        stop_requested(): the button of the progress card.
        hovered(readout): a `Readout`, or None when the pointer leaves the picture.
        tool_changed(tool): a `Tool`.
        maskEdited(png): a stroke or command is done; the mask as bytes of a grey PNG.
    """

    files_dropped = Signal(list)
    image_dropped = Signal(QImage)
    open_requested = Signal()
    stop_requested = Signal()
    hovered = Signal(object)
    tool_changed = Signal(object)
    maskEdited = Signal(bytes)  # noqa: N815 - beside Qt's own signals

    def __init__(self, parent: QWidget | None = None) -> None:
        self._tool = Tool.HAND
        self._is_drop_target = False
        self._is_stroking = False
        super().__init__(parent)
        self._mask = MaskItem()
        self._mask.setZValue(2)
        self._scene.addItem(self._mask)
        self.mask_painter = MaskPainter(self)
        self.mask_painter.changed.connect(self._repaint_mask)
        self.mask_painter.replaced.connect(self._show_mask)
        self.mask_painter.edited.connect(self.maskEdited)
        self.mask_painter.brush_changed.connect(self._update_pointer)
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
        self.set_hand(True)
        self.describe()

    def show_before(self, pyramid: Pyramid | None) -> None:
        """Show the picture that is worked on; None shows the empty state."""
        super().show_before(pyramid)
        self.empty.setVisible(pyramid is None)
        if pyramid is None:
            self.edit_mask(None)

    # ---- tools and the mask ----

    @property
    def tool(self) -> Tool:
        """What the left button does."""
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        """Take a tool; brush and eraser need an open mask."""
        self.mask_painter.abandon()
        self._tool = tool
        if tool is not Tool.HAND:
            self.mask_painter.set_erasing(tool is Tool.ERASER)
        self.set_hand(tool is Tool.HAND)
        self._update_pointer()
        self.tool_changed.emit(tool)

    def edit_mask(self, buffer: MaskBuffer | None) -> None:
        """Show a mask and let it be painted; None takes the veil away."""
        self.mask_painter.open(buffer, self._picture)
        if buffer is None and self._tool is not Tool.HAND:
            self.set_tool(Tool.HAND)

    def set_mask_visible(self, is_visible: bool) -> None:
        """Show or hide the veil without closing the mask."""
        self._mask.setVisible(is_visible)

    @property
    def is_painting_mask(self) -> bool:
        """Whether the left button paints."""
        return self._tool is not Tool.HAND and self.mask_painter.buffer is not None

    @Slot()
    def _show_mask(self) -> None:
        buffer = self.mask_painter.buffer
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
        if self.is_painting_mask and not self.is_panning:
            over_divider = self._pointer is not None and self._is_on_divider(self._pointer)
            if self._is_stroking or not over_divider:
                self.viewport().setCursor(Qt.CursorShape.BlankCursor)

    # ---- pointer ----

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Paint, unless the divider or the hand comes first."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        may_paint = self.is_painting_mask and not self.is_panning
        if is_left and may_paint and not self._is_on_divider(event.position()):
            self._start_stroke(event.position(), 1.0, event.modifiers())
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Paint, or look at the pixel."""
        self._track(event.position())
        if self._is_stroking:
            self.mask_painter.drag(self.scene_point(event.position()))
            event.accept()
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of what was held."""
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
            self.mask_painter.drag(self.scene_point(event.position()), event.pressure())
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
        self.mask_painter.press(self.scene_point(position), pressure, straight=is_straight)

    def _end_stroke(self) -> None:
        if self._is_stroking:
            self._is_stroking = False
            self.mask_painter.release()

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
        """Brackets size the brush, Escape gives up a stroke."""
        key = event.key()
        if key == Qt.Key.Key_BracketLeft and self.is_painting_mask:
            self.mask_painter.grow(-1)
        elif key == Qt.Key.Key_BracketRight and self.is_painting_mask:
            self.mask_painter.grow(1)
        elif key == Qt.Key.Key_Escape and self._is_stroking:
            self._is_stroking = False
            self.mask_painter.abandon()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

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

    # ---- painting above the scene ----

    def paint_above(self, painter: QPainter, window: QRectF) -> None:
        """Paint the brush and the welcome above names and divider."""
        super().paint_above(painter, window)
        if self.is_painting_mask and self._pointer is not None and not self.is_panning:
            self._paint_ring(painter)
        if self._is_drop_target:
            self._paint_drop_target(painter, window)

    def _ring_radius(self) -> float:
        return self.mask_painter.brush.size / 2 * self.scale_factor

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
