"""Scalar and vector fields over a square picture: noise, blur, orientation, distance.

Coordinates are (x, y) with the origin at the upper left, in units of the picture's side unless a
docstring says pixels. Angles are radians from the x axis towards the y axis (downwards).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]


def grid(size: int) -> tuple[Array, Array]:
    """Return pixel centres (x, y), each (size, size) in 0..1."""
    axis = ((np.arange(size) + 0.5) / size).astype(np.float32)
    x, y = np.meshgrid(axis, axis)
    return x, y


def resize(field: Array, size: int | tuple[int, int]) -> Array:
    """Resample a (h, w) or (h, w, c) field to (size, size) or (h, w) with Lanczos."""
    height, width = (size, size) if isinstance(size, int) else size
    if field.shape[:2] == (height, width):
        return field
    planes = field[..., None] if field.ndim == 2 else field
    out = np.stack(
        [
            np.asarray(
                Image.fromarray(np.ascontiguousarray(planes[..., k], dtype=np.float32)).resize(
                    (width, height), Image.Resampling.LANCZOS
                )
            )
            for k in range(planes.shape[2])
        ],
        axis=-1,
    )
    return out[..., 0] if field.ndim == 2 else out


def noise(size: int, cells: float | tuple[float, float], rng: np.random.Generator) -> Array:
    """Return smooth noise, mean 0 and about -1..1, with (rows, columns) features over the side."""
    rows, columns = (cells, cells) if isinstance(cells, int | float) else cells
    table = (max(int(np.ceil(rows)), 1) + 3, max(int(np.ceil(columns)), 1) + 3)
    knots = rng.uniform(-1.0, 1.0, table).astype(np.float32)
    box = (1.0, 1.0, 1.0 + columns, 1.0 + rows)
    picture = Image.fromarray(knots).resize((size, size), Image.Resampling.BICUBIC, box=box)
    return np.asarray(picture, dtype=np.float32)


def fractal(
    size: int,
    cells: float | tuple[float, float],
    rng: np.random.Generator,
    octaves: int = 5,
    gain: float = 0.5,
) -> Array:
    """Return a sum of octaves of `noise`, scaled to a standard deviation of about 0.5."""
    rows, columns = (cells, cells) if isinstance(cells, int | float) else cells
    total = np.zeros((size, size), np.float32)
    weight = 1.0
    for _ in range(octaves):
        if max(rows, columns) > size:
            break
        total += weight * noise(size, (min(rows, size), min(columns, size)), rng)
        rows, columns, weight = rows * 2, columns * 2, weight * gain
    return total * np.float32(0.5 / max(float(total.std()), 1e-6))


def profile(size: int, cells: float, rng: np.random.Generator, octaves: int = 5) -> Array:
    """Return fractal noise over one axis: (size,), standard deviation about 0.5."""
    total = np.zeros(size, np.float32)
    weight = 1.0
    for _ in range(octaves):
        knots = rng.uniform(-1, 1, int(np.ceil(cells)) + 2)
        place = np.arange(size) / size * cells
        left = place.astype(int)
        t = place - left
        t = t * t * (3 - 2 * t)
        total += (weight * (knots[left] * (1 - t) + knots[left + 1] * t)).astype(np.float32)
        cells, weight = cells * 2, weight * 0.5
    return total * np.float32(0.5 / max(float(total.std()), 1e-6))


def _box(field: Array, radius: int, axis: int) -> Array:
    pad = [(0, 0)] * field.ndim
    pad[axis] = (radius + 1, radius)
    sums = np.cumsum(np.pad(field, pad, mode="edge"), axis=axis, dtype=np.float64)
    length = field.shape[axis]
    high = np.take(sums, np.arange(2 * radius + 1, 2 * radius + 1 + length), axis=axis)
    low = np.take(sums, np.arange(length), axis=axis)
    return ((high - low) / (2 * radius + 1)).astype(np.float32)


def blur(field: Array, sigma: float) -> Array:
    """Return an approximate Gaussian blur (three boxes), `sigma` in pixels.

    Boxes cannot be narrower than three pixels: below 0.6 the field comes back as it is.
    """
    if sigma < 0.6:
        return field
    ideal = np.sqrt(12 * sigma * sigma / 3 + 1)
    narrow = int((ideal - 1) // 2)
    width = 2 * narrow + 1
    share = (12 * sigma * sigma - 3 * width * width - 12 * width - 9) / (-4 * width - 4)
    out = field
    for index in range(3):
        radius = narrow if index < round(share) else narrow + 1
        if radius > 0:
            out = _box(_box(out, radius, 0), radius, 1)
    return out


def smoothstep(low: float, high: float, value: Array) -> Array:
    """Return the cubic ramp from 0 at `low` to 1 at `high` (which may be smaller)."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def sample(field: Array, x: Array, y: Array) -> Array:
    """Return bilinear samples of `field` at pixel positions, clamped to its border."""
    height, width = field.shape[:2]
    x = np.clip(x, 0, width - 1.001)
    y = np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    if field.ndim == 3:
        fx, fy = fx[..., None], fy[..., None]
    upper = field[top, left] * (1 - fx) + field[top, left + 1] * fx
    lower = field[top + 1, left] * (1 - fx) + field[top + 1, left + 1] * fx
    return upper * (1 - fy) + lower * fy


