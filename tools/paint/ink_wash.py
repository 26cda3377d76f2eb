"""Ink wash: mountains in mist, from pale to black, on rice paper."""

from __future__ import annotations

import numpy as np

from tools.paint.colour import rgb
from tools.paint.fields import Array, blur, fractal, noise, profile, resize, smoothstep
from tools.paint.paper import fibres, sheet
from tools.paint.scenes.canvas import Point, Scene, curve
from tools.paint.strokes import bristles, ribbon


class _Ink:
    """Optical density on paper, and the brush that lays it."""

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.size, self.rng = size, rng
        self.scene = Scene(size, "#ffffff")
        self.density = np.zeros((size, size), np.float32)
        self.marks = bristles(rng, 16, 0.7, 18)
        self.loaded = bristles(rng, 12, 0.05, 18)
        self.tooth = fractal(size, 130, rng, 3, 0.7)

    def stroke(
        self, points: list[Point], width: float, dark: float, dry: float = 0.4, taper: float = 0.8
    ) -> None:
        """Pull a brush along a curve; `width` is a share of the side, `dry` how much it skips."""
        laid = ribbon(np.array(points) * self.size, width * self.size, taper)
        if laid is None:
            return
        ix, iy, s, v = laid
        bank = self.loaded if dry < 0.35 else self.marks
        mark = bank[self.rng.integers(len(bank))]
        hair = mark[(s * 191).astype(int)][:, ((v + 1) / 2 * 47).astype(int)]
        keep = (ix >= 0) & (iy >= 0) & (ix < self.size) & (iy < self.size)
        load = np.clip(
            1.25
            - dry * (0.4 + np.broadcast_to(s[:, None], ix.shape)[keep])
            + 0.5 * dry * self.tooth[iy[keep], ix[keep]]
            + 0.5 * (hair[keep] - 0.6),
            0,
            1,
        )
        load = smoothstep(0.25, 0.6, load) * (hair[keep] > 0.05)
        at = (iy[keep], ix[keep])
        self.density[at] = np.maximum(self.density[at], dark * load * (0.75 + 0.35 * hair[keep]))


def _peaks(
    size: int,
    base: float,
    summits: tuple[tuple[float, float, float], ...],
    rng: np.random.Generator,
) -> Array:
    x = np.arange(size) / size + 0.010 * profile(size, 14, rng, 4)
    top = np.zeros(size)
    for centre, tall, wide in summits:
        far = np.abs(x - centre) / wide
        top = np.maximum(top, tall * np.exp(-(far**2.6)) * (1 - 0.12 * far))
    return (base - top + 0.006 * profile(size, 24, rng, 5)).astype(np.float32)


def _mountain(ink: _Ink, ridge: Array, dark: float, fade: float, cut: float) -> None:
    size, rng = ink.size, ink.rng
    rise = float(ridge.max()) - ridge
    there = smoothstep(0.02, 0.09, rise)[None, :]
    y = ink.scene.y
    mask = ink.scene.below(ridge) * there
    deep = np.clip(y - ridge[None, :], 0, 1)
    mist = np.exp(-((deep / fade) ** 1.6)) * (1 + 0.35 * fractal(size, (4, 3), rng, 4))
    wash = mask * dark * np.clip(mist, 0, 2) * (0.62 + 0.3 * fractal(size, 9, rng, 5))
    slope = np.gradient(ridge) * size
    lit = np.clip(0.5 - 0.35 * slope, 0.1, 1.2)[None, :]
    rough = fractal(size, (20, 90), rng, 4) + 0.7 * fractal(size, (70, 120), rng, 3)
    axe = smoothstep(0.0, 1.0, rough + 0.9 * (0.75 - lit) - deep / fade * 0.35)
    skipping = smoothstep(-0.45, 0.25, ink.tooth + 0.3)
    cun = mask * axe * skipping * dark * cut * np.exp(-((deep / (fade * 1.1)) ** 2))
    crest = np.exp(-((deep / 0.0045) ** 2)) * smoothstep(
        -0.2, 0.5, fractal(size, (6, 22), rng, 3) + 0.15
    )
    cun = np.maximum(cun, mask * crest * dark * cut * 1.1)
    veil = np.clip(mask * (0.30 + 0.7 * np.exp(-((deep / (fade * 1.25)) ** 4))), 0, 1)
    ink.density = ink.density * (1 - 0.95 * blur(veil, 1.0)) + np.maximum(blur(wash, 1.6), 0) + cun


