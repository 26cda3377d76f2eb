"""A bay at nightfall: a turning sky, hills, a village on the shore, cypresses."""

from __future__ import annotations

import numpy as np

from tools.paint.colour import mix, ramp, rgb
from tools.paint.fields import Array, fractal, gradient, profile, smoothstep
from tools.paint.scenes.canvas import Scene

HORIZON = 0.5


def _sky(scene: Scene, rng: np.random.Generator) -> None:
    x, y = scene.x, scene.y
    stream = (y * 3.2 + 0.35 * np.sin(x * 5 + 1) + 0.25 * fractal(scene.size, 3, rng, 3)).astype(
        np.float32
    )
    twist = np.zeros_like(x)
    for cx, cy, radius, spin in (
        (0.40, 0.21, 0.15, 2.6),
        (0.60, 0.33, 0.10, -2.0),
        (0.12, 0.36, 0.11, -1.9),
        (0.92, 0.36, 0.10, 2.0),
    ):
        far = np.hypot(x - cx, (y - cy) * 1.15) / radius
        stream += spin * np.exp(-far * far)
        twist += np.sign(spin) * np.exp(-((far / 1.35) ** 6)) * np.arctan2(y - cy, x - cx)
    glow_at = np.hypot(x - 0.76, y - 0.15)
    orb = 3.5 * np.exp(-((glow_at / 0.12) ** 2))
    stream += orb
    dx, dy = gradient(stream)
    angle = np.arctan2(dx, -dy)
    base = ramp(y, (0, "#14245c"), (0.2, "#1f4c96"), (0.36, "#3f8fb3"), (0.5, "#e9b872"))
    band = 0.5 + 0.5 * np.sin(stream * 8 + twist + fractal(scene.size, 5, rng, 3) * 1.6)
    light = ramp(y, (0, "#4f86c8"), (0.25, "#9fd0cf"), (0.42, "#f3dfa0"), (0.5, "#f7b45e"))
    sky = mix(base, light, 0.75 * band**2)
    dark = 0.5 + 0.5 * np.sin(stream * 8 + twist + 2.4)
    sky = mix(sky, rgb("#101c4a"), 0.45 * dark**4 * smoothstep(0.48, 0.2, y))
    ring = 0.5 + 0.5 * np.cos(glow_at * 150)
    halo = np.exp(-((glow_at / 0.13) ** 2))
    sky = mix(sky, mix(rgb("#f2c14a"), rgb("#fbeeb0"), ring), np.clip(1.15 * halo, 0, 1))
    scene.lay(np.ones_like(x), sky, angle, 0.15)
    scene.lay(scene.ellipse(0.76, 0.15, 0.045, 0.045), "#fff3b8", angle, 0.6)
    scene.lay(scene.ellipse(0.772, 0.142, 0.028, 0.03), "#f6a83a", angle, 0.6)
    for cx, cy, radius in (
        (0.1, 0.12, 0.016),
        (0.24, 0.06, 0.012),
        (0.55, 0.08, 0.014),
        (0.93, 0.06, 0.011),
        (0.30, 0.33, 0.012),
        (0.50, 0.40, 0.009),
    ):
        far = np.hypot(x - cx, y - cy)
        around = np.arctan2(y - cy, x - cx) + np.pi / 2
        scene.lay(np.exp(-((far / radius / 1.9) ** 2)) * 0.85, "#f5e9a8", around, 0.5)
        scene.lay(scene.ellipse(cx, cy, radius * 0.6, radius * 0.6), "#fffbe0", around, 0.9)


def _hill(scene: Scene, height: Array, dark: str, light: str, rng: np.random.Generator) -> None:
    slope = np.gradient(height) * scene.size
    shade = 0.5 + 0.5 * np.clip(slope * 0.9, -1, 1)[None, :]
    shade = np.clip(shade + 0.35 * fractal(scene.size, (14, 8), rng, 4), 0, 1)
    angle = np.arctan(slope)[None, :] * 0.9 + 0.5 * fractal(scene.size, 4, rng, 2)
    fall = smoothstep(0, 0.1, scene.y - height[None, :])
    colour = mix(rgb(light), rgb(dark), np.clip(0.3 * fall + 0.75 * shade, 0, 1))
    scene.lay(scene.below(height), colour, angle, 0.25)


