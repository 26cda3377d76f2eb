"""What a decoder hands on: samples as they were stored, and what is needed to understand them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

DEFAULT_MAX_PIXELS = 400_000_000
"""The largest picture that is decoded unless the caller asks for more."""

PARTIAL = "The file is not whole; what is missing was left black."


@dataclass(eq=False)
class Decoded:
    """A frame between its file and `Picture`.

    Attributes:
        pixels: (height, width) grey or (height, width, 3) uint8 or uint16.
        alpha: (height, width) of the same dtype, not premultiplied, or None.
        icc: the profile in the file, or None.
        is_srgb: the samples are sRGB already, whatever `icc` says.
        orientation: EXIF orientation 1..8 still to be applied.
        dpi: horizontal and vertical resolution, or None.
        notes: sentences for the user.
    """

    pixels: NDArray[Any]
    alpha: NDArray[Any] | None = None
    icc: bytes | None = None
    is_srgb: bool = False
    orientation: int = 1
    dpi: tuple[float, float] | None = None
    notes: list[str] = field(default_factory=list)


class DamagedError(Exception):
    """A decoder found the file to be broken; the text is a clause that says how."""


class UnsupportedError(DamagedError):
    """The file is sound, but stored in a way that is not read; the text is a clause."""


class TruncatedError(DamagedError):
    """The file ends before the picture does."""
