"""A picture in memory, the same whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels in sRGB, upright, with what is needed to write them back as they came.

    Attributes:
        pixels: (height, width, 3) uint8 or uint16, sRGB. May be a memory map when large.
        alpha: (height, width) of the same dtype, or None; not premultiplied.
        icc: the profile that the file carried, or None for sRGB; export converts back to it.
        dpi: horizontal and vertical resolution, or None.
        notes: what the user should know about the reading, one sentence each.
    """

    pixels: NDArray[Any]
    alpha: NDArray[Any] | None = None
    icc: bytes | None = None
    dpi: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    @property
    def white(self) -> int:
        """Largest value of a channel: 255 or 65535."""
        return 65535 if self.pixels.dtype.itemsize == 2 else 255
