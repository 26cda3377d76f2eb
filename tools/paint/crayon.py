"""Wax crayon: hatched strokes that catch the tooth of the paper, layer over layer."""

from __future__ import annotations

import numpy as np

from tools.paint.colour import rgb
from tools.paint.fields import (
    Array,
    blur,
    fractal,
    gradient,
    luminance,
    noise,
    resize,
    sample,
    smoothstep,
)
from tools.paint.paper import sheet
from tools.paint.scenes.canvas import Scene
from tools.paint.strokes import ribbon, seeds, trace

_BOX = (
    "#1f1f26",
    "#2a3a8f",
    "#2f6fd0",
    "#5fb3e8",
    "#1f7a7a",
    "#14603f",
    "#2f8f3f",
    "#7fb83a",
    "#b8d84a",
    "#f9e04a",
    "#f6b22f",
    "#ee7a25",
    "#d8302f",
    "#a3262f",
    "#e83f6f",
    "#f29ab0",
    "#8f4fb8",
    "#553a8a",
    "#7a4326",
    "#b8763f",
    "#e9c99a",
    "#fff6e6",
    "#c9d3e0",
    "#6f7f99",
    "#f6b8a0",
    "#14503f",
)


class _Wax:
    """Paper, and the wax that lies on it."""

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.size, self.rng = size, rng
        self.colour = sheet(size, "#f4ead6", rng, 0.02)
        bumps = noise(size, size / 3.2, rng) * 0.7 + noise(size, size / 7, rng) * 0.6
        self.tooth = np.clip(0.5 + 0.42 * bumps + 0.12 * fractal(size, 40, rng, 2), 0, 1)
        self.body = np.zeros((size, size), np.float32)

    def stroke(self, points: Array, width: float, colour: Array, pressure: float) -> None:
        laid = ribbon(points, width, 0.25)
        if laid is None:
            return
        ix, iy, s, v = laid
        keep = (ix >= 0) & (iy >= 0) & (ix < self.size) & (iy < self.size)
        wave = pressure * (1 - 0.25 * np.cos(s * 6.28 + self.rng.uniform(0, 6.28)) ** 2)
        push = (wave[:, None] * (1 - 0.55 * np.abs(v)[None, :] ** 3))[keep]
        at = (iy[keep], ix[keep])
        wax = smoothstep(-0.16, 0.12, self.tooth[at] - (1 - push)) * 0.86
        self.colour[at] = self.colour[at] * (1 - wax[:, None]) + colour * wax[:, None]
        self.body[at] = np.maximum(self.body[at] * 0.9, wax)


def crayon(scene: Scene, size: int, rng: np.random.Generator) -> Array:
    """Draw a scene with crayons; returns (size, size, 3)."""
    fine = size * 3 // 2
    target = resize(scene.colour, fine)
    angle = 0.5 * np.arctan2(*(resize(f(2 * scene.angle), fine) for f in (np.sin, np.cos)))
    detail = resize(scene.detail, fine)
    box = np.stack([rgb(code) for code in _BOX])
    wax = _Wax(fine, rng)
    layers = (
        (0.0115, 0.56, 0.0, 22, 0.14, 0.35),
        (0.0085, 0.70, 0.42, 18, 0.16, 0.32),
        (0.0062, 0.74, -0.5, 14, 0.10, 0.28),
        (0.0048, 0.86, 0.0, 10, 0.05, 0.22),
    )
    for level, (width, press, cross, most, daring, tolerance) in enumerate(layers):
        brush = width * fine
        starts = seeds(fine, brush * (1.25, 1.6, 1.7, 1.25)[level], rng)
        wish = sample(detail, starts[:, 0], starts[:, 1])
        if level >= 2:
            starts = starts[
                rng.random(len(starts)) < np.clip(wish * (0.75 if level == 2 else 1.1), 0.06, 1)
            ]
        turned = angle + cross + 0.10 * fractal(fine, 5, rng, 2)
        paths = trace(starts, turned.astype(np.float32), target, brush * 0.9, most, tolerance, 3)
        wish_colour = paths.colours + rng.normal(0, daring, paths.colours.shape)
        gap = ((wish_colour[:, None] - box[None]) ** 2).sum(axis=2)
        pick = box[gap.argmin(axis=1)]
        for k in range(len(starts)):
            shift = rng.normal(0, 0.10 * brush, 2)
            shade = pick[k] * 0.88 + paths.colours[k] * 0.12
            wax.stroke(
                paths.points[k, : paths.counts[k]] + shift,
                brush * rng.uniform(0.6, 1.05),
                shade,
                press * rng.uniform(0.85, 1.15),
            )
    _contours(wax, scene, target, rng)
    dx, dy = gradient(blur(wax.body * 0.6 + wax.tooth * wax.body, 0.8))
    light = 1 + 0.22 * np.clip(dx + dy, -0.6, 0.6)
    return np.clip(resize((wax.colour * light[..., None]).astype(np.float32), size), 0, 1)


def _contours(wax: _Wax, scene: Scene, target: Array, rng: np.random.Generator) -> None:
    """Go round the shapes once more with a dark crayon."""
    fine = wax.size
    grey = blur(luminance(target), 1.5)
    dx, dy = gradient(grey)
    strength = np.hypot(dx, dy) * resize(scene.detail, fine)
    starts = seeds(fine, 0.007 * fine, rng)
    power = sample(strength, starts[:, 0], starts[:, 1])
    starts = starts[power > 0.025]
    angle = np.arctan2(dx, -dy).astype(np.float32)
    paths = trace(starts, angle, np.zeros((fine, fine, 1), np.float32), 0.003 * fine, 9, 9.0, 3)
    own = sample(target, starts[:, 0], starts[:, 1])
    for k in range(len(starts)):
        ink = own[k] * 0.25 + rgb("#241f3a") * 0.5
        wax.stroke(paths.points[k, : paths.counts[k]], 0.0034 * fine, ink, 0.62)