def _pine(ink: _Ink, px: float, py: float, tall: float, lean: float) -> None:
    rng = ink.rng
    trunk: list[Point] = [
        (px, py),
        (px + 0.25 * lean * tall, py - 0.3 * tall),
        (px + 0.1 * lean * tall, py - 0.62 * tall),
        (px + lean * tall, py - tall),
    ]
    ink.stroke(curve(trunk), 0.07 * tall, 1.6, 0.3, 0.6)
    for k in range(8):
        t = 0.38 + 0.62 * k / 7
        side = -1.0 if k % 2 else 1.0
        sx = float(np.interp(t, [0, 0.3, 0.62, 1], [q[0] for q in trunk]))
        sy = py - t * tall
        reach = tall * rng.uniform(0.24, 0.42) * (1.25 - 0.75 * t) * 1.35
        bough: list[Point] = [
            (sx, sy),
            (sx + side * reach * 0.5, sy + 0.015 * tall),
            (sx + side * reach, sy - 0.05 * tall),
        ]
        ink.stroke(curve(bough), 0.03 * tall, 1.5, 0.3)
        for _ in range(9):
            u = rng.uniform(0.25, 1.05)
            cx = sx + side * reach * u + rng.normal(0, 0.012 * tall)
            cy = sy - 0.03 * tall + rng.normal(0, 0.016 * tall)
            for turn in np.linspace(-2.9, -0.25, 11) + rng.normal(0, 0.06, 11):
                far = tall * rng.uniform(0.045, 0.07)
                tip = (cx + np.cos(turn) * far, cy + np.sin(turn) * far * 0.75)
                ink.stroke([(cx, cy), tip], 0.0105 * tall, float(rng.uniform(0.8, 1.75)), 0.1, 0.9)


def _seal(scene: Scene, cx: float, cy: float, side: float, rng: np.random.Generator) -> Array:
    half = side / 2
    box = [
        (cx - half, cy - half),
        (cx + half, cy - half),
        (cx + half, cy + half),
        (cx - half, cy + half),
    ]
    mask = scene.polygon(box)
    for offset in (-0.27, 0.03, 0.30):
        bar = [(cx - 0.33 * side, cy + offset * side), (cx + 0.33 * side, cy + offset * side)]
        mask = mask * (1 - scene.line(bar, 0.06 * side))
    for left, upper, lower in ((-0.05, -0.36, 0.36), (-0.28, 0.05, 0.30), (0.24, -0.27, 0.05)):
        bar = [(cx + left * side, cy + upper * side), (cx + left * side, cy + lower * side)]
        mask = mask * (1 - scene.line(bar, 0.06 * side))
    worn = smoothstep(-0.75, -0.3, fractal(scene.size, 60, rng, 3))
    return (mask * worn * 0.92).astype(np.float32)


