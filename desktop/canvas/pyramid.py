"""A picture in several sizes, so that looking at a large one costs no more than at a small one."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from desktop.canvas.bands import in_bands
from desktop.canvas.convert import for_display

SMALLEST_PX = 512


@dataclass(frozen=True, eq=False)
class Pyramid:
    """A picture for display, each level half as large as the one before.

    Attributes:
        levels: 8-bit pictures, the full size first; at least one.
        width, height: of the picture in its own pixels; larger than the first level when the
            file was read at a reduced size.
        has_alpha: whether something must be painted below it.
    """

    levels: tuple[QImage, ...]
    width: int
    height: int
    has_alpha: bool

    @classmethod
    def of(cls, image: QImage, size: tuple[int, int] | None = None) -> Pyramid:
        """Build the levels of `image`; for large pictures not on the window's thread.

        Args:
            image: any picture that is not null.
            size: the picture's own size when `image` is a reduction of it.
        """
        base = for_display(image)
        levels = [base]
        while max(levels[-1].width(), levels[-1].height()) > SMALLEST_PX:
            levels.append(in_bands(levels[-1], _halved, divisor=2))
        width, height = size or (base.width(), base.height())
        return cls(tuple(levels), width, height, base.hasAlphaChannel())

    @property
    def size_bytes(self) -> int:
        """Memory of all levels."""
        return sum(level.sizeInBytes() for level in self.levels)

    def color_at(self, x: float, y: float) -> QColor | None:
        """Return the colour at shares 0..1 of width and height, or None outside."""
        base = self.levels[0]
        column, row = int(x * base.width()), int(y * base.height())
        if not (0 <= x < 1 and 0 <= y < 1):
            return None
        return base.pixelColor(column, row)

    def thumbnail(self, side: int) -> QImage:
        """Return a small copy that fits into a square of `side` pixels."""
        best = self.levels[0]
        for level in self.levels:
            if max(level.width(), level.height()) >= side:
                best = level
        return best.scaled(
            side,
            side,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )


def _halved(image: QImage) -> QImage:
    return image.scaled(
        max(1, image.width() // 2),
        max(1, image.height() // 2),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
