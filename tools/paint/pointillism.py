"""Pointillism: dabs of nearly pure pigment that mix in the eye.

After the practice that P. Signac sets out in "D'Eugène Delacroix au néo-impressionnisme" (1899):
few pigments and their tints, unmixed; each place carries its own colour, its light and the
complement.
"""

from __future__ import annotations

import numpy as np

from tools.paint.colour import rgb
from tools.paint.fields import Array, fractal, resize, sample
from tools.paint.scenes.canvas import Scene
from tools.paint.strokes import Surface, seeds

_PURE = (
    "#20206f",
    "#2a49b0",
    "#2f86d0",
    "#2fa9b5",
    "#1f8a5a",
    "#62b03a",
    "#b5cf2f",
    "#f7e13a",
    "#f8b62c",
    "#ee7a25",
    "#dd3b2f",
    "#c42a63",
    "#8f3a9a",
    "#53309a",
)
_EARTH = ("#3a2338", "#5a2f2a", "#8a4a2f")


def _palette() -> Array:
    white = rgb("#fff8ea")
    tints = [rgb(code) * (1 - k) + white * k for code in _PURE for k in (0.0, 0.35, 0.62, 0.82)]
    return np.stack([*tints, white, *(rgb(code) for code in _EARTH)])


def _dabs(
    surface: Surface,
    places: Array,
    radius: Array,
    turn: Array,
    stretch: float,
    colours: Array,
) -> None:
    reach = int(np.ceil(radius.max() * stretch)) + 1
    oy, ox = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    ox, oy = ox.ravel(), oy.ravel()
    size = surface.size
    for first in range(0, len(places), 4000):
        part = slice(first, first + 4000)
        c, s = np.cos(turn[part])[:, None], np.sin(turn[part])[:, None]
        u = (ox * c + oy * s) / (radius[part][:, None] * stretch)
        v = (-ox * s + oy * c) / radius[part][:, None]
        far = u * u + v * v
        dab, spot = np.nonzero(far < 1)
        ix = (places[part][dab, 0] + ox[spot]).astype(np.int32)
        iy = (places[part][dab, 1] + oy[spot]).astype(np.int32)
        keep = (ix >= 0) & (iy >= 0) & (ix < size) & (iy < size)
        dab, spot, ix, iy = dab[keep], spot[keep], ix[keep], iy[keep]
        dome = np.sqrt(1 - far[dab, spot])
        surface.colour[iy, ix] = colours[part][dab]
        surface.relief[iy, ix] = 0.3 * surface.relief[iy, ix] + 0.3 + dome * 0.35


def pointillism(scene: Scene, size: int, rng: np.random.Generator) -> Array:
    """Repaint a scene with dabs; returns (size, size, 3)."""
    fine = size * 2
    target = resize(scene.colour, fine)
    angle = resize(scene.angle, fine)
    palette = _palette()
    ground = np.broadcast_to(rgb("#efe2c4"), (fine, fine, 3))
    surface = Surface(ground, 0.1 * fractal(fine, 120, rng, 2))
    detail = resize(scene.detail, fine)
    weigh = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]) * 0.75 + 0.42
    layers = (
        (0.0074, 0.95, 0.08, 1.6),
        (0.0052, 1.1, 0.12, 1.4),
        (0.0036, 1.45, 0.13, 1.3),
        (0.0026, 1.0, 0.10, 1.3),
    )
    for level, (radius, spacing, daring, stretch) in enumerate(layers):
        r = radius * fine
        places = seeds(fine, r * 1.6 * spacing, rng)
        if level == len(layers) - 1:
            wish_small = sample(detail, places[:, 0], places[:, 1])
            places = places[rng.random(len(places)) < np.clip((wish_small - 0.45) * 1.9, 0.03, 1)]
        own = sample(target, places[:, 0], places[:, 1])
        count = len(places)
        wish = own + rng.normal(0, daring, own.shape) + rng.normal(0, 0.03, (count, 1))
        contrast = rng.random(count) < 0.06 * (level < 3)
        wish[contrast] = np.clip(
            wish[contrast]
            + (1 - 2 * own[contrast]) * 0.35
            + (own[contrast].mean(axis=1, keepdims=True) - own[contrast]) * 1.1,
            0,
            1,
        )
        pick = np.empty(count, np.int64)
        for first in range(0, count, 8000):
            gap = (wish[first : first + 8000, None, :] - palette[None]) @ weigh
            pick[first : first + 8000] = (gap * gap).sum(axis=2).argmin(axis=1)
        colours = palette[pick] * 0.8 + own * 0.2 + rng.normal(0, 0.02, (count, 3))
        turn = sample(angle, places[:, 0], places[:, 1]) + rng.normal(0, 0.35, count)
        _dabs(
            surface,
            places,
            r * rng.uniform(0.72, 1.1, count),
            turn,
            stretch,
            np.clip(colours, 0, 1).astype(np.float32),
        )
    return resize(surface.lit(2.0, 0.1), size)
