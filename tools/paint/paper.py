"""Grounds to paint and print on: paper, its fibres and tooth, and the wear of a print."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from tools.paint.colour import rgb
from tools.paint.fields import Array, blur, fractal, gradient, noise


def tooth(size: int, rng: np.random.Generator, grain: float = 150) -> Array:
    """Return the relief of rough paper: mean 0.5, about 0..1."""
    coarse = fractal(size, grain, rng, 3, 0.7)
    return np.clip(0.5 + 0.45 * coarse, 0, 1).astype(np.float32)


def sheet(size: int, code: str, rng: np.random.Generator, relief: float = 0.02) -> Array:
    """Return a paper's colours (size, size, 3): tone, mottling and a slight relief."""
    grain = blur(tooth(size, rng), 0.7)
    dx, dy = gradient(grain)
    shade = 1 + relief * np.clip((dx + dy) * 8, -1.5, 1.5)
    shade = shade + 0.012 * fractal(size, 5, rng, 4) + 0.008 * rng.normal(size=(size, size))
    return np.clip(rgb(code) * shade[..., None], 0, 1).astype(np.float32)


def fibres(size: int, count: int, rng: np.random.Generator, length: float = 0.03) -> Array:
    """Return how much of long plant fibres lies at each pixel, 0..1."""
    scale = 2
    picture = Image.new("L", (size * scale, size * scale))
    pen = ImageDraw.Draw(picture)
    for _ in range(count):
        x, y = rng.uniform(0, size * scale, 2)
        turn = rng.uniform(0, 2 * np.pi)
        bend = rng.normal(0, 0.12)
        path = [(x, y)]
        for _ in range(12):
            x += np.cos(turn) * length * size * scale / 12
            y += np.sin(turn) * length * size * scale / 12
            turn += bend + rng.normal(0, 0.1)
            path.append((x, y))
        pen.line(
            path, fill=int(rng.uniform(60, 220)), width=scale - 1 if rng.random() < 0.7 else scale
        )
    small = picture.resize((size, size), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


def speckle(size: int, rng: np.random.Generator, share: float, cells: float = 500) -> Array:
    """Return 0..1 spots where ink did not take, covering about `share` of the sheet."""
    field = noise(size, min(cells, size), rng) + 0.6 * noise(size, min(cells / 4, size), rng)
    edge = np.quantile(field, 1 - share)
    return np.clip((field - edge) * 6 + 0.5, 0, 1).astype(np.float32)
