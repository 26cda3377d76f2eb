"""Resampling planes of float32, whole or a strip of rows at a time.

Filters are separable and widen when shrinking, so that nothing aliases. Each pass multiplies
blocks of a banded matrix, which lets the linear algebra library do the work.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
RowReader = Callable[[int, int], Planes]
"""(top, bottom) -> planes (channels, bottom - top, width) of a source, within its height."""

_READ_PIXELS = 1 << 20
"""Pixels of a source that are held in floating point at a time while it is shrunk."""

_BLOCK = 64
"""Outputs per block: large enough for the library, small enough for a narrow band."""


class Filter(Enum):
    """How new pixels are made from old ones."""

    AREA = "area"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


_SUPPORT = {Filter.BILINEAR: 1.0, Filter.BICUBIC: 2.0, Filter.LANCZOS: 3.0}


def resize(planes: Planes, height: int, width: int, kernel: Filter = Filter.LANCZOS) -> Planes:
    """Return `planes` (channels, h, w) at a new size; borders repeat the outermost pixels."""
    if planes.shape[1:] == (height, width):
        return planes
    reader: RowReader = lambda top, bottom: planes[:, top:bottom]  # noqa: E731 - it is one line
    return resize_rows(reader, planes.shape[1:], (height, width), 0, height, kernel)


def resize_rows(
    read: RowReader,
    source: tuple[int, ...],
    target: tuple[int, int],
    top: int,
    bottom: int,
    kernel: Filter = Filter.LANCZOS,
) -> Planes:
    """Return rows `top`..`bottom` of a picture resized to `target`, reading only what they need.

    Args:
        read: gives rows of the source.
        source: (height, width) of the source.
        target: (height, width) of the resized picture.
        top: first row wanted.
        bottom: row after the last one wanted.
        kernel: filter.

    Returns:
        (channels, bottom - top, width) float32. Not clipped: Lanczos and bicubic overshoot.
    """
    height, width = int(source[0]), int(source[1])
    if (height, width) == target:
        return np.ascontiguousarray(read(top, bottom), np.float32)
    vertical = _bands(height, target[0], kernel)
    horizontal = _bands(width, target[1], kernel)
    first, last = vertical.reach(top, bottom)
    step = max(1, _READ_PIXELS // width)
    if last - first > step and target[1] < width:
        # So many rows of a large source are never held at their full width.
        parts = [
            horizontal.across(np.asarray(read(low, min(low + step, last)), np.float32))
            for low in range(first, last, step)
        ]
        return vertical.down(np.concatenate(parts, axis=1), first, top, bottom)
    rows = np.asarray(read(first, last), np.float32)
    # The shorter intermediate picture is the cheaper one.
    shrinks_first = target[0] - (bottom - top) <= 0 and target[0] < height
    if shrinks_first:
        return horizontal.across(vertical.down(rows, first, top, bottom))
    return vertical.down(horizontal.across(rows), first, top, bottom)


@dataclass(frozen=True, eq=False)
class _Bands:
    """A resampling matrix as blocks of rows, each with the narrow band that is not zero."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    blocks: tuple[Planes, ...]
    size: int

    def reach(self, top: int, bottom: int) -> tuple[int, int]:
        """Return the source rows that the outputs top..bottom need."""
        first, last = top // _BLOCK, (bottom - 1) // _BLOCK
        return self.starts[first], self.ends[last]

    def down(self, rows: Planes, first: int, top: int, bottom: int) -> Planes:
        """Return outputs top..bottom along the height; `rows` begins at source row `first`."""
        channels, _, width = rows.shape
        result = np.empty((channels, bottom - top, width), np.float32)
        for block in range(top // _BLOCK, (bottom - 1) // _BLOCK + 1):
            low, high = max(top, block * _BLOCK), min(bottom, (block + 1) * _BLOCK)
            matrix = self.blocks[block][low - block * _BLOCK : high - block * _BLOCK]
            band = rows[:, self.starts[block] - first : self.ends[block] - first]
            np.matmul(matrix, band, out=result[:, low - top : high - top])
        return result

    def across(self, rows: Planes) -> Planes:
        """Return all outputs along the width."""
        result = np.empty((*rows.shape[:2], self.size), np.float32)
        for block, matrix in enumerate(self.blocks):
            low = block * _BLOCK
            band = rows[:, :, self.starts[block] : self.ends[block]]
            result[:, :, low : low + len(matrix)] = band @ matrix.T
        return result


@functools.lru_cache(maxsize=32)
def _bands(source: int, target: int, kernel: Filter) -> _Bands:
    scale = source / target
    stretch = max(scale, 1.0)
    support = 0.5 * (scale + 1.0) if kernel is Filter.AREA else _SUPPORT[kernel] * stretch
    starts: list[int] = []
    ends: list[int] = []
    blocks: list[Planes] = []
    for low in range(0, target, _BLOCK):
        high = min(low + _BLOCK, target)
        centres = (np.arange(low, high) + 0.5) * scale
        first = int(np.floor(centres[0] - support))
        last = int(np.ceil(centres[-1] + support))
        taps = np.arange(first, last) + 0.5
        offsets = taps[None] - centres[:, None]
        if kernel is Filter.AREA:
            # How much of each source pixel the new pixel's footprint covers.
            weights = np.clip(0.5 * (scale + 1.0) - np.abs(offsets), 0.0, min(scale, 1.0))
        else:
            weights = _kernel(offsets / stretch, kernel)
        weights /= weights.sum(axis=1, keepdims=True)
        inside = np.clip(np.arange(first, last), 0, source - 1)
        start, end = int(inside[0]), int(inside[-1]) + 1
        matrix = np.zeros((high - low, end - start))
        # Taps outside fall onto the border pixel.
        for tap, position in enumerate(inside - start):
            matrix[:, position] += weights[:, tap]
        starts.append(start)
        ends.append(end)
        blocks.append(matrix.astype(np.float32))
    return _Bands(tuple(starts), tuple(ends), tuple(blocks), target)


def _kernel(x: NDArray[np.float64], kernel: Filter) -> NDArray[np.float64]:
    distance = np.abs(x)
    if kernel is Filter.BILINEAR:
        return np.maximum(1.0 - distance, 0.0)
    if kernel is Filter.BICUBIC:
        # Catmull-Rom: Keys 1981 with a = -0.5.
        near = 1.5 * distance**3 - 2.5 * distance**2 + 1.0
        far = -0.5 * distance**3 + 2.5 * distance**2 - 4.0 * distance + 2.0
        return np.where(distance < 1.0, near, np.where(distance < 2.0, far, 0.0))
    inside = np.sinc(x) * np.sinc(x / 3.0)
    return np.where(distance < 3.0, inside, 0.0)
