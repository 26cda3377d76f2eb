"""Painting a mask with a pointer: from positions in the window to strokes in a mask."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, QRectF, Signal, Slot
from PySide6.QtGui import QImage

from desktop.canvas.convert import Bytes, encoded_png, image_over
from desktop.canvas.mask_buffer import Brush, MaskBuffer, Rect
from desktop.document.background import Background

SMALLEST = 1.0
LARGEST = 2000.0
_UNNAMED = "stroke "


class MaskPainter(QObject):
    """Paints on a mask and hands out the result after each stroke.

    The brush's size is in picture pixels, so a stroke covers the same part of the picture at
    every zoom.

    Signals:
        changed(rect): pixels of the mask are others now (`Rect` in the mask's pixels).
        replaced(): another mask is being painted, or none.
        edited(png): a stroke or a command is done; the mask as the bytes of a grey PNG. The
            buffer knows that state as `edited_state` until it is given a better name.
        brush_changed(brush): size, hardness, opacity or erasing is new.
    """

    changed = Signal(object)
    replaced = Signal()
    edited = Signal(bytes)
    brush_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.buffer: MaskBuffer | None = None
        self.brush = Brush()
        self.uses_pressure = True
        self._picture = QRectF()
        self._last_end: tuple[float, float] | None = None
        self._strokes = 0
        self._packed: deque[tuple[str, bytes]] = deque()
        self.edited_state = ""
        # One thread, so that the order of strokes is the order of their results.
        self._background = Background("mask")
        self._mail = _Mail()
        self._mail.packed.connect(self._hand_out)

    # ---- which mask ----

    def open(self, buffer: MaskBuffer | None, picture: QRectF) -> None:
        """Paint on `buffer`, stretched over `picture` in the scene; None stops painting.

        What was painted before is handed out first.
        """
        self.abandon()
        self.flush()
        self.buffer = buffer
        self._picture = QRectF(picture)
        self._last_end = None
        self.replaced.emit()

    def go_to(self, token: str) -> bool:
        """Bring back the state that was saved as `token`; False if it is not remembered."""
        if self.buffer is None:
            return False
        self.abandon()
        rect = self.buffer.go_to(token)
        if rect is None:
            return False
        if not rect.is_empty:
            self.changed.emit(rect)
        return True

    @property
    def is_ahead(self) -> bool:
        """Whether the last stroke has not been given a name yet."""
        return self.buffer is not None and self.buffer.token.startswith(_UNNAMED)

    # ---- the brush ----

    def set_brush(self, brush: Brush) -> None:
        """Take another brush."""
        size = min(LARGEST, max(SMALLEST, brush.size))
        brush = replace(brush, size=size)
        if brush != self.brush:
            self.brush = brush
            self.brush_changed.emit(brush)

    def grow(self, steps: int = 1) -> None:
        """Make the brush larger (or smaller) by a tenth, at least by one pixel."""
        step = max(1.0, round(self.brush.size * 0.1))
        self.set_brush(replace(self.brush, size=round(self.brush.size + steps * step)))

    def set_erasing(self, erases: bool) -> None:
        """Paint black instead of white."""
        self.set_brush(replace(self.brush, erases=erases))

    # ---- strokes, in scene coordinates ----

    def press(self, point: QPointF, pressure: float = 1.0, *, straight: bool = False) -> None:
        """Put the brush down; `straight` draws on from the end of the last stroke."""
        if self.buffer is None:
            return
        here = self._to_mask(point)
        brush = replace(self.brush, size=self.brush.size * self._factor())
        start = self._last_end if straight and self._last_end else here
        self._emit(self.buffer.begin(brush, start, self._pressure(pressure)))
        if start != here:
            self._emit(self.buffer.move(here, self._pressure(pressure)))
        self._last_end = here

    def drag(self, point: QPointF, pressure: float = 1.0) -> None:
        """Draw on."""
        if self.buffer is None or not self.buffer.is_painting:
            return
        here = self._to_mask(point)
        # Less than a quarter of a pixel cannot be seen, and costs as much as a long way.
        if self._last_end and math.dist(here, self._last_end) < 0.25:
            return
        self._emit(self.buffer.move(here, self._pressure(pressure)))
        self._last_end = here

    def release(self) -> None:
        """Lift the brush; the mask is handed out if the stroke changed anything."""
        if self.buffer is not None and self.buffer.end():
            self._save()

    def abandon(self) -> None:
        """Give up the stroke under way."""
        if self.buffer is not None:
            self._emit(self.buffer.cancel())

    # ---- commands ----

    def invert(self) -> None:
        """Swap what is painted and what is not."""
        self._command(self.buffer is not None and self.buffer.invert())

    def clear(self) -> None:
        """Paint nothing at all."""
        self._command(self.buffer is not None and self.buffer.fill(0))

    def fill(self) -> None:
        """Paint everything."""
        self._command(self.buffer is not None and self.buffer.fill(255))

    def wait(self) -> None:
        """Wait until the last stroke has been packed; for tests and for closing."""
        self._background.wait()

    def flush(self) -> None:
        """Hand out now what has been painted; for closing, and before the mask is used."""
        if self._background.is_busy:
            self._background.wait()
        self._hand_out()

    def _command(self, has_changed: bool) -> None:
        if self.buffer is None or not has_changed:
            return
        self._emit(Rect(0, 0, self.buffer.width, self.buffer.height))
        self._save()

    def _emit(self, rect: Rect) -> None:
        if not rect.is_empty:
            self.changed.emit(rect)

    def _save(self) -> None:
        if self.buffer is None:
            return
        self._strokes += 1
        state = f"{_UNNAMED}{self._strokes}"
        self.buffer.name_state(state)
        pixels, packed, mail = self.buffer.pixels.copy(), self._packed, self._mail

        def pack() -> None:
            packed.append((state, encoded_png(image_over(pixels))))
            mail.packed.emit()

        self._background.submit(pack)

    @Slot()
    def _hand_out(self) -> None:
        while self._packed:
            self.edited_state, png = self._packed.popleft()
            self.edited.emit(png)

    def _factor(self) -> float:
        return self.buffer.width / self._picture.width() if self.buffer is not None else 1.0

    def _to_mask(self, point: QPointF) -> tuple[float, float]:
        if self.buffer is None:
            return point.x(), point.y()
        return (
            (point.x() - self._picture.left()) * self.buffer.width / self._picture.width(),
            (point.y() - self._picture.top()) * self.buffer.height / self._picture.height(),
        )

    def _pressure(self, pressure: float) -> float:
        return pressure if self.uses_pressure else 1.0


class _Mail(QObject):
    """Carries word from the thread; a task holds it, so it outlives an owner that closes."""

    packed = Signal()


def indexed_over(pixels: Bytes) -> QImage:
    """Return an indexed picture that looks into a mask's pixels, for the veil above the picture."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