def _village(scene: Scene, rng: np.random.Generator) -> None:
    x = 0.40
    while x < 0.90:
        wide = rng.uniform(0.026, 0.046)
        tall = rng.uniform(0.022, 0.045)
        foot = 0.565 + rng.uniform(-0.004, 0.006)
        wall = str(rng.choice(["#e8d9b0", "#d9b98a", "#c9d3d0", "#e3a878", "#9fb4c8"]))
        roof = str(rng.choice(["#b5472e", "#8d3426", "#c76a35", "#6d3144"]))
        box = [(x, foot - tall), (x + wide, foot - tall), (x + wide, foot), (x, foot)]
        scene.lay(scene.polygon(box), wall, np.pi / 2, 0.9)
        side = [
            (x + wide * 0.62, foot - tall),
            (x + wide, foot - tall),
            (x + wide, foot),
            (x + wide * 0.62, foot),
        ]
        scene.lay(scene.polygon(side) * 0.5, "#3a4d7a", np.pi / 2, 0.9)
        top = [
            (x - 0.004, foot - tall),
            (x + wide / 2, foot - tall - wide * 0.55),
            (x + wide + 0.004, foot - tall),
        ]
        scene.lay(scene.polygon(top), roof, 0.5, 0.9)
        for k in (0.25, 0.68):
            lamp = scene.ellipse(x + wide * k, foot - tall * 0.5, 0.0045, 0.006)
            scene.lay(lamp, "#ffd65a", np.pi / 2, 1.0)
        x += wide * rng.uniform(0.85, 1.35)
    tower = [(0.628, 0.46), (0.648, 0.46), (0.650, 0.57), (0.626, 0.57)]
    scene.lay(scene.polygon(tower), "#dccfa8", np.pi / 2, 0.9)
    scene.lay(
        scene.polygon([(0.640, 0.46), (0.648, 0.46), (0.650, 0.57), (0.640, 0.57)]),
        "#5d6d94",
        np.pi / 2,
        0.9,
    )
    scene.lay(scene.polygon([(0.622, 0.462), (0.638, 0.395), (0.654, 0.462)]), "#3c3a6b", 1.3, 0.9)


def _water(scene: Scene, rng: np.random.Generator) -> None:
    x, y = scene.x, scene.y
    ripple = fractal(scene.size, (90, 7), rng, 3)
    depth = (y - 0.57) / 0.25
    water = ramp(
        depth + 0.25 * ripple, (0, "#e4a765"), (0.22, "#5fa3ae"), (0.55, "#23639c"), (1, "#15346f")
    )
    dark = smoothstep(0.2, 0.9, ripple)
    water = mix(water, rgb("#0f2a63"), 0.6 * dark)
    path = np.exp(-(((x - 0.76) / (0.03 + 0.09 * np.clip(depth, 0, 1))) ** 2))
    glint = smoothstep(0.0, 0.4, fractal(scene.size, (120, 14), rng, 2) + 0.15)
    water = mix(water, rgb("#ffdf86"), np.clip(path * glint, 0, 1) * 0.95)
    for cx in np.arange(0.42, 0.9, 0.034):
        wave = 0.006 * np.sin(y * 300 + cx * 90)
        column = np.exp(-(((x - cx + wave) / 0.005) ** 2)) * smoothstep(0.66, 0.575, y)
        water = mix(water, rgb("#f7bd57"), 0.7 * column)
    scene.lay(smoothstep(0.566, 0.569, y), water, 0.12 * np.sin(x * 14 + y * 40), 0.35)


def _boat(scene: Scene, cx: float, cy: float, scale: float, sail: str) -> None:
    hull = [(-0.05, -0.008), (0.055, -0.012), (0.035, 0.012), (-0.035, 0.012)]
    scene.lay(
        scene.polygon([(cx + px * scale, cy + py * scale) for px, py in hull]), "#5a2430", 0.0, 0.9
    )
    main = [(0.0, -0.012), (0.004, -0.125), (0.045, -0.02)]
    scene.lay(
        scene.polygon([(cx + px * scale, cy + py * scale) for px, py in main]), sail, 1.2, 0.9
    )
    jib = [(-0.004, -0.015), (0.0, -0.11), (-0.035, -0.02)]
    scene.lay(
        scene.polygon([(cx + px * scale, cy + py * scale) for px, py in jib]), "#f2e6c4", -1.2, 0.9
    )
    mirror = (
        np.exp(-(((scene.x - cx) / (0.022 * scale)) ** 2))
        * smoothstep(cy + 0.07 * scale, cy + 0.015 * scale, scene.y)
        * (scene.y > cy + 0.012 * scale)
    )
    scene.lay(mirror.astype(np.float32) * 0.55, sail, 0.0, 0.6)


