"""Colour woodcut: a block an ink, printed by hand a hair out of register."""

from __future__ import annotations

import numpy as np

from tools.paint.colour import multiply, rgb
from tools.paint.fields import Array, blur, fractal, noise, resize
from tools.paint.paper import fibres, sheet, speckle
from tools.paint.scenes.wave import Blocks
from tools.paint.strokes import ribbon, seeds, trace


def gouges(blocks: Blocks, rng: np.random.Generator, spacing: float = 0.012) -> Array:
    """Return white marks of a gouge that follow the form, (size, size) in 0..1."""
    size = blocks.key.shape[0]
    starts = seeds(size, spacing * size, rng)
    free = blocks.carve[starts[:, 1].astype(int), starts[:, 0].astype(int)] > 0.5
    starts = starts[free & (rng.random(len(starts)) < 0.62)]
    flat = np.zeros((size, size, 1), np.float32)
    paths = trace(starts, blocks.angle, flat, 0.004 * size, 16, 9.0, 4)
    marks = np.zeros((size, size), np.float32)
    for k in range(len(starts)):
        count = int(rng.integers(5, max(6, paths.counts[k] + 1)))
        laid = ribbon(paths.points[k, :count], rng.uniform(0.0012, 0.0032) * size, 0.98)
        if laid is None:
            continue
        ix, iy, _, _ = laid
        keep = (ix >= 0) & (iy >= 0) & (ix < size) & (iy < size)
        marks[iy[keep], ix[keep]] = 1
    return marks * blocks.carve


def woodcut(blocks: Blocks, size: int, rng: np.random.Generator) -> Array:
    """Print the blocks, drawn at twice `size`; returns (size, size, 3)."""
    fine = blocks.key.shape[0]
    cut = gouges(blocks, rng)
    cut_middle = gouges(blocks, rng, 0.016)
    plates = (
        (blocks.warm, "#eec06a", 0.92),
        (blocks.sun, "#d9472b", 0.96),
        (blocks.pale, "#a9cbc9", 0.95),
        (blocks.middle * (1 - 0.9 * cut_middle), "#3f7fa6", 0.94),
        (blocks.key * (1 - cut), "#182a52", 0.97),
    )
    picture = sheet(size, "#f3e8d0", rng, 0.02)
    hair = fibres(size, 500, rng, 0.025)
    picture = picture * (1 - 0.05 * hair[..., None])
    grain = _grain(size, rng)
    margin = _margin(size, rng)
    for number, (plate, ink, strength) in enumerate(plates):
        cover = resize(plate, size) if fine != size else plate
        ragged = blur(cover, 0.8) + 0.10 * noise(size, size / 4, rng)
        cover = np.clip((ragged - 0.5) * 2.6 + 0.5, 0, 1) * 0.75 + 0.25 * cover
        soft = resize(plate, size) if number == 0 else cover
        shift = rng.uniform(-1.8, 1.8, 2).round().astype(int) if number < 4 else np.zeros(2, int)
        cover = np.roll(soft, shift.tolist(), (0, 1))
        wear = 1 - 0.75 * speckle(size, rng, 0.012, 420)
        tone = strength * (0.92 + 0.10 * fractal(size, 5, rng, 4)) * (1 - 0.20 * grain)
        picture = multiply(picture, rgb(ink), np.clip(cover * wear * tone * margin, 0, 1))
    return np.clip(picture, 0, 1).astype(np.float32)


def _grain(size: int, rng: np.random.Generator) -> Array:
    """Return the block's own grain, 0..1: long rings that bend round a knot or two."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    rings = y * 46 + 2.2 * fractal(size, (2.2, 1.2), rng, 3)
    for _ in range(2):
        cx, cy = rng.uniform(0.2, 0.8, 2)
        rings += 3.0 * np.exp(-(((x - cx) / 0.16) ** 2 + ((y - cy) / 0.05) ** 2))
    saw = rings - np.floor(rings)
    pores = np.clip(fractal(size, (260, 9), rng, 2), 0, 1)
    return np.clip(0.75 * saw**2.5 + 0.5 * pores, 0, 1).astype(np.float32)


def _margin(size: int, rng: np.random.Generator) -> Array:
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    edge = np.minimum.reduce([x, 1 - x, y, 1 - y]) - 0.024 + 0.0012 * fractal(size, 30, rng, 3)
    return np.clip(edge * size * 0.7, 0, 1).astype(np.float32)
