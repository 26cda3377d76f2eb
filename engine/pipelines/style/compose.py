"""Putting a result together strip by strip: paintings, colours, strength, masks.

Nothing here ever holds a whole large picture in floating point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.ops.blending import laid_over, mixed, mixed_reach, shares_of
from engine.ops.color import (
    gentle_transport,
    mapped,
    oklab_from_srgb,
    srgb_from_oklab,
    statistics,
)
from engine.ops.masks import Mask
from engine.pipelines.style.brushwork import enlarged, shrunk
from engine.pipelines.style.painting import Painting
from engine.pipelines.style.sources import PictureRows, Rows
from engine.tasks.stylize import KeepColor
from engine.tasks.stylize_plan import fitted

Planes = NDArray[np.float32]

_STATISTICS_PX = 256
_SHAPES_PX = 96
"""Long side at which a painting's large shapes and colours are told from its strokes."""

_CONTRAST_SHARE = 1 / 64
"""Surroundings in which a mix keeps its contrast, as a share of the long side."""


@dataclass(frozen=True, eq=False)
class Coat:
    """The painting of one network, and how much of it is seen.

    Attributes:
        painting: at the size of the result.
        weight: relative to the other coats of its region.
        fade_low: share of the painting in large shapes and colours.
        fade_high: share of the painting in strokes.
    """

    painting: Painting
    weight: float
    fade_low: float
    fade_high: float


@dataclass(frozen=True, eq=False)
class Region:
    """Where some coats land.

    Attributes:
        coats: at least one.
        mask: where, or None for everywhere that no mask is.
        invert: land where the mask is black.
    """

    coats: tuple[Coat, ...]
    mask: Mask | None = None
    invert: bool = False

    def coverage(self, top: int, bottom: int) -> Planes | None:
        """Return the mask's rows, or None if there is no mask."""
        if self.mask is None:
            return None
        rows = self.mask.rows(top, bottom)
        return 1.0 - rows if self.invert else rows


class Composition:
    """A result that is worked out whenever rows of it are asked for."""

    def __init__(
        self,
        photo: PictureRows,
        regions: Sequence[Region],
        keep_color: KeepColor,
        mask: Region | None,
    ) -> None:
        """Prepare; works out what concerns the whole picture.

        Args:
            photo: at the size of the result.
            regions: at most one of them without a mask.
            keep_color: whose colours.
            mask: the mask over everything, as a region without coats, or None.
        """
        self.height = photo.height
        self.width = photo.width
        self._photo = photo
        self._everywhere = [r for r in regions if r.mask is None]
        self._somewhere = [r for r in regions if r.mask is not None]
        self._keep_color = keep_color
        self._mask = mask
        long_side = max(self.height, self.width)
        self._radius = max(2, round(long_side * _CONTRAST_SHARE))
        self._map: tuple[Planes, Planes] | None = None
        if keep_color is KeepColor.MATCH:
            self._map = self._matching()
        self._shapes = {id(region): self._shapes_of(region) for region in regions}

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom` as (3, rows, width) float32 0..1."""
        photo = self._photo.rows(top, bottom)
        limit = self._mask.coverage(top, bottom) if self._mask is not None else None
        if limit is not None and not limit.any():
            return photo
        result = photo
        for region in self._everywhere:
            result = self._region_rows(region, photo, top, bottom)
        coverage = [
            share
            for region in self._somewhere
            if (share := region.coverage(top, bottom)) is not None
        ]
        if coverage:
            below = result
            result = below
            for region, share in zip(self._somewhere, shares_of(coverage), strict=True):
                if share.any():
                    painted = self._region_rows(region, photo, top, bottom)
                    result = result + share * (painted - below)
        if limit is not None:
            result = laid_over(photo, result, limit)
        return result

    def _region_rows(self, region: Region, photo: Planes, top: int, bottom: int) -> Planes:
        painted = self._painted(region, top, bottom)
        painted = self._colored(painted, photo)
        low, high = _fades(region)
        if low == high:
            return painted if high >= 1.0 else laid_over(photo, painted, np.float32(high))
        shapes = self._shapes[id(region)]
        result = laid_over(photo, painted, np.float32(high))
        if shapes is not None:
            large = enlarged(shapes, self.height, self.width, top, bottom)
            result += np.float32(low - high) * large
        return np.clip(result, 0.0, 1.0)

    def _painted(self, region: Region, top: int, bottom: int) -> Planes:
        coats = region.coats
        if len(coats) == 1:
            return coats[0].painting.rows(top, bottom)
        reach = mixed_reach(self._radius)
        low, high = max(0, top - reach), min(self.height, bottom + reach)
        layers = [coat.painting.rows(low, high) for coat in coats]
        whole = mixed(layers, [coat.weight for coat in coats], self._radius)
        return whole[:, top - low : bottom - low]

    def _colored(self, painted: Planes, photo: Planes) -> Planes:
        if self._keep_color is KeepColor.STYLE:
            return painted
        lab = oklab_from_srgb(painted)
        if self._map is not None:
            return srgb_from_oklab(mapped(lab, *self._map))
        lab[1:] = oklab_from_srgb(photo)[1:]
        return srgb_from_oklab(lab)

    def _matching(self) -> tuple[Planes, Planes]:
        """Return the map that gives all painted parts together the photo's colours."""
        size = fitted(self.height, self.width, min(_STATISTICS_PX, max(self.height, self.width)))
        photo = oklab_from_srgb(np.clip(shrunk(self._photo, *size), 0.0, 1.0))
        painted = np.zeros_like(photo)
        share = np.zeros(size, np.float32)
        for region in (*self._everywhere, *self._somewhere):
            layer = oklab_from_srgb(np.clip(_small(region, *size), 0.0, 1.0))
            where = np.ones(size, np.float32)
            if region.mask is not None:
                coverage = region.coverage(0, self.height)
                where = shrunk(_Plane(coverage), *size)[0] if coverage is not None else where
            painted += where * (layer - painted)
            share = np.maximum(share, where)
        return gentle_transport(statistics(painted, share), statistics(photo, share))

    def _shapes_of(self, region: Region) -> Planes | None:
        """Return the large shapes of painting minus photo, small, where they fade apart."""
        low, high = _fades(region)
        if low == high:
            return None
        size = fitted(self.height, self.width, min(_SHAPES_PX, max(self.height, self.width)))
        photo = np.clip(shrunk(self._photo, *size), 0.0, 1.0)
        painted = self._colored(np.clip(_small(region, *size), 0.0, 1.0), photo)
        return painted - photo


class _Plane:
    """A mask as a painting of one channel, so that it can be shrunk in strips."""

    def __init__(self, plane: Planes) -> None:
        self._plane = plane[None]
        self.height, self.width = plane.shape

    def rows(self, top: int, bottom: int) -> Planes:
        return self._plane[:, top:bottom]


def _fades(region: Region) -> tuple[float, float]:
    total = sum(coat.weight for coat in region.coats)
    low = sum(coat.weight * coat.fade_low for coat in region.coats) / total
    high = sum(coat.weight * coat.fade_high for coat in region.coats) / total
    return low, high


def _small(region: Region, height: int, width: int) -> Planes:
    """Return a region's mean painting, small."""
    total = sum(coat.weight for coat in region.coats)
    result = np.zeros((3, height, width), np.float32)
    for coat in region.coats:
        result += np.float32(coat.weight / total) * shrunk(coat.painting, height, width)
    return result


__all__ = ["Coat", "Composition", "Region", "Rows"]
