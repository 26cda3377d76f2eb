"""A fishing harbour in the morning, as a list of washes from pale to dark."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tools.paint.fields import Array, fractal, profile, smoothstep
from tools.paint.scenes.canvas import Point, Scene, curve


@dataclass(frozen=True)
class Wash:
    """One passage of the brush.

    Attributes:
        mask: (size, size) 0..1, where the brush went.
        pigment: "#rrggbb" as it looks on white.
        strength: how much pigment.
        wet: how far it runs, share of the side; the paper was wet if it is large.
        grade: (size, size) factor within the wash, or None.
    """

    mask: Array
    pigment: str
    strength: float
    wet: float = 0.0
    grade: Array | None = None


def _box(left: float, top: float, right: float, foot: float) -> list[Point]:
    return [(left, top), (right, top), (right, foot), (left, foot)]


_WALLS = ("#f0b75a", "#e58f7a", "#9fc3cf", "#f3d9a0", "#d9756a", "#c9b3d6", "#f2c66d", "#a9cfa6")


def harbour(size: int, rng: np.random.Generator) -> tuple[list[Wash], list[list[Point]]]:
    """Return the washes in order and the pencil lines beneath them."""
    scene = Scene(size, "#ffffff")
    x, y = scene.x, scene.y
    washes: list[Wash] = []
    lines: list[list[Point]] = []
    cloud = smoothstep(-0.15, 0.5, fractal(size, (3.5, 2.2), rng, 5) + 0.1)
    sky = smoothstep(0.50, 0.40, y)
    washes.append(Wash(sky * (1 - 0.9 * cloud), "#4f93cf", 0.95, 0.010, 1.15 - 1.4 * y))
    washes.append(Wash(sky * smoothstep(0.15, 0.42, y), "#f6c48a", 0.55, 0.03))
    washes.append(
        Wash(
            sky * cloud * smoothstep(0.1, 0.6, fractal(size, (5, 3), rng, 4)),
            "#8d8fb5",
            0.38,
            0.014,
        )
    )
    hill = (
        0.44
        - 0.10 * np.exp(-(((x[0] - 0.2) / 0.22) ** 2))
        - 0.07 * np.exp(-(((x[0] - 0.92) / 0.2) ** 2))
        + 0.012 * profile(size, 6, rng)
    )
    land = scene.below(hill.astype(np.float32)) * smoothstep(0.56, 0.50, y)
    washes.append(Wash(land, "#7f93c4", 0.75, 0.002, 1.2 - 1.2 * smoothstep(0.32, 0.56, y)))
    near = 0.50 - 0.05 * np.exp(-(((x[0] - 0.55) / 0.2) ** 2)) + 0.014 * profile(size, 9, rng)
    trees = scene.below(near.astype(np.float32)) * smoothstep(0.60, 0.52, y)
    washes.append(Wash(trees, "#6f9f62", 0.85, 0.004, 1 + 0.5 * fractal(size, 9, rng, 3)))
    water = smoothstep(0.655, 0.665, y + 0.003 * np.sin(x * 22))
    gleam = smoothstep(0.30, 0.45, fractal(size, (60, 5), rng, 3) * (0.5 + y))
    washes.append(Wash(water * (1 - gleam), "#6fb3c8", 0.75, 0.002, 0.55 + 0.9 * (y - 0.6) / 0.4))
    left, number, first = 0.045, 0, len(washes)
    base = 0.640
    while left < 0.90:
        wide = rng.uniform(0.085, 0.130)
        right = min(left + wide, 0.965)
        top = base - rng.uniform(0.19, 0.34)
        wall = _WALLS[number % len(_WALLS)]
        skew = rng.normal(0, 0.002, 4)
        corners = [(left + skew[0], top), (right + skew[1], top), (right, base), (left, base)]
        washes.append(
            Wash(scene.polygon(corners), wall, 0.95, 0.0, 0.8 + 0.4 * smoothstep(top, base, y))
        )
        shade = _box(left + wide * 0.72, top, right, base)
        washes.append(Wash(scene.polygon(shade), "#7a7fae", 0.34, 0.002))
        ridge = top - rng.uniform(0.045, 0.085)
        if number % 3 == 1:
            roof = [(left - 0.008, top), ((left + right) / 2, ridge), (right + 0.008, top)]
        else:
            roof = [
                (left - 0.008, top),
                (left + 0.02, ridge),
                (right - 0.02, ridge),
                (right + 0.008, top),
            ]
        washes.append(
            Wash(scene.polygon(roof), "#b8502f", 0.95, 0.0, 0.8 + 0.35 * fractal(size, 30, rng, 2))
        )
        stack = _box(left + 0.03, ridge - 0.03, left + 0.047, ridge + 0.012)
        washes.append(Wash(scene.polygon(stack), "#8f4f3f", 0.9))
        lines += [[*corners, corners[0]], [*roof, roof[0]]]
        _windows(scene, washes, lines, left, right, top, base, number, rng)
        mirror = [
            (left, 0.662),
            (right, 0.662),
            (right + 0.004, 0.662 + (base - top) * 0.85),
            (left - 0.004, 0.662 + (base - top) * 0.85),
        ]
        broken = smoothstep(-0.35, 0.1, fractal(size, (70, 6), rng, 3) + 0.35 - 1.4 * (y - 0.66))
        washes.append(Wash(scene.polygon(mirror) * broken, wall, 0.62, 0.003))
        washes.append(
            Wash(
                scene.polygon(mirror)
                * broken
                * smoothstep(0.05, 0.35, fractal(size, (80, 10), rng, 2)),
                "#4f7f9f",
                0.4,
                0.001,
            )
        )
        left = right + rng.uniform(-0.004, 0.010)
        number += 1
    built = np.clip(sum(wash.mask for wash in washes[first:] if wash.pigment in _WALLS), 0, 1)
    built = built * (y < base + 0.004)
    for place in range(1, first):
        if washes[place].pigment != "#6fb3c8":
            washes[place] = replace(washes[place], mask=washes[place].mask * (1 - 0.96 * built))
    quay = [(0.0, 0.638), (1.0, 0.634), (1.0, 0.664), (0.0, 0.668)]
    washes.append(
        Wash(scene.polygon(quay), "#a08f80", 0.75, 0.001, 0.8 + 0.5 * fractal(size, 40, rng, 3))
    )
    washes.append(
        Wash(scene.polygon([(0, 0.656), (1, 0.652), (1, 0.668), (0, 0.672)]), "#4a4a66", 0.7)
    )
    ripple = smoothstep(0.42, 0.72, fractal(size, (55, 4.5), rng, 3))
    washes.append(Wash(water * ripple * smoothstep(0.68, 0.85, y), "#2a6b94", 0.8, 0.0))
    _boat(scene, washes, lines, 0.27, 0.80, 1.15, "#c8402f")
    _boat(scene, washes, lines, 0.73, 0.755, 0.8, "#2f6f8f")
    return washes, lines


def _windows(
    scene: Scene,
    washes: list[Wash],
    lines: list[list[Point]],
    left: float,
    right: float,
    top: float,
    base: float,
    number: int,
    rng: np.random.Generator,
) -> None:
    rows = int((base - top - 0.07) / 0.062)
    for row in range(max(rows, 1)):
        for k in range(2):
            cx = left + (right - left) * (0.29 + 0.42 * k) + rng.normal(0, 0.001)
            cy = top + 0.022 + 0.062 * row
            pane = _box(cx - 0.0095, cy, cx + 0.0095, cy + 0.034)
            washes.append(Wash(scene.polygon(pane), "#3a4668", rng.uniform(0.8, 1.25)))
            lines.append([*pane, pane[0]])
            if number % 2 == 0:
                for side in (-1, 1):
                    shutter = _box(
                        cx + side * 0.016 - 0.0055, cy, cx + side * 0.016 + 0.0055, cy + 0.034
                    )
                    washes.append(
                        Wash(scene.polygon(shutter), ("#3f8f86", "#4f6fb0")[number % 4 // 2], 0.9)
                    )
    middle = (left + right) / 2
    door = _box(middle - 0.013, base - 0.052, middle + 0.013, base)
    washes.append(Wash(scene.polygon(door), ("#7a3a2f", "#2f5f6f", "#5f3f6f")[number % 3], 1.1))
    if number % 2:
        awning = [
            (left + 0.012, base - 0.075),
            (right - 0.012, base - 0.075),
            (right - 0.004, base - 0.05),
            (left + 0.004, base - 0.05),
        ]
        washes.append(Wash(scene.polygon(awning), "#d8503f", 0.9))


def _boat(
    scene: Scene,
    washes: list[Wash],
    lines: list[list[Point]],
    cx: float,
    cy: float,
    scale: float,
    hull: str,
) -> None:
    def put(points: list[Point]) -> list[Point]:
        return [(cx + px * scale, cy + py * scale) for px, py in points]

    side = put(
        curve([(-0.12, -0.03), (-0.09, 0.03), (0.0, 0.042), (0.09, 0.03), (0.135, -0.045)], 8)
        + curve([(0.135, -0.045), (0.05, -0.012), (-0.05, -0.012), (-0.12, -0.03)], 8)
    )
    shadow = put([(-0.12, 0.04), (0.13, 0.04), (0.10, 0.085), (0.02, 0.10), (-0.09, 0.075)])
    washes.append(Wash(scene.polygon(shadow), "#1f4a6a", 0.9, 0.003))
    washes.append(Wash(scene.polygon(side), hull, 1.15, 0.0))
    washes.append(
        Wash(scene.polygon(side) * smoothstep(cy, cy + 0.03, scene.y), "#2a2a4a", 0.5, 0.002)
    )
    cabin = put(_box(-0.03, -0.065, 0.035, -0.012))
    washes.append(Wash(scene.polygon(cabin), "#e9d9b8", 0.6))
    washes.append(Wash(scene.polygon(put(_box(-0.02, -0.055, 0.0, -0.032))), "#3a4668", 1.0))
    washes.append(Wash(scene.polygon(put(_box(0.008, -0.055, 0.028, -0.032))), "#3a4668", 1.0))
    washes.append(
        Wash(scene.line(put([(0.002, -0.06), (0.004, -0.25)]), 0.0045 * scale), "#5a4038", 1.2)
    )
    washes.append(Wash(scene.line(put([(0.004, -0.24), (0.13, -0.045)]), 0.0016), "#5a4038", 0.9))
    washes.append(Wash(scene.line(put([(0.004, -0.24), (-0.115, -0.03)]), 0.0016), "#5a4038", 0.9))
    flag = put([(0.004, -0.25), (0.05, -0.238), (0.006, -0.222)])
    washes.append(Wash(scene.polygon(flag), "#e0a030", 1.1))
    lines.append([*side, side[0]])
