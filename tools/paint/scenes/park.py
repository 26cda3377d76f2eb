"""A summer afternoon on a river bank: poplars, sails, long shadows."""

from __future__ import annotations

import numpy as np

from tools.paint.colour import mix, ramp, rgb
from tools.paint.fields import fractal, profile, smoothstep
from tools.paint.scenes.canvas import Scene


def _crown(
    scene: Scene, cx: float, cy: float, rx: float, ry: float, warm: float, rng: np.random.Generator
) -> None:
    ragged = fractal(scene.size, 16, rng, 4)
    far = np.hypot((scene.x - cx) / rx, (scene.y - cy) / ry) + 0.16 * ragged
    mask = smoothstep(1.03, 0.97, far)
    light = 0.5 - 0.42 * (scene.x - cx) / rx * -1 - 0.4 * (scene.y - cy) / ry
    light = light + 0.55 * fractal(scene.size, 13, rng, 4)
    colour = ramp(
        light,
        (0, "#1d3a5f"),
        (0.3, "#1f6a4f"),
        (0.62, "#5fa83f"),
        (0.9, "#d9d04a"),
        (1.1, "#f7e27a"),
    )
    scene.lay(
        mask, mix(colour, rgb("#e88b3a"), warm * smoothstep(0.4, 1, light)), np.pi / 3 + ragged, 0.4
    )


def _sail(scene: Scene, cx: float, foot: float, tall: float, colour: str) -> None:
    scene.lay(
        scene.polygon(
            [
                (cx - 0.3 * tall, foot),
                (cx + 0.34 * tall, foot),
                (cx + 0.24 * tall, foot + 0.06 * tall),
                (cx - 0.22 * tall, foot + 0.06 * tall),
            ]
        ),
        "#5b3a6b",
        0.0,
        0.9,
    )
    scene.lay(
        scene.polygon(
            [(cx, foot - tall), (cx + 0.30 * tall, foot - 0.04 * tall), (cx, foot - 0.04 * tall)]
        ),
        colour,
        1.2,
        0.8,
    )
    scene.lay(
        scene.polygon(
            [
                (cx - 0.02, foot - 0.85 * tall),
                (cx - 0.012, foot - 0.04 * tall),
                (cx - 0.24 * tall, foot - 0.04 * tall),
            ]
        ),
        "#fff6dc",
        1.9,
        0.8,
    )
    mirror = smoothstep(foot + tall * 0.7, foot + 0.05 * tall, scene.y) * (
        scene.y > foot + 0.06 * tall
    )
    wave = 0.012 * np.sin(scene.y * 260)
    mirror = mirror * smoothstep(0.16 * tall, 0.1 * tall, np.abs(scene.x - cx - 0.04 * tall + wave))
    scene.lay((0.7 * mirror).astype(np.float32), "#f6e4bd", 0.0, 0.5)


def _stroller(scene: Scene, cx: float, foot: float, tall: float, dress: str, shade: str) -> None:
    shadow = [
        (cx - 0.08 * tall, foot),
        (cx + 0.1 * tall, foot),
        (cx - 0.9 * tall, foot + 0.26 * tall),
        (cx - 1.1 * tall, foot + 0.24 * tall),
    ]
    scene.lay(scene.polygon(shadow) * 0.85, "#274a7a", 2.8, 0.7)
    skirt = [
        (cx - 0.06 * tall, foot - 0.55 * tall),
        (cx + 0.06 * tall, foot - 0.55 * tall),
        (cx + 0.17 * tall, foot - 0.2 * tall),
        (cx + 0.19 * tall, foot),
        (cx - 0.17 * tall, foot),
        (cx - 0.12 * tall, foot - 0.3 * tall),
    ]
    scene.lay(scene.polygon(skirt), dress, 1.5, 1.0)
    dark = [
        (cx + 0.02 * tall, foot - 0.55 * tall),
        (cx + 0.06 * tall, foot - 0.55 * tall),
        (cx + 0.17 * tall, foot - 0.2 * tall),
        (cx + 0.19 * tall, foot),
        (cx + 0.06 * tall, foot),
    ]
    scene.lay(scene.polygon(dark) * 0.6, "#2b2f6b", 1.5, 1.0)
    scene.lay(scene.ellipse(cx, foot - 0.62 * tall, 0.06 * tall, 0.13 * tall), dress, 1.5, 1.0)
    scene.lay(scene.ellipse(cx, foot - 0.79 * tall, 0.042 * tall, 0.05 * tall), "#e9b48a", 1.5, 1.0)
    scene.lay(scene.ellipse(cx, foot - 0.83 * tall, 0.06 * tall, 0.028 * tall), "#6a2f3a", 0.0, 1.0)
    px, py = cx + 0.1 * tall, foot - 0.9 * tall
    top = scene.ellipse(px, py, 0.26 * tall, 0.17 * tall) * (scene.y < py + 0.02 * tall)
    scene.lay(top.astype(np.float32), shade, 0.3, 1.0)
    glow = np.exp(-(((scene.x - px - 0.1 * tall) / (0.11 * tall)) ** 2)) * 0.75 * top
    scene.lay(glow.astype(np.float32), "#ffe9b8", 0.3, 1.0)
    scene.lay(
        scene.line([(px, py), (cx + 0.02 * tall, foot - 0.5 * tall)], 0.014 * tall),
        "#5b3a2a",
        1.3,
        1.0,
    )