def _cypress(
    scene: Scene, foot: float, ground: float, top: float, wide: float, rng: np.random.Generator
) -> None:
    t = np.linspace(0, 1, 90)
    sway = 0.35 * wide * np.sin(t * 5 + rng.uniform(0, 6)) * t
    half = wide * np.sin(np.pi * np.clip(t * 0.92 + 0.06, 0, 1)) ** 0.75 * (1 - 0.55 * t)
    half = half * (1 + 0.16 * profile(90, 16, rng, 3))
    y = ground + (top - ground) * t
    left = [(foot + a - b, c) for a, b, c in zip(sway, half, y, strict=True)]
    right = [(foot + a + b, c) for a, b, c in zip(sway, half, y, strict=True)]
    mask = scene.polygon(left + right[::-1])
    across = (scene.x - foot) / wide
    flame = fractal(scene.size, (5, 26), rng, 3)
    angle = np.pi / 2 + 0.55 * across + 0.5 * fractal(scene.size, 7, rng, 2)
    colour = ramp(
        0.5 * flame + 0.45 - 0.25 * across,
        (0, "#0b1f2c"),
        (0.4, "#143d33"),
        (0.7, "#2f6b3a"),
        (1, "#a58f3a"),
    )
    scene.lay(mask, colour, angle, 0.55)


def bay(size: int, rng: np.random.Generator) -> Scene:
    """Compose the scene; `size` is the side in pixels."""
    scene = Scene(size, "#1f4c96")
    x = scene.x[0]
    _sky(scene, rng)
    far = (
        0.475
        - 0.085 * np.exp(-(((x - 0.18) / 0.13) ** 2))
        - 0.05 * np.exp(-(((x - 0.52) / 0.12) ** 2))
    )
    _hill(
        scene, (far + 0.012 * profile(size, 5, rng)).astype(np.float32), "#27407f", "#7f9fc4", rng
    )
    near = (
        0.525
        - 0.06 * np.exp(-(((x - 0.95) / 0.2) ** 2))
        - 0.055 * np.exp(-(((x - 0.36) / 0.15) ** 2))
    )
    _hill(
        scene, (near + 0.008 * profile(size, 7, rng)).astype(np.float32), "#1c3f56", "#6fa06a", rng
    )
    _water(scene, rng)
    _village(scene, rng)
    _boat(scene, 0.53, 0.665, 0.9, "#f0a04a")
    _boat(scene, 0.87, 0.72, 1.25, "#e9573f")
    shore = 0.80 - 0.10 * (1 - x) ** 2 + 0.018 * np.sin(x * 9 + 1) + 0.008 * profile(size, 9, rng)
    mask = scene.below(shore.astype(np.float32))
    rows = (scene.y - shore[None, :]) / (1.02 - shore[None, :])
    furrow = np.sin((scene.x - 0.75) / (0.25 + rows) * 26 + 1.5 * fractal(size, 4, rng, 3))
    field = ramp(
        0.5 + 0.38 * furrow + 0.3 * fractal(size, 12, rng, 4),
        (0, "#24502f"),
        (0.35, "#5f8a3a"),
        (0.65, "#c9a63c"),
        (1, "#f0d27a"),
    )
    field = mix(field, rgb("#1c3a4a"), smoothstep(0.5, 1.2, rows) * 0.55)
    lean = np.arctan2(np.ones_like(rows), (scene.x - 0.75) / (0.25 + np.clip(rows, 0, 2)) * 1.2)
    scene.lay(mask, field, lean, 0.3)
    for _ in range(240):
        px, py = rng.uniform(0, 1), rng.uniform(0.8, 1.0)
        if py < np.interp(px, x, shore) + 0.02:
            continue
        big = 0.003 + 0.02 * (py - 0.78)
        scene.lay(
            scene.ellipse(px, py, big, big * 0.8),
            str(rng.choice(["#d8402f", "#e9e2d0", "#e2762f", "#c9356b"])),
            rng.uniform(0, 3),
            0.9,
        )
    _cypress(scene, 0.145, 0.93, 0.10, 0.062, rng)
    _cypress(scene, 0.245, 0.90, 0.33, 0.042, rng)
    return scene
