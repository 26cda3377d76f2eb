"""A small picture on which ways of running a style network are timed and compared."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]

CANARY_PX = 256

_LEAVES = 400
_LARGEST = 0.35
_SMALLEST = 0.02
_GRAIN = 0.01


@functools.cache
def canary_picture() -> Planes:
    """Return a picture (3, 256, 256) float32 0..1 with the statistics of photographs.

    Photographs are mostly shaded surfaces that hide one another ("dead leaves": Lee, Mumford and
    Huang 2001, Occlusion models for natural images), so their energy falls with frequency. Noise
    has none of the large shapes that a network paints by, and a mere gradient has nothing else:
    instance normalisation then blows up what is only rounding.
    """
    random = np.random.default_rng(2)
    y, x = np.mgrid[0:CANARY_PX, 0:CANARY_PX].astype(np.float32) / CANARY_PX
    picture = np.empty((3, CANARY_PX, CANARY_PX), np.float32)
    picture[:] = 0.5
    for _ in range(_LEAVES):
        # Radii with a density of r^-3 look the same at any scale.
        low, high = _LARGEST**-2, _SMALLEST**-2
        radius = float(random.uniform(low, high)) ** -0.5
        across, down, slope_x, slope_y = random.uniform((0, 0, -1, -1), 1.0)
        color = random.beta(1.2, 1.4) + random.normal(0.0, 0.12, 3)
        inside = (x - across) ** 2 + (y - down) ** 2 < radius * radius
        shade = 0.25 * (slope_x * (x[inside] - across) + slope_y * (y[inside] - down)) / radius
        picture[:, inside] = color[:, None] + shade
    picture += random.normal(0.0, _GRAIN, picture.shape)
    result: Planes = np.clip(picture, 0.0, 1.0)
    return result
