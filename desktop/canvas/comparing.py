"""Two pictures in one view: before and after, under a divider or side by side."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.canvas import compare
from desktop.canvas.compare import CompareMode
from desktop.canvas.items import PictureItem
from desktop.canvas.pyramid import Pyramid
from desktop.canvas.viewport import Viewport
from desktop.i18n import tr
from desktop.theme import tokens

_DIVIDER_STEP = 0.01


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


class ComparingView(Viewport):
    """Shows a picture before and after; changes nothing but how one looks.

    The scene's unit is a pixel of the picture before; what comes after is stretched over it.

    Signals:
        divider_moved(share): where before and after meet, 0..1.
        mode_changed(mode): a `CompareMode`.
    """

    divider_moved = Signal(float)
    mode_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._divider = 0.5
        self._mode = CompareMode.AFTER
        self._picture = QRectF()
        self._is_peeking = False
        self._is_dragging_divider = False
        self._pointer: QPointF | None = None
        super().__init__(parent)
        self.before = PictureItem()
        self.after = PictureItem()
        for depth, item in enumerate((self.before, self.after)):
            item.setZValue(depth)
            self._scene.addItem(item)

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
        self._arrange()
        if old != self._picture:
            self.fit()
        self.describe()

    def show_after(self, pyramid: Pyramid | None) -> None:
        """Show a result or a preview of one; None shows the original alone."""
        self.after.show_pyramid(pyramid, compare.rects(self._mode, self._picture)[1])
        self._arrange()
        self.describe()

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
        self.describe()
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
        self.describe()
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

    # ---- events ----

    def update_cursor(self) -> None:
        """Show the pointer that fits what a press would do."""
        super().update_cursor()
        if self._is_dragging_divider or (
            self._pointer is not None and self._is_on_divider(self._pointer)
        ):
            self.viewport().setCursor(Qt.CursorShape.SplitHCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the divider, or pan."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and not self._space_is_down and self._is_on_divider(event.position()):
            self._is_dragging_divider = True
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the divider, or pan."""
        self._pointer = event.position()
        if self._is_dragging_divider:
            x = self.scene_point(event.position()).x()
            self.set_divider((x - self._picture.left()) / max(1.0, self._picture.width()))
            event.accept()
            return
        super().mouseMoveEvent(event)
        self.update_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the divider."""
        self._is_dragging_divider = False
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move the divider, with Shift by ten; backslash shows the original."""
        key = event.key()
        arrows = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in arrows and self.shown_mode is CompareMode.SPLIT:
            is_large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = _DIVIDER_STEP * (10 if is_large else 1)
            self.set_divider(round(self._divider + arrows[Qt.Key(key)] * step, 4))
        elif key == Qt.Key.Key_Backslash:
            if not event.isAutoRepeat():
                self.peek(True)
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

    # ---- painting ----

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Paint the ground."""
        painter.fillRect(rect, tokens().color("surface-canvas"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the scene, then what has a fixed place in the window."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setClipRegion(event.region())
        self.paint_above(painter, QRectF(self.viewport().rect()))
        painter.end()

    def paint_above(self, painter: QPainter, window: QRectF) -> None:
        """Paint names and divider, in window pixels."""
        mode = self.shown_mode
        if not self.has_picture:
            return
        if mode in (CompareMode.SPLIT, CompareMode.SIDE):
            clips = compare.clips(mode, self._picture, self._divider)
            for index, clip in enumerate(clips):
                compare.paint_label(
                    painter,
                    compare.label_of(index == 0),
                    self._in_window(clip),
                    window,
                    right=index == 1,
                )
        if mode is CompareMode.SPLIT:
            is_held = self._is_dragging_divider or self.hasFocus()
            accent = tokens().color("accent-base") if is_held else None
            compare.paint_divider(
                painter, self._line_x(), self._in_window(self._picture), window, accent
            )

    def describe(self) -> None:
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
