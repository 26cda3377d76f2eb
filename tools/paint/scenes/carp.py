"""Two carp in a ring of water: flat shapes with clear edges, made for tesserae."""

from __future__ import annotations

import numpy as np

from tools.paint.colour import mix, ramp, rgb
from tools.paint.fields import Array, fractal, smoothstep
from tools.paint.scenes.canvas import Point, Scene, curve


def _fish(scene: Scene, spin: float, warm: bool, rng: np.random.Generator) -> None:
    c, s = np.cos(spin), np.sin(spin)

    def put(points: list[Point]) -> list[Point]:
        bent = []
        for px, py in points:
            qy = py + 0.55 * px * px - 0.03
            bent.append((0.5 + (px * c - (qy + 0.165) * s), 0.5 + (px * s + (qy + 0.165) * c)))
        return bent

    x, y = scene.x - 0.5, scene.y - 0.5
    u = x * c + y * s
    v = -x * s + y * c - 0.165 - 0.55 * u * u + 0.03
    t = (u + 0.29) / 0.58
    half = np.interp(
        t,
        [0.08, 0.2, 0.4, 0.62, 0.8, 0.9, 0.96, 1.0],
        [0.022, 0.040, 0.074, 0.088, 0.078, 0.058, 0.036, 0.0],
    ).astype(np.float32)
    body = smoothstep(0.002, -0.002, np.abs(v) - half) * (t > 0.08) * (t < 1.0)
    light, mid, deep = (
        ("#f6d27a", "#e8742c", "#b8301f") if warm else ("#f4efe2", "#e9e2d0", "#8fa3ad")
    )
    fin = "#f2a53c" if warm else "#d9dfd8"
    tail = put(
        [
            (-0.21, -0.02),
            (-0.30, -0.10),
            (-0.385, -0.135),
            (-0.345, -0.05),
            (-0.365, 0.0),
            (-0.345, 0.05),
            (-0.375, 0.115),
            (-0.29, 0.085),
            (-0.21, 0.02),
        ]
    )
    scene.lay(scene.polygon(curve(tail, 8)), ramp(np.sin(v * 150), (-1, fin), (1, mid)), None, 1)
    for side in (-1, 1):
        pectoral = put(
            [
                (0.10, side * 0.06),
                (0.09, side * 0.155),
                (0.02, side * 0.175),
                (0.0, side * 0.12),
                (0.05, side * 0.07),
            ]
        )
        scene.lay(scene.polygon(curve(pectoral, 8)), fin, None, 1)
        pelvic = put(
            [
                (-0.10, side * 0.055),
                (-0.13, side * 0.115),
                (-0.18, side * 0.115),
                (-0.16, side * 0.05),
            ]
        )
        scene.lay(scene.polygon(curve(pelvic, 8)), fin, None, 1)
    row = (u + 0.29) / 0.040
    offset = 0.5 * (np.floor(row) % 2)
    scale = np.hypot((row % 1) - 0.15, ((v / 0.040 + offset) % 1 - 0.5) * 1.5)
    skin = ramp(np.abs(v) / 0.09, (0, deep), (0.45, mid), (1, light))
    skin = mix(skin, rgb(light), 0.6 * smoothstep(0.45, 0.25, scale) * (t < 0.78))
    patch = smoothstep(0.1, 0.25, fractal(scene.size, 6, rng, 2)) * (t < 0.85)
    skin = mix(skin, rgb("#f6ecd2" if warm else "#d8481f"), patch * (0.75 if warm else 0.95))
    skin = mix(skin, rgb(mid if warm else "#f4efe2"), smoothstep(0.80, 0.82, t))
    scene.lay(body.astype(np.float32), skin, None, 1)
    rim = smoothstep(0.009, 0.006, np.abs(np.abs(v) - half)) * (t > 0.12) * (t < 1.0)
    scene.lay(rim.astype(np.float32), "#3a1c1c" if warm else "#2a3a4a", None, 1)
    for side in (-1, 1):
        ex, ey = put([(0.215, side * 0.042)])[0]
        scene.lay(scene.ellipse(ex, ey, 0.026, 0.026), "#f2c84a", None, 1)
        scene.lay(scene.ellipse(ex, ey, 0.0145, 0.0145), "#14141c", None, 1)


def carp(size: int, rng: np.random.Generator) -> Scene:
    """Compose the scene; `size` is the side in pixels."""
    scene = Scene(size, "#1f5f86")
    x, y = scene.x - 0.5, scene.y - 0.5
    far = np.hypot(x, y)
    around = np.arctan2(y, x)
    ripple = np.sin(far * 62 + 1.2 * np.sin(around * 5) + 2 * around)
    water = ramp(ripple, (-1, "#12416f"), (-0.1, "#1f6f93"), (0.5, "#3fa3a6"), (0.92, "#a6dbc4"))
    scene.lay(np.ones_like(x), water, None, 0)
    for k in range(5):
        turn = 0.5 + k * 2 * np.pi / 5
        cx, cy = 0.5 + 0.335 * np.cos(turn + 0.5), 0.5 + 0.335 * np.sin(turn + 0.5)
        leaf = scene.ellipse(cx, cy, 0.052, 0.052)
        wedge = (
            np.abs(np.angle(np.exp(1j * (np.arctan2(scene.y - cy, scene.x - cx) - turn)))) > 0.28
        )
        ring = np.hypot(scene.x - cx, scene.y - cy) / 0.052
        scene.lay(
            (leaf * wedge).astype(np.float32),
            ramp(ring, (0, "#cfd96a"), (0.5, "#5f9a3f"), (1, "#2a6a3a")),
            None,
            1,
        )
        if k % 2 == 0:
            for petal in range(6):
                bloom = petal * np.pi / 3 + turn
                scene.lay(
                    scene.ellipse(
                        cx + 0.017 * np.cos(bloom), cy + 0.017 * np.sin(bloom), 0.017, 0.009, bloom
                    ),
                    "#f2b8c0",
                    None,
                    1,
                )
            scene.lay(scene.ellipse(cx, cy, 0.009, 0.009), "#f4d03a", None, 1)
    _fish(scene, 0.45, True, rng)
    _fish(scene, 0.45 + np.pi, False, rng)
    _border(scene, far, around)
    return scene


def _border(scene: Scene, far: Array, around: Array) -> None:
    gold = ramp(np.sin(around * 60), (-1, "#c8922f"), (1, "#f0cf6a"))
    key = np.sin(around * 36 + np.sign(np.sin((far - 0.447) * 200)) * 0.9) > 0
    meander = np.where(key[..., None], rgb("#8e2a22"), rgb("#f1e3c0")).astype(np.float32)
    for inner, outer, colour in (
        (0.400, 0.414, gold),
        (0.414, 0.428, "#1c1f3a"),
        (0.428, 0.466, meander),
        (0.466, 0.478, "#1c1f3a"),
        (0.478, 0.9, None),
    ):
        mask = smoothstep(inner - 0.001, inner + 0.001, far) * smoothstep(
            outer + 0.001, outer - 0.001, far
        )
        if colour is None:
            wave = np.sin((scene.x + scene.y) * 90)
            colour = ramp(wave, (-1, "#b8923f"), (1, "#e9c869"))
        scene.lay(mask.astype(np.float32), colour, None, 1)
    frame = np.maximum(np.abs(scene.x - 0.5), np.abs(scene.y - 0.5))
    scene.lay(smoothstep(0.476, 0.478, frame), "#7a2a26", None, 1)