def gradient(field: Array) -> tuple[Array, Array]:
    """Return (d/dx, d/dy) per pixel by central differences."""
    dy, dx = np.gradient(field)
    return dx, dy


def luminance(colour: Array) -> Array:
    """Return Rec. 709 luma of a (..., 3) field."""
    return (colour @ np.array([0.2126, 0.7152, 0.0722], np.float32)).astype(np.float32)


def structure(colour: Array, sigma: float) -> tuple[Array, Array]:
    """Return (angle along the edges, coherence 0..1) of the smoothed structure tensor.

    Brox et al. 2006, "Adaptive structure tensors and their applications".
    """
    xx = np.zeros(colour.shape[:2], np.float32)
    yy, xy = xx.copy(), xx.copy()
    for k in range(colour.shape[2]):
        dx, dy = gradient(blur(colour[..., k], 1.0))
        xx += dx * dx
        yy += dy * dy
        xy += dx * dy
    xx, yy, xy = blur(xx, sigma), blur(yy, sigma), blur(xy, sigma)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    spread = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    return angle.astype(np.float32), (spread / (xx + yy + 1e-6)).astype(np.float32)


def blend_angles(first: Array, second: Array, share: Array | float) -> Array:
    """Mix two undirected angle fields; `share` 0 gives the first."""
    c = np.cos(2 * first) * (1 - share) + np.cos(2 * second) * share
    s = np.sin(2 * first) * (1 - share) + np.sin(2 * second) * share
    return (0.5 * np.arctan2(s, c)).astype(np.float32)


def distance(mask: NDArray[np.bool_]) -> Array:
    """Return the distance in pixels to the nearest True pixel, by jump flooding.

    Rong and Tan 2006, "Jump flooding in GPU with applications to Voronoi diagram".
    """
    height, width = mask.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.int32)
    seed_y = np.where(mask, rows, -(10**5)).astype(np.int32)
    seed_x = np.where(mask, columns, -(10**5)).astype(np.int32)
    best = (rows - seed_y).astype(np.float64) ** 2 + (columns - seed_x).astype(np.float64) ** 2
    steps = [2**k for k in range(int(np.ceil(np.log2(max(height, width)))) - 1, -1, -1)]
    for step in [*steps, 1]:
        for dy in (-step, 0, step):
            for dx in (-step, 0, step):
                if dy == 0 and dx == 0:
                    continue
                to_y = slice(max(0, -dy), height - max(0, dy))
                to_x = slice(max(0, -dx), width - max(0, dx))
                of_y = slice(max(0, dy), height - max(0, -dy))
                of_x = slice(max(0, dx), width - max(0, -dx))
                new_y, new_x = seed_y[of_y, of_x], seed_x[of_y, of_x]
                gap = (rows[to_y, to_x] - new_y).astype(np.float64) ** 2
                gap += (columns[to_y, to_x] - new_x).astype(np.float64) ** 2
                closer = gap < best[to_y, to_x]
                best[to_y, to_x][closer] = gap[closer]
                seed_y[to_y, to_x][closer] = new_y[closer]
                seed_x[to_y, to_x][closer] = new_x[closer]
    return np.sqrt(best).astype(np.float32)


def signed_distance(mask: NDArray[np.bool_]) -> Array:
    """Return the distance in pixels to the mask's border, negative inside."""
    return distance(mask) - distance(~mask)