def ink_wash(size: int, rng: np.random.Generator) -> Array:
    """Paint the mountains; returns (size, size, 3)."""
    fine = size * 3 // 2
    ink = _Ink(fine, rng)
    x, y = ink.scene.x, ink.scene.y
    ink.density += 0.10 * smoothstep(0.32, 0.0, y) * (1 + 0.6 * fractal(fine, (3, 2), rng, 4))
    moon = np.hypot(x - 0.70, y - 0.17)
    ring = np.exp(-((np.maximum(moon - 0.055, 0) / 0.10) ** 2)) * smoothstep(0.053, 0.057, moon)
    ink.density += 0.16 * ring
    ink.density *= smoothstep(0.052, 0.057, moon) * 0.9 + 0.1
    _mountain(
        ink,
        _peaks(
            fine,
            0.47,
            ((0.10, 0.20, 0.07), (0.24, 0.13, 0.06), (0.52, 0.17, 0.09), (0.86, 0.12, 0.10)),
            rng,
        ),
        0.17,
        0.13,
        0.2,
    )
    _mountain(
        ink,
        _peaks(
            fine,
            0.56,
            ((0.37, 0.36, 0.075), (0.47, 0.22, 0.06), (0.28, 0.16, 0.07), (0.97, 0.23, 0.08)),
            rng,
        ),
        0.36,
        0.19,
        0.6,
    )
    front = _peaks(fine, 0.68, ((0.09, 0.46, 0.085), (0.20, 0.30, 0.06), (0.78, 0.17, 0.10)), rng)
    _mountain(ink, front, 0.66, 0.24, 1.0)
    bank = _peaks(fine, 0.93, ((0.98, 0.27, 0.20), (0.80, 0.12, 0.13), (-0.02, 0.09, 0.14)), rng)
    _mountain(ink, bank, 0.85, 0.11, 1.2)
    for px, tall, lean in ((0.86, 0.40, -0.16), (0.95, 0.30, 0.10), (0.76, 0.17, -0.1)):
        _pine(ink, px, float(np.interp(px, x[0], bank)) + 0.012, tall, lean)
    for px in np.linspace(0.05, 0.3, 9) + rng.normal(0, 0.012, 9):
        foot = float(np.interp(px, x[0], front))
        if foot > 0.5:
            continue
        for k in range(5):
            cy = foot + rng.uniform(0.005, 0.03)
            cx = px + rng.normal(0, 0.006)
            ink.stroke([(cx - 0.006, cy), (cx + 0.006, cy + 0.002)], 0.007, 1.1 - 0.1 * k, 0.2)
    hull: list[Point] = [(0.38, 0.800), (0.42, 0.815), (0.48, 0.816), (0.535, 0.798)]
    ink.stroke(curve(hull), 0.011, 1.5, 0.3, 0.85)
    ink.stroke(curve([(0.44, 0.806), (0.445, 0.785), (0.452, 0.775)]), 0.013, 1.3, 0.1, 0.6)
    ink.stroke([(0.437, 0.771), (0.470, 0.775)], 0.007, 1.6, 0.1, 0.9)
    ink.stroke(curve([(0.450, 0.785), (0.50, 0.75), (0.56, 0.735)]), 0.0022, 1.2, 0.1, 0.6)
    for k, cy in enumerate((0.828, 0.842, 0.862, 0.885)):
        left = 0.36 + 0.03 * k + rng.uniform(-0.04, 0.02)
        wave = [(left + 0.02 * j, cy + 0.002 * np.sin(j * 1.4 + k)) for j in range(9)]
        ink.stroke(curve(wave, 6), 0.0045, 0.35, 0.9, 0.9)
    for px, py, wing in (
        (0.60, 0.30, 0.020),
        (0.645, 0.275, 0.016),
        (0.66, 0.325, 0.014),
        (0.56, 0.265, 0.012),
    ):
        for side in (-1, 1):
            ink.stroke(
                curve(
                    [
                        (px, py),
                        (px + side * wing * 0.5, py - wing * 0.45),
                        (px + side * wing, py - wing * 0.2),
                    ],
                    8,
                ),
                0.0042,
                1.3,
                0.2,
                0.8,
            )
    wet = blur(ink.density, 3.0) * 0.30 + blur(ink.density, 0.8) * 0.70
    pooled = np.clip(blur(ink.density, 1.0) - blur(ink.density, 6.0), 0, 1)
    density = np.clip(resize(wet + 0.5 * pooled, size), 0, 3)
    paper = sheet(size, "#ece3cd", rng, 0.012)
    hair = fibres(size, 900, rng, 0.05)
    paper = paper * (1 - 0.06 * hair[..., None]) * (1 + 0.03 * fractal(size, 3, rng, 3)[..., None])
    grain = 1 + 0.16 * noise(size, size / 3, rng) + 0.14 * resize(ink.tooth, size) - 0.25 * hair
    absorb = -np.log(rgb("#3d4148") / 1.0) * 1.05
    colour = paper * np.exp(-(density * np.clip(grain, 0.4, 1.6))[..., None] * absorb * 1.25)
    stamp = resize(_seal(ink.scene, 0.925, 0.085, 0.058, rng), size)[..., None]
    return np.clip(colour * (1 - stamp) + stamp * rgb("#b8332a"), 0, 1).astype(np.float32)
