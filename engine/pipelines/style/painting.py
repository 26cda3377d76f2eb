"""What a network made of a picture, wherever it is kept."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]


class Painting(Protocol):
    """A painted picture that is read in strips; it may be smaller than what it was made from."""

    height: int
    width: int

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom` as (3, rows, width) float32 0..1."""


class HeldPainting:
    """A painting that is held in memory as a whole."""

    def __init__(self, planes: Planes) -> None:
        self._planes = planes
        self.height = int(planes.shape[1])
        self.width = int(planes.shape[2])

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom` as (3, rows, width) float32 0..1."""
        return self._planes[:, top:bottom]
