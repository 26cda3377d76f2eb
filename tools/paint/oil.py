"""Oil on canvas: layers of bristle strokes from broad to fine, lit as relief."""

from __future__ import annotations

import numpy as np

from tools.paint.colour import jitter, saturate
from tools.paint.fields import Array, blur, fractal, resize, sample
from tools.paint.scenes.canvas import Scene
from tools.paint.strokes import Surface, bristles, seeds, trace


def weave(size: int, rng: np.random.Generator, threads: int = 230) -> Array:
    """Return the relief of primed canvas, 0..1."""
    axis = np.arange(size) / size * threads * 2 * np.pi
    drift = fractal(size, 5, rng, 3)
    warp = np.sin(axis[None, :] + drift)
    weft = np.sin(axis[:, None] + drift.T)
    return (0.5 + 0.25 * (warp + weft) + 0.1 * fractal(size, 60, rng, 3)).astype(np.float32)


def oil(
    scene: Scene,
    size: int,
    rng: np.random.Generator,
    *,
    ground: str = "#8a5a3c",
    widths: tuple[float, ...] = (0.042, 0.024, 0.0135, 0.0075),
    depth: float = 3.0,
) -> Array:
    """Repaint a scene with oil strokes.

    Args:
        scene: what to paint, at any size.
        size: side of the result in pixels.
        rng: source of chance.
        ground: colour of the imprimatura that shows between strokes.
        widths: brush widths, share of the side, coarse to fine.
        depth: strength of the relief's light.
    """
    fine = size * 2
    target = resize(scene.colour, fine)
    angle = 0.5 * np.arctan2(*(resize(f(2 * scene.angle), fine) for f in (np.sin, np.cos)))
    angle = (angle + 0.12 * fractal(fine, 14, rng, 2)).astype(np.float32)
    detail = resize(scene.detail, fine)
    base = resize(np.ones((8, 8, 3), np.float32), fine) * _hex(ground)
    surface = Surface(base, 0.25 * weave(fine, rng))
    marks = bristles(rng)
    for level, width in enumerate(widths):
        brush = width * fine
        reference = np.stack([blur(target[..., k], brush * 0.28) for k in range(3)], axis=-1)
        starts = seeds(fine, brush * (0.62 if level else 0.5), rng)
        if level:
            lack = np.abs(reference - surface.colour).sum(axis=2)
            lack = blur(lack, brush * 0.35)
            worth = sample(lack, starts[:, 0], starts[:, 1])
            wish = sample(detail, starts[:, 0], starts[:, 1])
            chance = rng.random(len(starts))
            last = level == len(widths) - 1
            keep = (worth > (0.16 if last else 0.12)) | (chance < wish * (0.25 if last else 0.35))
            starts = starts[keep]
        paths = trace(starts, angle, reference, brush * 0.55, 14, 0.42 - 0.06 * level, 4)
        colours = saturate(jitter(paths.colours, rng, 0.1, 0.035, 0.12), 1.08)
        pick = rng.integers(0, len(marks), len(starts))
        swell = rng.uniform(0.7, 1.15, len(starts))
        for k in range(len(starts)):
            line = paths.points[k, : paths.counts[k]]
            if rng.random() < 0.5:
                line = line[::-1]
            surface.stroke(
                line,
                brush * swell[k],
                colours[k],
                marks[pick[k]],
                opacity=0.94,
                body=0.7 + 0.4 * swell[k],
            )
    return resize(surface.lit(depth), size)


def _hex(code: str) -> Array:
    return np.array([int(code[k : k + 2], 16) / 255 for k in (1, 3, 5)], np.float32)
