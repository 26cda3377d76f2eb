"""A farm among patchwork hills under a big sun, in the colours of a crayon box."""

from __future__ import annotations

import numpy as np

from tools.paint.colour import mix, ramp, rgb
from tools.paint.fields import fractal, profile, smoothstep
from tools.paint.scenes.canvas import Scene

_FIELDS = ("#7fb23a", "#f2b632", "#3f8f4a", "#e2762f", "#a8c93f", "#d9a441", "#2f7a5f", "#c9506a")


def farm(size: int, rng: np.random.Generator) -> Scene:
    """Compose the scene; `size` is the side in pixels."""
    scene = Scene(size, "#5fb3e0")
    x, y = scene.x, scene.y
    far = np.hypot(x - 0.76, y - 0.19)
    around = np.arctan2(y - 0.19, x - 0.76)
    sky = ramp(y, (0, "#2f7fd0"), (0.25, "#6fc0e8"), (0.45, "#f6b8a0"))
    rays = smoothstep(0.1, 0.5, np.sin(around * 16)) * smoothstep(0.30, 0.14, far)
    sky = mix(sky, rgb("#f8c83a"), rays)
    scene.lay(np.ones_like(x), sky, np.where(far < 0.3, around, 0.55), 0.2)
    scene.lay(scene.ellipse(0.76, 0.19, 0.088, 0.088), "#f9d423", around + np.pi / 2, 0.8)
    ring = scene.ellipse(0.76, 0.19, 0.088, 0.088) * smoothstep(0.062, 0.07, far)
    scene.lay(ring.astype(np.float32), "#ee7a25", around + np.pi / 2, 0.8)
    for cx, cy, wide in ((0.24, 0.14, 0.09), (0.46, 0.075, 0.06), (0.95, 0.36, 0.06)):
        for dx, dy, share in ((0, 0.14, 0.8), (-0.6, 0.1, 0.5), (0, -0.12, 0.7), (0.6, 0.1, 0.55)):
            puff = scene.ellipse(cx + dx * wide, cy + dy * wide, share * wide, share * wide * 0.7)
            scene.lay(puff, "#ffffff" if dy < 0.12 else "#c9d9f0", 0.9, 0.5)
    for number, (base, tall, shift) in enumerate(
        ((0.46, 0.07, 0.5), (0.55, 0.06, 2.6), (0.66, 0.07, 4.4), (0.80, 0.05, 1.2))
    ):
        ridge = base - tall * np.sin(x[0] * 5.2 + shift) + 0.003 * profile(size, 6, rng)
        hill = scene.below(ridge.astype(np.float32))
        deep = y - ridge[None, :]
        column = (x - 0.5 + 0.25 * number) * (1.2 - deep) * (9 - 1.4 * number) + deep * 3
        patch = np.floor(column) + 3 * np.floor(deep / (0.05 + 0.03 * number))
        pick = (np.abs(patch * 5 + number * 3) % len(_FIELDS)).astype(int)
        colour = np.stack([rgb(code) for code in _FIELDS])[pick]
        angle = 0.4 + 0.62 * (pick % 5) - 0.3
        scene.lay(hill, colour, angle, 0.4)
        split = np.abs(column - np.round(column))
        hedge = hill * smoothstep(0.06, 0.035, split)
        scene.lay(hedge.astype(np.float32), "#23603f", np.pi / 2, 0.7)
        scene.lay(hill * smoothstep(0.008, 0.004, np.abs(deep)), "#1f4f5f", 0.2, 0.7)
    road = [
        (0.50, 0.70),
        (0.53, 0.70),
        (0.50, 0.78),
        (0.60, 0.88),
        (0.56, 1.02),
        (0.34, 1.02),
        (0.46, 0.88),
        (0.44, 0.78),
    ]
    scene.lay(scene.polygon(road), "#e9c99a", 1.2, 0.6)
    _barn(scene)
    for cx, foot, tall in (
        (0.16, 0.78, 0.26),
        (0.88, 0.80, 0.20),
        (0.30, 0.68, 0.10),
        (0.70, 0.64, 0.09),
        (0.93, 0.60, 0.09),
    ):
        trunk = [
            (cx - 0.06 * tall, foot),
            (cx - 0.03 * tall, foot - 0.5 * tall),
            (cx + 0.03 * tall, foot - 0.5 * tall),
            (cx + 0.06 * tall, foot),
        ]
        scene.lay(scene.polygon(trunk), "#7a4326", np.pi / 2, 0.9)
        lump = 0.1 * fractal(size, 22, rng, 3)
        crown = np.hypot((x - cx) / (0.30 * tall), (y - foot + 0.68 * tall) / (0.36 * tall)) + lump
        leaf = ramp(
            (x - cx) / tall - 0.8 * (y - foot + 0.68 * tall) / tall,
            (-0.3, "#14503f"),
            (0, "#2f8f3f"),
            (0.3, "#a3cf3a"),
        )
        spin = np.arctan2(y - foot + 0.68 * tall, x - cx) + np.pi / 2
        scene.lay(smoothstep(1.02, 0.96, crown), leaf, spin, 0.7)
        for _ in range(14 if tall > 0.15 else 0):
            turn, out = rng.uniform(0, 6.28), np.sqrt(rng.random()) * 0.24 * tall
            scene.lay(
                scene.ellipse(
                    cx + np.cos(turn) * out, foot - 0.68 * tall + np.sin(turn) * out, 0.011, 0.011
                ),
                "#d8302f",
                0.5,
                1.0,
            )
    for _ in range(46):
        px, py = rng.uniform(0, 1), rng.uniform(0.87, 1.0)
        if 0.34 < px < 0.62:
            continue
        big = 0.008 + 0.09 * (py - 0.86)
        scene.lay(
            scene.line([(px, py), (px + rng.normal(0, 0.006), py + 2.6 * big)], 0.006),
            "#14603f",
            1.5,
            0.9,
        )
        petal = str(rng.choice(["#e83f5f", "#f9d423", "#ffffff", "#8f4fb8", "#ee7a25"]))
        for k in range(6):
            turn = k * np.pi / 3 + px * 9
            scene.lay(
                scene.ellipse(
                    px + 0.7 * big * np.cos(turn),
                    py + 0.7 * big * np.sin(turn),
                    0.5 * big,
                    0.34 * big,
                    turn,
                ),
                petal,
                turn,
                1.0,
            )
        scene.lay(scene.ellipse(px, py, 0.36 * big, 0.36 * big), "#7a3a1f", 0.5, 1.0)
    return scene


