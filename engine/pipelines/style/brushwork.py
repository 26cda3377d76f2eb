"""Broad strokes and fine brush marks joined in one picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.ops.resize import Filter, resize_rows
from engine.pipelines.style.painting import Painting
from engine.pipelines.style.sources import painted_rows

Planes = NDArray[np.float32]

_GRID = 4
"""The broad painting decides everything coarser than this many of its own pixels."""


class Brushwork:
    """A broad painting, enlarged, with the brush marks of a fine one.

    Enlarging alone leaves soft edges and the enlarged grain of the network's own pixels. The fine
    painting was made over the broad one and so follows its shapes; from it come edges and marks,
    from the broad one the colours and forms. With weight t,

        (1 - t) broad + t (fine + low(broad) - low(fine))

    where `low` keeps what is coarser than a few pixels of the broad painting.
    """

    def __init__(
        self, broad: Painting, fine: Painting | None, texture: float, height: int, width: int
    ) -> None:
        """Join two paintings.

        Args:
            broad: of any size.
            fine: at the size of the result, or None.
            texture: 0..1 as the user sets it.
            height: rows of the result.
            width: columns of the result.
        """
        self._broad = broad
        self._fine = fine
        self.height = height
        self.width = width
        # Half a slider should look like half of the marks; their contrast adds up in squares.
        self._weight = np.float32(texture**0.5)
        self._low: Planes | None = None
        if fine is not None:
            grid = (max(1, broad.height // _GRID), max(1, broad.width // _GRID))
            self._low = self._weight * (shrunk(broad, *grid) - shrunk(fine, *grid))

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom` as (3, rows, width) float32 0..1."""
        size = (self.height, self.width)
        planes = painted_rows(self._broad, *size, top, bottom)
        if self._fine is not None and self._low is not None:
            planes = (1.0 - self._weight) * planes
            planes += self._weight * self._fine.rows(top, bottom)
            low = self._low
            planes += enlarged(low, *size, top, bottom)
        return np.clip(planes, 0.0, 1.0)


def shrunk(painting: Painting, height: int, width: int) -> Planes:
    """Return a small version of a painting; `resize_rows` reads it strip by strip."""
    return painted_rows(painting, height, width, 0, height, Filter.AREA)


def enlarged(planes: Planes, height: int, width: int, top: int, bottom: int) -> Planes:
    """Return rows `top`..`bottom` of smooth planes (3, h, w) at a larger size."""
    return resize_rows(
        lambda low, high: planes[:, low:high],
        planes.shape[1:],
        (height, width),
        top,
        bottom,
        Filter.BICUBIC,
    )
