"""Masks: softening their edges and reading them at any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.ops.filters import gaussian_blur
from engine.ops.resize import Filter, resize, resize_rows

Plane = NDArray[np.float32]

_SMOOTH_PX = 1536
"""Long side at which soft masks are worked out; a soft edge has no finer detail."""

_DARKEST = 1.0 / 1024.0
"""Below this share, or this close to 1, a mask counts as all or nothing: less than the
smallest visible step, and pixels outside a mask must stay exactly as they were."""


class Mask:
    """A mask that can be read in strips of rows at the size of a result."""

    def __init__(self, plane: Plane, height: int, width: int, feather_px: float) -> None:
        """Prepare a mask.

        Args:
            plane: (h, w) float32 0..1, any size.
            height: rows of the result.
            width: columns of the result.
            feather_px: standard deviation of the soft edge in pixels of the result; 0 is hard.
        """
        self._size = (height, width)
        shrink = min(1.0, _SMOOTH_PX / max(height, width))
        sigma = feather_px * shrink
        if sigma >= 0.5:
            small = (max(1, round(height * shrink)), max(1, round(width * shrink)))
            plane = gaussian_blur(resize(plane[None], *small, Filter.AREA), sigma)[0]
        self._plane = plane

    def rows(self, top: int, bottom: int) -> Plane:
        """Return rows `top`..`bottom` at the size of the result, (bottom - top, width) 0..1."""
        plane = self._plane[None]
        resized = resize_rows(
            lambda low, high: plane[:, low:high],
            self._plane.shape,
            self._size,
            top,
            bottom,
            Filter.BILINEAR,
        )[0]
        rows: Plane = np.clip(resized, 0.0, 1.0)
        rows[rows < _DARKEST] = 0.0
        rows[rows > 1.0 - _DARKEST] = 1.0
        return rows
