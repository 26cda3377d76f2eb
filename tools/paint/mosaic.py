"""Mosaic: square tesserae laid along the edges, set in grout, lit by a low lamp.

A. Hausner, "Simulating decorative mosaics", SIGGRAPH 2001: a centroidal Voronoi diagram under a
square metric that turns with the direction field and keeps off the edges.
"""

from __future__ import annotations

import numpy as np

from tools.paint.colour import jitter, rgb
from tools.paint.fields import Array, blur, distance, fractal, gradient, noise, resize, sample
from tools.paint.scenes.canvas import Scene
from tools.paint.strokes import seeds


def _edges(colour: Array) -> np.ndarray:
    strength = np.zeros(colour.shape[:2], np.float32)
    for k in range(3):
        dx, dy = gradient(blur(colour[..., k], 1.0))
        strength += np.hypot(dx, dy)
    return strength


def _cells(sites: Array, turn: Array, size: int, reach: int) -> tuple[np.ndarray, Array, Array]:
    """Return (owner, its distance, the runner-up's distance) under the turned square metric."""
    owner = np.full((size, size), -1, np.int32)
    first = np.full((size, size), 1e9, np.float32)
    second = first.copy()
    oy, ox = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    for k, (px, py) in enumerate(sites):
        left, top = int(px) - reach, int(py) - reach
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(int(px) + reach + 1, size), min(int(py) + reach + 1, size)
        part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        dx, dy = ox[part] - (px - int(px)), oy[part] - (py - int(py))
        c, s = np.cos(turn[k]), np.sin(turn[k])
        far = np.maximum(np.abs(dx * c + dy * s), np.abs(dy * c - dx * s))
        at = (slice(y0, y1), slice(x0, x1))
        best = first[at]
        closer = far < best
        second[at] = np.where(closer, best, np.minimum(second[at], far))
        first[at] = np.where(closer, far, best)
        owner[at] = np.where(closer, k, owner[at])
    return owner, first, second


def mosaic(scene: Scene, size: int, rng: np.random.Generator, tile: float = 0.0148) -> Array:
    """Set a scene in stone and glass; returns (size, size, 3)."""
    rough = 768
    target = resize(scene.colour, rough)
    flat = np.stack([blur(target[..., k], 1.2) for k in range(3)], axis=-1)
    edge = _edges(resize(scene.colour, rough)) > 0.10
    away = blur(distance(edge), 2.0)
    dx, dy = gradient(away)
    angle = 0.5 * np.arctan2(
        blur(np.sin(2 * np.arctan2(dx, -dy)), 5), blur(np.cos(2 * np.arctan2(dx, -dy)), 5)
    )
    pitch = tile * rough
    sites = seeds(rough, pitch, rng)
    rows, columns = np.mgrid[0:rough, 0:rough].astype(np.float32)
    for step in range(9):
        turn = sample(angle, sites[:, 0], sites[:, 1])
        owner, _, _ = _cells(sites, turn, rough, int(pitch * 1.5))
        free = (owner >= 0) & ~(edge if step < 8 else np.zeros_like(edge))
        which = owner[free]
        weight = np.bincount(which, minlength=len(sites)).astype(np.float32)
        cx = np.bincount(which, columns[free], len(sites)) / np.maximum(weight, 1)
        cy = np.bincount(which, rows[free], len(sites)) / np.maximum(weight, 1)
        alive = weight > 0.12 * pitch * pitch
        sites = np.stack([cx[alive], cy[alive]], axis=1).astype(np.float32)
    turn = sample(angle, sites[:, 0], sites[:, 1]) + rng.normal(0, 0.05, len(sites))
    fine = size * 3 // 2
    zoom = fine / rough
    owner, first, second = _cells(
        sites * zoom, turn.astype(np.float32), fine, int(pitch * zoom * 1.5)
    )
    wide = tile * fine
    gap = (second - first) + 0.35 * wide / 10 * noise(fine, fine / 9, rng)
    gap = np.minimum(gap, (wide * 0.62 - first) * 2)
    inside = np.clip((gap - 0.13 * wide) / (0.06 * wide), 0, 1)
    bevel = np.clip((gap - 0.10 * wide) / (0.30 * wide), 0, 1)
    own = sample(flat, sites[:, 0], sites[:, 1])
    stone = jitter(own, rng, 0.10, 0.045, 0.16)
    tilt = rng.normal(0, 1, (len(sites), 2)).astype(np.float32)
    safe = np.maximum(owner, 0)
    body = stone[safe] * (1 + 0.06 * fractal(fine, 120, rng, 3)[..., None])
    px = (columns_of(fine) - sites[safe, 0] * zoom) / wide
    py = (rows_of(fine) - sites[safe, 1] * zoom) / wide
    dx, dy = gradient(blur(np.sqrt(bevel), 1.0) * wide * 0.20)
    facet = 0.10 * (tilt[safe, 0] * 0.7 + tilt[safe, 1]) + 0.10 * (
        -px * tilt[safe, 0] - py * tilt[safe, 1]
    )
    light = 1 + 0.75 * (dx * 0.6 + dy * 0.8) + facet
    glint = np.clip(facet - 0.17, 0, 1)[..., None] * 1.5
    tessera = body * np.clip(light, 0.45, 1.6)[..., None] + glint * rgb("#fff2d0")
    grout = rgb("#57504a") * (1 + 0.22 * fractal(fine, 160, rng, 3)[..., None])
    shadow = np.roll(inside, (int(fine / 500), int(fine / 600)), (0, 1))
    grout = grout * (0.72 + 0.28 * (1 - blur(shadow, 1.5)))[..., None]
    cover = (inside * (owner >= 0))[..., None]
    return np.clip(resize((tessera * cover + grout * (1 - cover)).astype(np.float32), size), 0, 1)


def columns_of(size: int) -> Array:
    """Return the column number of each pixel."""
    return np.broadcast_to(np.arange(size, dtype=np.float32)[None, :], (size, size))


def rows_of(size: int) -> Array:
    """Return the row number of each pixel."""
    return columns_of(size).T