def _barn(scene: Scene) -> None:
    for points, colour, angle in (
        ([(0.40, 0.70), (0.40, 0.56), (0.475, 0.49), (0.55, 0.56), (0.55, 0.70)], "#d4342a", 1.57),
        ([(0.55, 0.70), (0.55, 0.56), (0.68, 0.545), (0.68, 0.68)], "#a3262f", 0.1),
        ([(0.475, 0.485), (0.56, 0.565), (0.70, 0.55), (0.62, 0.475)], "#4a4f7a", 0.8),
        (
            [(0.475, 0.485), (0.455, 0.50), (0.385, 0.57), (0.40, 0.585), (0.475, 0.515)],
            "#3a3f66",
            2.3,
        ),
        ([(0.445, 0.70), (0.445, 0.62), (0.505, 0.62), (0.505, 0.70)], "#fff3dc", 1.57),
        ([(0.452, 0.70), (0.452, 0.627), (0.498, 0.627), (0.498, 0.70)], "#7a2a26", 0.8),
        ([(0.46, 0.585), (0.46, 0.555), (0.49, 0.555), (0.49, 0.585)], "#fff3dc", 1.57),
        ([(0.58, 0.63), (0.58, 0.595), (0.605, 0.593), (0.605, 0.628)], "#f9e27a", 1.57),
        ([(0.63, 0.625), (0.63, 0.59), (0.655, 0.588), (0.655, 0.622)], "#f9e27a", 1.57),
    ):
        scene.lay(scene.polygon(points), colour, angle, 0.95)
