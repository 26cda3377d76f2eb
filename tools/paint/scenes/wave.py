"""A breaking sea at sunrise, cut for four blocks of wood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.paint.fields import Array, distance, fractal, profile, resize, smoothstep
from tools.paint.scenes.canvas import Point, Scene, curve

_BACK: list[Point] = [
    (-0.06, 0.66),
    (0.03, 0.53),
    (0.10, 0.39),
    (0.18, 0.24),
    (0.29, 0.125),
    (0.42, 0.085),
    (0.55, 0.125),
    (0.645, 0.215),
    (0.685, 0.335),
]
_FACE: list[Point] = [
    (0.685, 0.335),
    (0.62, 0.275),
    (0.54, 0.25),
    (0.46, 0.285),
    (0.41, 0.375),
    (0.41, 0.49),
    (0.465, 0.60),
    (0.57, 0.675),
    (0.70, 0.685),
    (0.86, 0.63),
    (1.06, 0.56),
]
_SWELL: list[Point] = [
    (-0.06, 0.845),
    (0.08, 0.76),
    (0.20, 0.765),
    (0.36, 0.85),
    (0.52, 0.885),
    (0.66, 0.82),
    (0.755, 0.735),
    (0.83, 0.765),
    (0.93, 0.85),
    (1.06, 0.87),
]


@dataclass(frozen=True)
class Blocks:
    """What each block prints, (size, size) in 0..1, and the direction of the knife.

    Attributes:
        warm: ochre of the sky. sun: vermilion. pale: light blue. middle: blue. key: indigo.
        angle: radians. carve: where white gouge marks may lie.
    """

    warm: Array
    sun: Array
    pale: Array
    middle: Array
    key: Array
    angle: Array
    carve: Array


def _along(path: list[Point], count: int) -> tuple[np.ndarray, np.ndarray]:
    points = np.array(path)
    reach = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    t = np.linspace(0, reach[-1], count)
    at = np.stack([np.interp(t, reach, points[:, k]) for k in (0, 1)], axis=1)
    course = np.gradient(at, axis=0)
    course /= np.linalg.norm(course, axis=1, keepdims=True) + 1e-9
    return at, course


def _foam(
    scene: Scene, path: list[Point], out: float, big: float, rng: np.random.Generator
) -> Array:
    """Return a lip of foam: knuckles along the path and hooked fingers that reach over it."""
    discs: list[tuple[float, float, float]] = []
    at, course = _along(path, 64)
    for (px, py), (dx, dy) in zip(at, course, strict=True):
        nx, ny = -dy * out, dx * out
        radius = big * rng.uniform(0.45, 1.0)
        off = rng.uniform(-0.9, 0.35) * big
        discs.append((px + nx * off, py + ny * off, radius))
        if rng.random() < 0.62:
            reach = big * rng.uniform(1.3, 2.9)
            hook = rng.uniform(0.25, 0.75)
            tip = [
                (px, py),
                (
                    px + nx * reach * 0.5 + dx * reach * 0.1,
                    py + ny * reach * 0.5 + dy * reach * 0.1,
                ),
                (
                    px + nx * reach * 0.9 + dx * reach * hook * 0.6,
                    py + ny * reach * 0.9 + dy * reach * hook * 0.6,
                ),
                (
                    px + nx * reach * 0.85 + dx * reach * hook * 1.3,
                    py + ny * reach * 0.85 + dy * reach * hook * 1.3,
                ),
            ]
            line = curve(tip, 8)
            for k, (qx, qy) in enumerate(line):
                thin = big * 0.42 * (1 - 0.8 * k / len(line))
                discs.append((qx, qy, thin))
    return scene.dots(discs)


def _bands(gap: Array, pitch: float, share: Array | float, size: int) -> Array:
    phase = gap / pitch
    off = np.abs(phase - np.floor(phase) - 0.5) * 2
    return np.clip((np.asarray(share) - off) * pitch * size * 0.5 + 0.5, 0, 1).astype(np.float32)


def wave(size: int, rng: np.random.Generator) -> Blocks:
    """Draw the blocks; `size` is the side in pixels."""
    scene = Scene(size, "#ffffff")
    x, y = scene.x, scene.y
    back, face, swell = curve(_BACK), curve(_FACE), curve(_SWELL)
    body = scene.polygon([*back, *face, (1.06, 1.06), (-0.06, 1.06)])
    front = scene.polygon([*swell, (1.06, 1.06), (-0.06, 1.06)])
    coarse = 512
    small = Scene(coarse, "#ffffff")
    from_face, from_back, from_swell = (
        resize(distance(small.line(path, 1.5 / coarse) > 0.4) / coarse, size)
        for path in (face, back, swell)
    )
    bend = 0.006 * fractal(size, 4, rng, 3)
    near_back = smoothstep(-0.03, 0.03, from_face * 0.82 - from_back)
    lane = np.where(near_back > 0.5, from_back + bend, from_face + bend)
    swing = 0.5 + 0.38 * fractal(size, 3, rng, 2) + 0.5 * np.clip(0.25 - lane, -0.3, 0.25)
    dark = _bands(lane, 0.043, np.clip(swing, 0.12, 0.85), size)
    thread = _bands(lane + 0.021, 0.043, 0.10, size)
    pale = np.maximum(body, 0)
    middle = body * _bands(lane + 0.008, 0.043, np.clip(swing + 0.3, 0.3, 1.0), size)
    key = body * np.maximum(dark * (lane > 0.035), 0.0)
    key = np.maximum(key, body * thread * (fractal(size, 6, rng, 2) > 0.1))
    lane2 = from_swell + bend
    swing2 = np.clip(0.55 + 0.35 * fractal(size, 3, rng, 2), 0.2, 0.9)
    key = key * (1 - front) + front * _bands(lane2, 0.036, swing2, size) * (lane2 > 0.02)
    middle = middle * (1 - front) + front * _bands(lane2 + 0.006, 0.036, swing2 + 0.32, size)
    pale = np.maximum(pale, front)
    horizon = smoothstep(0.6195, 0.6205, y) * (1 - body)
    pale = np.maximum(pale, horizon * 0.8)
    ripple = _bands(y + 0.004 * np.sin(x * 30), 0.016, 0.4, size)
    middle = np.maximum(middle, horizon * ripple)
    sun = scene.ellipse(0.735, 0.47, 0.115, 0.115) * (1 - horizon) * (1 - body)
    streak = horizon * _bands(y + 0.003 * np.sin(x * 44), 0.016, 0.5, size)
    streak = streak * smoothstep(0.11, 0.08, np.abs(x - 0.735))
    sun = np.maximum(sun, streak * 0.9)
    sky = (1 - body) * (1 - horizon) * (1 - front)
    warm = sky * smoothstep(0.10, 0.62, y)
    night = sky * smoothstep(0.17, 0.0, y + 0.02 * profile(size, 3, rng)[None, :])
    for level, shift, tall in ((0.60, 0.0, 0.05), (0.61, 3.0, 0.028)):
        ridge = level - tall * np.clip(np.sin(x[0] * 9 + shift) + 0.4 * np.sin(x[0] * 23), 0, 2)
        land = scene.below(ridge.astype(np.float32)) * sky * (x > 0.80)
        middle = np.maximum(middle, land * 0.9)
        sun, warm = sun * (1 - land), warm * (1 - land)
    for cy, left, right, thick in (
        (0.34, 0.74, 1.1, 0.006),
        (0.40, 0.60, 0.92, 0.005),
        (0.22, 0.78, 1.1, 0.007),
        (0.46, 0.84, 1.1, 0.005),
        (0.27, -0.1, 0.10, 0.006),
        (0.20, -0.1, 0.14, 0.005),
    ):
        bar = smoothstep(thick, thick * 0.7, np.abs(y - cy - 0.004 * np.sin(x * 17)))
        bar = bar * smoothstep(left, left + 0.12, x) * smoothstep(right, right - 0.12, x)
        warm, sun = warm * (1 - bar * sky), sun * (1 - bar * sky)
    key = np.maximum(key, night * 0.95)
    foam = np.maximum.reduce(
        [
            _foam(scene, back[90:], -1.0, 0.017, rng),
            _foam(scene, face[: 24 * 4], -1.0, 0.018, rng),
            _foam(scene, face[24 * 3 : 24 * 5], -1.0, 0.009, rng),
        ]
    )
    foam2 = _foam(scene, swell[24 * 5 : 24 * 8], -1.0, 0.015, rng)
    foam = np.maximum(foam * (1 - front), foam2)
    spray = [
        (rng.normal(0.70, 0.12), rng.normal(0.30, 0.11), rng.uniform(0.0015, 0.0055))
        for _ in range(90)
    ]
    foam = np.maximum(foam, scene.dots(spray) * (1 - front))
    lip = np.clip(resize(distance(resize(foam, coarse) > 0.5) / coarse, size), 0, 1)
    rim = smoothstep(0.0048, 0.0032, lip) * (1 - foam)
    for plate in (warm, sun, middle, pale):
        plate *= 1 - foam
    key = np.maximum(key * (1 - foam), rim)
    edge = np.maximum(scene.line(back, 0.005), scene.line(face, 0.004)) * (1 - front)
    key = np.maximum(key, np.maximum(edge, scene.line(swell, 0.0045)) * (1 - foam))
    dots = (fractal(size, 70, rng, 2) > 0.62) * foam
    middle = np.maximum(middle, dots.astype(np.float32))
    warm, sun, pale, middle, key = _boat(scene, (warm, sun, pale, middle, key), body)
    gy, gx = np.gradient(np.where(front > 0.5, lane2, lane))
    angle = np.where(np.maximum(body, front) > 0.5, np.arctan2(gx, -gy), 0.0).astype(np.float32)
    carve = np.clip(np.maximum(body, front) - foam, 0, 1)
    return Blocks(warm, sun, pale, middle, key, angle, carve.astype(np.float32))


def _boat(scene: Scene, plates: tuple[Array, ...], body: Array) -> tuple[Array, ...]:
    hull = curve([(0.60, 0.585), (0.66, 0.625), (0.76, 0.645), (0.88, 0.615), (0.955, 0.545)], 12)
    top = curve([(0.955, 0.545), (0.88, 0.588), (0.77, 0.612), (0.67, 0.600), (0.60, 0.585)], 12)
    boat = scene.polygon([*hull, *top])
    warm, sun, pale, middle, key = (plate * (1 - boat) for plate in plates)
    warm = np.maximum(warm, boat)
    key = np.maximum(key, np.maximum(scene.line(hull, 0.0045), scene.line(top, 0.0035)))
    for k in range(5):
        cx = 0.70 + 0.042 * k
        cy = 0.592 - 0.012 * k * (k > 1) * 0.5
        man = np.maximum(
            scene.ellipse(cx, cy + 0.008, 0.011, 0.016, 0.5),
            scene.ellipse(cx + 0.008, cy - 0.012, 0.0065, 0.0065),
        )
        warm, sun = warm * (1 - man), sun * (1 - man)
        key = np.maximum(key, man)
    return warm, sun, pale, middle, key
