"""Curved brush strokes: where they run (Hertzmann 1998) and what the bristles leave behind.

A. Hertzmann, "Painterly rendering with curved brush strokes of multiple sizes", SIGGRAPH 1998:
layers from coarse to fine, strokes that follow a direction field and end where their colour no
longer fits. Relief and its light are our own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.paint.fields import Array, blur, gradient, sample


@dataclass(frozen=True)
class Paths:
    """Strokes of one layer.

    Attributes:
        points: (n, k, 2) pixel positions (x, y), evenly spaced.
        counts: (n,) how many of the k points are used.
        colours: (n, 3).
    """

    points: Array
    counts: np.ndarray
    colours: Array


def seeds(size: int, spacing: float, rng: np.random.Generator) -> Array:
    """Return jittered grid positions (n, 2) in pixels, in random order."""
    axis = np.arange(spacing / 2, size, spacing)
    x, y = np.meshgrid(axis, axis)
    points = np.stack([x.ravel(), y.ravel()], axis=-1)
    points += rng.uniform(-0.5, 0.5, points.shape) * spacing
    return rng.permutation(np.clip(points, 0, size - 1)).astype(np.float32)


def trace(
    starts: Array,
    angle: Array,
    colour: Array,
    step: float,
    most: int,
    tolerance: float,
    fewest: int = 3,
) -> Paths:
    """Follow the direction field from each start, both ways, until the colour no longer fits.

    Args:
        starts: (n, 2) pixels.
        angle: (size, size) undirected direction, radians.
        colour: (size, size, 3) the picture to repaint.
        step: pixels between points.
        most: largest number of points.
        tolerance: colour distance at which a stroke ends.
        fewest: number of points that every stroke has.
    """
    size = angle.shape[0]
    field = np.stack([np.cos(2 * angle), np.sin(2 * angle)], axis=-1).astype(np.float32)
    own = sample(colour, starts[:, 0], starts[:, 1])
    halves = []
    for sign in (1.0, -1.0):
        place = starts.astype(np.float32).copy()
        double = sample(field, place[:, 0], place[:, 1])
        turn = 0.5 * np.arctan2(double[:, 1], double[:, 0])
        heading = sign * np.stack([np.cos(turn), np.sin(turn)], axis=-1).astype(np.float32)
        alive = np.ones(len(place), bool)
        points, lives = [place.copy()], [alive.copy()]
        for index in range(most // 2):
            place = place + heading * step
            double = sample(field, place[:, 0], place[:, 1])
            turn = 0.5 * np.arctan2(double[:, 1], double[:, 0])
            ahead = np.stack([np.cos(turn), np.sin(turn)], axis=-1).astype(np.float32)
            ahead *= np.where((ahead * heading).sum(axis=1) < 0, -1, 1)[:, None]
            heading = 0.5 * heading + 0.5 * ahead
            heading /= np.linalg.norm(heading, axis=1, keepdims=True) + 1e-6
            here = sample(colour, place[:, 0], place[:, 1])
            fits = np.abs(here - own).sum(axis=1) < tolerance
            inside = ((place > -step) & (place < size + step)).all(axis=1)
            alive = alive & inside & (fits | (index < fewest // 2))
            points.append(place.copy())
            lives.append(alive.copy())
        halves.append((np.stack(points, axis=1), np.stack(lives, axis=1).sum(axis=1)))
    (forward, ahead_count), (backward, back_count) = halves
    count = len(starts)
    total = forward.shape[1] + backward.shape[1] - 1
    points = np.zeros((count, total, 2), np.float32)
    place = np.arange(total)[None, :] - (back_count - 1)[:, None]
    rows = np.arange(count)[:, None]
    ahead_at = np.clip(place, 0, forward.shape[1] - 1)
    back_at = np.clip(-place, 0, backward.shape[1] - 1)
    points = np.where(
        (place >= 0)[..., None], forward[rows, ahead_at], backward[rows, back_at]
    ).astype(np.float32)
    return Paths(points, ahead_count + back_count - 1, own.astype(np.float32))


def bristles(
    rng: np.random.Generator, number: int = 24, dryness: float = 0.25, hairs: int = 14
) -> Array:
    """Return brush marks (number, 192, 48): relief 0..1 along and across a stroke; 0 is bare.

    Furrows run along the stroke, paint gathers at the sides and the start, the tail breaks up.
    """
    along, across = 192, 48
    u = np.linspace(0, 1, along, dtype=np.float32)[:, None]
    v = np.linspace(-1, 1, across, dtype=np.float32)[None, :]
    marks = []
    for _ in range(number):
        hair = np.interp(np.linspace(0, hairs, across), np.arange(hairs + 1), rng.random(hairs + 1))
        fine = rng.random(across)
        furrow = np.broadcast_to(0.65 * hair + 0.35 * fine, (along, across)).astype(np.float32)
        drift = np.stack([np.interp(np.linspace(0, 6, along), np.arange(7), rng.random(7))] * 3)
        wobble = np.repeat(drift, across // 3, axis=0).T - 0.5
        relief = 0.55 * furrow + 0.25 + 0.2 * wobble
        ridge = np.exp(-(((np.abs(v) - 0.88) / 0.1) ** 2)) * 0.35
        blob = np.exp(-(((u - 0.06) / 0.06) ** 2)) * 0.25
        relief = relief + ridge + blob
        end = 1 - 0.6 * rng.random(across) * dryness * 1.6
        worn = np.clip((end[None, :] - u) * 12, 0, 1)
        scarce = furrow - np.clip((u - 0.35) * 1.4, 0, 1) * dryness * 2.2
        start = np.clip((u - 0.03 * rng.random(across)[None, :]) * 40, 0, 1)
        round_edge = np.clip((1.02 - np.abs(v) - 0.12 * rng.random() * u) * 12, 0, 1)
        cover = worn * start * round_edge * (scarce > -0.12)
        marks.append(np.clip(relief, 0.05, 1.3) * cover)
    return np.stack(marks).astype(np.float32)


def ribbon(
    points: Array, width: float, taper: float
) -> tuple[np.ndarray, np.ndarray, Array, Array] | None:
    """Cover the band around a path with sample points, dense enough to leave no pixel out.

    Returns:
        Pixel columns and rows, each (along, across), the place along the path (along,) in 0..1 and
        across it (across,) in -1..1; None for a path shorter than a pixel.
    """
    legs = np.linalg.norm(np.diff(points, axis=0), axis=1)
    reach = np.concatenate([[0], np.cumsum(legs)])
    length = float(reach[-1])
    if length < 1:
        return None
    t = np.linspace(0, length, int(length * 1.35) + 2)
    cx = np.interp(t, reach, points[:, 0])
    cy = np.interp(t, reach, points[:, 1])
    dx, dy = np.gradient(cx), np.gradient(cy)
    norm = np.hypot(dx, dy) + 1e-6
    s = t / length
    half = 0.5 * width * (1 - taper * np.abs(2 * s - 1) ** 3)
    v = np.linspace(-1, 1, int(width * 1.35) + 2)
    ix = (cx[:, None] - (dy / norm * half)[:, None] * v + 0.5).astype(np.int32)
    iy = (cy[:, None] + (dx / norm * half)[:, None] * v + 0.5).astype(np.int32)
    return ix, iy, s, v


class Surface:
    """A canvas with colour and relief that takes strokes one after another.

    Attributes:
        colour: (size, size, 3) sRGB in 0..1.
        relief: (size, size), paint thickness, arbitrary units.
    """

    def __init__(self, colour: Array, relief: Array | None = None) -> None:
        self.colour = colour.astype(np.float32).copy()
        self.size = colour.shape[0]
        self.relief = np.zeros(colour.shape[:2], np.float32) if relief is None else relief.copy()

    def stroke(
        self,
        points: Array,
        width: float,
        colour: Array,
        mark: Array,
        *,
        opacity: float = 1.0,
        body: float = 1.0,
        streak: float = 0.06,
        taper: float = 0.35,
    ) -> None:
        """Drag a brush along a path.

        Args:
            points: (k, 2) pixels, k >= 2.
            width: pixels.
            colour: (3,).
            mark: (along, across) from `bristles`.
            opacity: of the paint, 0..1.
            body: how much relief the paint has.
            streak: how far the hairs differ in lightness.
            taper: how much narrower the ends are.
        """
        laid = ribbon(points, width, taper)
        if laid is None:
            return
        ix, iy, s, v = laid
        rows = (s * (mark.shape[0] - 1)).astype(np.int32)
        columns = ((v + 1) / 2 * (mark.shape[1] - 1)).astype(np.int32)
        relief = mark[rows][:, columns]
        keep = (relief > 0.02) & (ix >= 0) & (iy >= 0) & (ix < self.size) & (iy < self.size)
        ix, iy, relief = ix[keep], iy[keep], relief[keep]
        paint = colour[None, :] + (relief[:, None] - 0.6) * streak * 2
        if opacity < 1:
            paint = self.colour[iy, ix] * (1 - opacity) + paint * opacity
        self.colour[iy, ix] = paint
        self.relief[iy, ix] = 0.35 * self.relief[iy, ix] + relief * body

    def lit(self, depth: float, shine: float = 0.25) -> Array:
        """Return the colours under a lamp at the upper left; `depth` scales the relief."""
        relief = blur(self.relief, 0.8 * self.size / 2048)
        dx, dy = gradient(relief * depth)
        normal = 1 / np.sqrt(dx * dx + dy * dy + 1)
        diffuse = (0.55 * dx + 0.65 * dy + 0.9) * normal / 0.9
        half = (0.3 * dx + 0.36 * dy + 1) * normal / np.float32(np.sqrt(1 + 0.3**2 + 0.36**2))
        gloss = np.clip(half, 0, 1) ** 60
        flat = (1 / np.float32(np.sqrt(1 + 0.3**2 + 0.36**2))) ** 60
        light = np.clip(diffuse, 0.5, 1.4)[..., None]
        out = (
            np.clip(self.colour, 0, 1) * light
            + shine * np.clip(gloss - flat, 0, 1)[..., None] * 0.4
        )
        return np.clip(out, 0, 1).astype(np.float32)