def park(size: int, rng: np.random.Generator) -> Scene:
    """Compose the scene; `size` is the side in pixels."""
    scene = Scene(size, "#bfe0ea")
    x, y = scene.x, scene.y
    sky = ramp(y, (0, "#5fa6dc"), (0.2, "#a9d6ea"), (0.33, "#f6d9b5"), (0.42, "#f2b184"))
    cloud = smoothstep(0.1, 0.7, fractal(size, (7, 3.2), rng, 5) + 0.1)
    sky = mix(sky, rgb("#fff2e0"), 0.7 * cloud)
    sky = mix(sky, rgb("#c7a3cf"), 0.4 * smoothstep(0.2, 0.8, fractal(size, (9, 3), rng, 4)))
    scene.lay(np.ones_like(x), sky, 0.2, 0.1)
    bank = 0.395 + 0.012 * profile(size, 4, rng)
    mask = scene.below(bank.astype(np.float32))
    scene.lay(
        mask,
        ramp(
            fractal(size, (10, 8), rng, 4) * 0.6 + 0.5,
            (0, "#5f8fa8"),
            (0.5, "#8fbf8a"),
            (1, "#f0d68a"),
        ),
        0.0,
        0.2,
    )
    for cx in (0.33, 0.37, 0.405, 0.44, 0.60, 0.635):
        tall = rng.uniform(0.10, 0.17)
        _crown(scene, cx, 0.405 - tall / 2, 0.013, tall / 2 + 0.02, 0.1, rng)
    for cx in (0.52, 0.72, 0.78, 0.9, 0.97):
        _crown(scene, cx, 0.395, rng.uniform(0.03, 0.06), rng.uniform(0.025, 0.05), 0.2, rng)
    shore = scene.polygon([(0.48, 0.40), (0.515, 0.375), (0.55, 0.40), (0.55, 0.42), (0.48, 0.42)])
    scene.lay(shore, "#f6efe0", 1.5, 0.9)
    scene.lay(scene.polygon([(0.472, 0.402), (0.515, 0.366), (0.558, 0.402)]), "#d8563f", 0.5, 0.9)
    ripple = fractal(size, (80, 8), rng, 3)
    river = ramp(
        (y - 0.42) / 0.26 + 0.28 * ripple,
        (0, "#d9e6d0"),
        (0.15, "#8fc8da"),
        (0.5, "#4b9bd0"),
        (1, "#3f6fc0"),
    )
    glitter = smoothstep(0.35, 0.8, ripple) * smoothstep(0.3, 0.0, np.abs(x - 0.55))
    river = mix(river, rgb("#fff3c4"), glitter)
    for cx in (0.33, 0.37, 0.405, 0.44, 0.60, 0.635):
        streak = np.exp(-(((x - cx + 0.006 * np.sin(y * 330)) / 0.011) ** 2))
        river = mix(river, rgb("#2d7a63"), 0.6 * streak * smoothstep(0.54, 0.42, y))
    scene.lay(smoothstep(0.418, 0.422, y), river, 0.0, 0.3)
    _sail(scene, 0.60, 0.50, 0.19, "#ffb25e")
    _sail(scene, 0.44, 0.455, 0.075, "#f8c9a0")
    _sail(scene, 0.90, 0.445, 0.05, "#ffffff")
    edge = 0.60 + 0.10 * x + 0.06 * np.sin(x * 3.4 + 2.6) + 0.006 * profile(size, 9, rng)
    lawn = scene.below(edge[0] if edge.ndim == 2 else edge)
    grass = ramp(
        0.55 + 0.5 * fractal(size, (22, 9), rng, 4),
        (0, "#5fa03f"),
        (0.45, "#a6c83f"),
        (1, "#f4e25f"),
    )
    shade = smoothstep(
        0.35,
        0.55,
        0.5
        + 0.32 * np.sin((y + 0.32 * x) * 21 + 2.2)
        + 0.35 * fractal(size, (5, 7), rng, 4)
        + 0.4 * (y - 0.72)
        - 0.28 * x,
    )
    grass = mix(
        grass,
        ramp(fractal(size, 12, rng, 3) + 0.5, (0, "#1d3f7a"), (0.6, "#1f6a5a"), (1, "#4a8f4a")),
        0.92 * shade,
    )
    scene.lay(lawn, grass, 0.1, 0.25)
    _stroller(scene, 0.60, 0.86, 0.31, "#c43f5f", "#f08a3c")
    _stroller(scene, 0.76, 0.82, 0.25, "#f8f0e0", "#3f4fb0")
    _stroller(scene, 0.38, 0.73, 0.15, "#6a3fa0", "#f0c53c")
    trunk = [
        (0.10, 0.98),
        (0.125, 0.8),
        (0.13, 0.55),
        (0.115, 0.3),
        (0.175, 0.3),
        (0.185, 0.55),
        (0.19, 0.8),
        (0.225, 0.98),
    ]
    bark = ramp(
        (x - 0.11) / 0.08 + 0.3 * fractal(size, (10, 40), rng, 3),
        (0, "#3a2f5f"),
        (0.5, "#7a4a4a"),
        (1, "#f0a860"),
    )
    scene.lay(scene.polygon(trunk), bark, np.pi / 2, 0.5)
    scene.lay(scene.line([(0.15, 0.42), (0.22, 0.3), (0.30, 0.2)], 0.02), "#6a4452", 0.9, 0.5)
    for cx, cy, rx, ry in (
        (0.02, 0.20, 0.15, 0.16),
        (0.16, 0.09, 0.19, 0.14),
        (0.30, 0.15, 0.13, 0.10),
        (0.10, 0.27, 0.10, 0.07),
    ):
        _crown(scene, cx, cy, rx, ry, 0.25, rng)
    _crown(scene, 1.0, 0.30, 0.10, 0.16, 0.4, rng)
    scene.lay(
        scene.polygon([(0.965, 0.4), (0.985, 0.4), (0.99, 0.72), (0.96, 0.72)]), "#5b3f5f", 1.5
    )
    return scene
