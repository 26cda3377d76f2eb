"""Watercolour: transparent washes whose pigment gathers at the edges and in the paper's hollows.

The effects are those that Curtis et al. 1997, "Computer-generated watercolor", list (edge
darkening, granulation, flow, backruns, glazing); layers add as optical density (Beer-Lambert),
which is Kubelka-Munk without scattering.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tools.paint.colour import rgb
from tools.paint.fields import Array, blur, fractal, gradient, resize, sample, smoothstep
from tools.paint.paper import tooth
from tools.paint.scenes.canvas import Point, Scene
from tools.paint.scenes.harbour import Wash


def _wander(field: Array, shift_x: Array, shift_y: Array) -> Array:
    size = field.shape[0]
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    return sample(field, x + shift_x, y + shift_y)


def watercolour(
    washes: list[Wash], lines: list[list[Point]], size: int, rng: np.random.Generator
) -> Array:
    """Paint the washes one over another; returns (size, size, 3)."""
    fine = washes[0].mask.shape[0]
    grain = tooth(fine, rng, 110)
    hollow = np.clip(0.5 - grain, -0.5, 0.5)
    drift = [fractal(fine, 16, rng, 5, 0.6) * 0.0042 * fine for _ in range(4)]
    flow = [fractal(fine, cells, rng, 5) for cells in (4, 6, 9)]
    density = np.zeros((fine, fine, 3), np.float32)
    small = fine / 1024
    for number, wash in enumerate(washes):
        rows = np.flatnonzero(wash.mask.max(axis=1) > 0.01)
        columns = np.flatnonzero(wash.mask.max(axis=0) > 0.01)
        if not len(rows):
            continue
        pad = int(0.06 * fine)
        at = (
            slice(max(rows[0] - pad, 0), rows[-1] + pad),
            slice(max(columns[0] - pad, 0), columns[-1] + pad),
        )
        mask = wash.mask[at]
        a, b = drift[number % 4][at], drift[(number * 3 + 1) % 4][at]
        shift = np.array([rng.normal(0, 0.0012 * fine), rng.normal(0, 0.0012 * fine)])
        height, width = mask.shape
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        mask = sample(mask, x + a + shift[0], y + b + shift[1])
        if wash.wet:
            mask = blur(mask, wash.wet * fine)
            mask = np.clip(mask + 0.25 * mask * flow[number % 3][at] * (wash.wet > 0.005), 0, 1)
        skip = smoothstep(0.62, 0.74, grain[at] + 0.25 * flow[(number + 1) % 3][at] - 0.1)
        dry = 0.6 if wash.wet < 0.002 else 0.0
        mask = mask * (1 - dry * skip * (blur(mask, 6 * small) < 0.9))
        near, wide = blur(mask, 1.6 * small), blur(mask, 5 * small)
        rim = np.clip(mask - wide, 0, 1) * 0.9 + np.clip(mask - near, 0, 1) * 0.9
        rim = rim * (1.0 if wash.wet < 0.004 else 0.3)
        pool = 1 + 0.34 * flow[number % 3][at] + 0.12 * flow[(number + 2) % 3][at]
        bloom = flow[(number + 1) % 3][at]
        ring = np.exp(-(((bloom - 0.45) / 0.035) ** 2)) * 0.35
        amount = (
            mask * np.clip(pool, 0.25, 2) * (1 - 0.3 * smoothstep(0.45, 0.8, bloom))
            + mask * ring * 0.6
        )
        amount = amount * (1 + 0.75 * hollow[at]) + rim * 0.85
        if wash.grade is not None:
            amount = amount * np.clip(wash.grade[at], 0, 2)
        absorb = -np.log(np.clip(rgb(wash.pigment), 0.02, 0.995))
        density[at] += np.clip(amount, 0, 3)[..., None] * absorb * wash.strength
    density = density + _splatter(fine, rng)[..., None] * -np.log(rgb("#4f7fa8")) * 0.5
    pencil = _pencil(lines, fine, grain, rng)
    dx, dy = gradient(blur(grain, 0.8))
    paper = rgb("#faf5e8") * (1 + 0.30 * np.clip(dx + dy, -0.25, 0.25))[..., None]
    picture = paper * np.exp(-density) * (1 - 0.55 * pencil[..., None] * (1 - rgb("#4a4650")))
    return np.clip(resize(np.clip(picture, 0, 1).astype(np.float32), size), 0, 1)


def _splatter(size: int, rng: np.random.Generator) -> Array:
    scene = Scene(size, "#ffffff")
    count = 70
    drops = [
        (float(px), float(py), float(radius))
        for px, py, radius in zip(
            rng.random(count),
            rng.beta(2, 1.2, count),
            rng.exponential(0.0014, count) + 0.0006,
            strict=True,
        )
    ]
    mask = scene.dots(drops)
    return mask * 0.6 + np.clip(mask - blur(mask, 2), 0, 1)


def _pencil(lines: list[list[Point]], size: int, grain: Array, rng: np.random.Generator) -> Array:
    scene = Scene(size, "#ffffff")
    mask = np.zeros((size, size), np.float32)
    for line in lines:
        path: list[Point] = []
        for (ax, ay), (bx, by) in pairwise(line):
            over = 0.0035 if len(line) < 8 else 0.0
            length = float(np.hypot(bx - ax, by - ay)) + 1e-6
            ux, uy = (bx - ax) / length, (by - ay) / length
            bow = rng.normal(0, 0.0012)
            path = [
                (ax - ux * over + rng.normal(0, 0.0006), ay - uy * over),
                ((ax + bx) / 2 - uy * bow, (ay + by) / 2 + ux * bow),
                (bx + ux * over, by + uy * over + rng.normal(0, 0.0006)),
            ]
            mask = np.maximum(mask, scene.line(path, 0.0013) * float(rng.uniform(0.5, 1)))
    return mask * smoothstep(0.25, 0.55, grain)
