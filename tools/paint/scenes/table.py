"""A still life in three dimensions: jug, bowl and pears on a table, found by sphere tracing.

J. C. Hart 1996, "Sphere tracing". Each body is a solid of revolution about its own axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.paint.colour import mix, ramp, rgb
from tools.paint.fields import Array, fractal, smoothstep
from tools.paint.scenes.canvas import Scene

_EYE = np.array([0.0, 2.5, -7.2])
_AIM = np.array([0.0, 0.92, 0.0])
_LAMP = np.array([-0.62, 0.68, -0.42]) / np.linalg.norm([-0.62, 0.68, -0.42])
_WALL = 2.6


@dataclass(frozen=True)
class Body:
    """A solid of revolution.

    Attributes:
        foot: (x, y, z) of the axis' lower end.
        axis: unit vector along it.
        outline: (place along the axis, radius) knots; the radius is interpolated smoothly.
        hollow: thickness of the wall for vessels, or 0.
    """

    foot: tuple[float, float, float]
    axis: tuple[float, float, float]
    outline: tuple[tuple[float, float], ...]
    hollow: float = 0.0


_PEAR = (
    (0.0, 0.0),
    (0.02, 0.2),
    (0.12, 0.36),
    (0.32, 0.46),
    (0.52, 0.41),
    (0.72, 0.26),
    (0.9, 0.17),
    (1.02, 0.12),
    (1.08, 0.0),
)
_JUG = (
    (0.0, 0.0),
    (0.001, 0.5),
    (0.1, 0.56),
    (0.5, 0.8),
    (0.95, 0.84),
    (1.4, 0.62),
    (1.75, 0.36),
    (2.1, 0.31),
    (2.4, 0.42),
    (2.45, 0.44),
    (2.47, 0.0),
)
_BOWL = (
    (0.0, 0.0),
    (0.001, 0.36),
    (0.08, 0.34),
    (0.14, 0.42),
    (0.4, 0.84),
    (0.62, 1.02),
    (0.66, 1.03),
    (0.68, 0.0),
)
_APPLE = (
    (0.0, 0.0),
    (0.02, 0.18),
    (0.1, 0.3),
    (0.3, 0.41),
    (0.52, 0.4),
    (0.68, 0.26),
    (0.72, 0.12),
    (0.69, 0.0),
)


def _unit(x: float, y: float, z: float) -> tuple[float, float, float]:
    norm = float(np.sqrt(x * x + y * y + z * z))
    return (x / norm, y / norm, z / norm)


BODIES = (
    Body((-1.15, 0, 0.75), (0, 1, 0), _JUG),
    Body((0.95, 0, 0.45), (0, 1, 0), _BOWL, 0.07),
    Body((0.62, 0.48, 0.35), _unit(-0.22, 1, 0.1), _PEAR),
    Body((1.30, 0.50, 0.30), _unit(0.3, 1, -0.15), _PEAR),
    Body((0.98, 0.52, 0.82), _unit(0.05, 1, 0.1), _APPLE),
    Body((0.98, 0.50, 0.02), _unit(0.1, 1, -0.2), _APPLE),
    Body((-0.72, 0.42, -1.0), _unit(1, 0.06, -0.25), _PEAR),
    Body((-1.75, 0, -0.75), _unit(0.05, 1, -0.1), _APPLE),
    Body((1.9, 0.0, -0.85), _unit(-0.1, 1, 0.05), _APPLE),
)


def _local(body: Body, p: Array) -> tuple[Array, Array]:
    rel = p - np.array(body.foot, np.float32)
    along = rel @ np.array(body.axis, np.float32)
    off = np.sqrt(np.maximum((rel * rel).sum(axis=-1) - along * along, 1e-9))
    return along, off


def _body_gap(body: Body, p: Array) -> Array:
    """Return the distance to a body; far off, that to a sphere around it, which is cheaper."""
    tall = body.outline[-1][0]
    middle = np.array(body.foot) + np.array(body.axis) * tall / 2
    around = float(np.hypot(tall / 2, max(radius for _, radius in body.outline)))
    gap = np.linalg.norm(p - middle.astype(np.float32), axis=-1) - around
    near = gap < 0.25
    gap[near] = _outline_gap(body, p[near])
    return gap


def _outline_gap(body: Body, p: Array) -> Array:
    along, off = _local(body, p)
    place, radius = np.array(body.outline).T
    place = place.copy()
    fine = np.linspace(place[0], place[-1], 120)
    table = np.interp(fine, place, radius)
    window = np.hanning(13)
    smooth = np.convolve(np.pad(table, 6, mode="edge"), window / window.sum(), mode="valid")
    gap = off - np.interp(along, fine, smooth)
    cap = np.maximum(place[0] - along, along - place[-1])
    gap = np.maximum(gap, cap)
    if body.hollow:
        gap = np.maximum(
            gap,
            -(off - np.interp(along - 0.06, fine, smooth) + body.hollow) * (along > 0.1)
            - 9 * (along <= 0.1),
        )
    return gap


def _handle_gap(p: Array) -> Array:
    rel = p - np.array([-1.15 - 0.62, 1.55, 0.75], np.float32)
    ring = np.sqrt((rel[..., 0] / 0.8) ** 2 + (rel[..., 1] / 1.35) ** 2) - 0.4
    return np.sqrt((ring * 0.9) ** 2 + rel[..., 2] ** 2) - 0.085


def _gaps(p: Array) -> list[Array]:
    return [p[..., 1], _WALL - p[..., 2], *(_body_gap(body, p) for body in BODIES), _handle_gap(p)]


def _nearest(p: Array) -> Array:
    return np.minimum.reduce(_gaps(p)).astype(np.float32)


def _march(origin: Array, ray: Array, most: float, steps: int, start: float = 0.0) -> Array:
    far = np.full(len(ray), start, np.float32)
    alive = np.arange(len(ray))
    for _ in range(steps):
        gap = _nearest(origin[alive] + ray[alive] * far[alive, None])
        far[alive] += gap * 0.62
        alive = alive[(gap > 0.0015) & (far[alive] < most)]
        if not len(alive):
            break
    return far


@dataclass(frozen=True)
class Relief:
    """What the eye sees of the still life, each field (size, size).

    Attributes:
        body: 0 table, 1 wall, 2... the bodies, last the handle.
        light: brightness 0..1 with shadows.
        ring: coordinate across which rings around a body are drawn, world units.
        meridian: coordinate across which lines from end to end are drawn.
        depth: distance from the eye.
        normal: (size, size, 3).
    """

    body: np.ndarray
    light: Array
    ring: Array
    meridian: Array
    depth: Array
    normal: Array


def table(size: int) -> Relief:
    """Look at the still life; `size` is the side in pixels."""
    axis = ((np.arange(size) + 0.5) / size * 2 - 1).astype(np.float32)
    sx, sy = np.meshgrid(axis, -axis)
    ahead = (_AIM - _EYE) / np.linalg.norm(_AIM - _EYE)
    right = np.cross([0, 1, 0], ahead)
    right /= np.linalg.norm(right)
    up = np.cross(ahead, right)
    ray = ahead + 0.36 * (sx[..., None] * right + sy[..., None] * up)
    ray = (ray / np.linalg.norm(ray, axis=-1, keepdims=True)).reshape(-1, 3).astype(np.float32)
    eye = np.broadcast_to(_EYE.astype(np.float32), ray.shape)
    far = _march(eye, ray, 16.0, 90, 4.0)
    place = eye + ray * far[:, None]
    gaps = np.stack(_gaps(place))
    body = gaps.argmin(axis=0)
    normal = np.empty_like(place)
    for k in range(3):
        shift = np.zeros(3, np.float32)
        shift[k] = 0.006
        normal[:, k] = _nearest(place + shift) - _nearest(place - shift)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    lamp = _LAMP.astype(np.float32)
    lit = np.clip(normal @ lamp, 0, 1)
    begin = place + normal * 0.02
    soft = np.ones(len(place), np.float32)
    reach = np.full(len(place), 0.03, np.float32)
    for _ in range(34):
        gap = _nearest(begin + lamp * reach[:, None])
        soft = np.minimum(soft, np.clip(9 * gap / reach + 0.05, 0, 1))
        reach += np.clip(gap, 0.02, 0.3)
    near = np.clip(_nearest(place + normal * 0.22) / 0.22, 0, 1)
    sky = 0.5 + 0.5 * normal[:, 1]
    light = 0.78 * lit * soft + 0.16 * sky * near + 0.10 * near * np.clip(normal[:, 0], 0, 1)
    ring, meridian = np.zeros(len(place), np.float32), np.zeros(len(place), np.float32)
    ring[body == 0], meridian[body == 0] = place[body == 0, 2], place[body == 0, 0]
    ring[body == 1], meridian[body == 1] = place[body == 1, 1], place[body == 1, 0]
    for number, item in enumerate(BODIES):
        here = body == number + 2
        along, off = _local(item, place[here])
        tall = item.outline[-1][0]
        bulge = np.arctan2(along - 0.45 * tall, off) * 0.42 * tall
        ring[here] = 0.45 * along + 0.55 * bulge
        rel = place[here] - np.array(item.foot, np.float32)
        side = rel - along[:, None] * np.array(item.axis, np.float32)
        flat = np.cross(np.array(item.axis), [0.0, 0.0, 1.0])
        flat /= np.linalg.norm(flat) + 1e-9
        third = np.cross(flat, np.array(item.axis))
        meridian[here] = np.arctan2(side @ flat, -(side @ third)) * 0.35
    here = body == len(BODIES) + 2
    ring[here], meridian[here] = place[here, 1] + place[here, 0], place[here, 2]
    shape = (size, size)
    return Relief(
        body.reshape(shape),
        light.reshape(shape).astype(np.float32),
        ring.reshape(shape),
        meridian.reshape(shape),
        far.reshape(shape),
        normal.reshape(*shape, 3),
    )


_COATS = (
    "#f2c25a",
    "#5a3a34",
    "#1f8f96",
    "#c9d3d0",
    "#f4d23a",
    "#e8c83a",
    "#d8302a",
    "#d8622f",
    "#a8b43a",
    "#c8402f",
    "#d87a2f",
    "#1f8f96",
)


def lamplit(relief: Relief, rng: np.random.Generator) -> Scene:
    """Give the still life its colours: warm light, cool shadow, brushes that follow the form."""
    size = relief.body.shape[0]
    scene = Scene(size, "#2a2030")
    coat = np.stack([rgb(code) for code in _COATS])[np.minimum(relief.body, len(_COATS) - 1)]
    light = np.clip(relief.light / 0.8, 0, 1.1)
    drift = fractal(size, 7, rng, 4)
    coat = np.clip(coat * (1 + 0.16 * drift[..., None]), 0, 1)
    wall = relief.body == 1
    glow = np.clip(1.15 - 1.5 * np.hypot(scene.x - 0.22, scene.y - 0.28), 0.12, 1)
    warm = ramp(
        glow + 0.3 * drift, (0.1, "#1c2a6a"), (0.4, "#5a2a7a"), (0.65, "#c23f5a"), (0.95, "#f4923f")
    )
    shadow = mix(coat * 0.5, rgb("#2f2f8f"), 0.5)
    bright = np.clip(
        coat * rgb("#fff0d0") * 1.18 + 0.10 * smoothstep(0.75, 1.0, light)[..., None], 0, 1
    )
    colour = mix(shadow, bright, np.clip(light, 0, 1) ** 0.9)
    half = relief.normal @ np.array([-0.40, 0.52, -0.75], np.float32)
    gloss = smoothstep(0.985, 0.997, half) * (relief.body > 1)
    colour = mix(colour, rgb("#fff6e0"), 0.9 * gloss)
    colour = np.where(wall[..., None], mix(warm, warm * light[..., None], 0.2), colour)
    gy, gx = np.gradient(relief.ring)
    form = np.arctan2(gx, -gy) + 0.25 * drift
    angle = np.where(wall, 0.9 + 1.2 * fractal(size, 3, rng, 2), form)
    angle = np.where(relief.body == 0, 0.08 + 0.2 * drift, angle)
    scene.lay(np.ones_like(light), colour.astype(np.float32), angle.astype(np.float32))
    scene.detail = np.where(relief.body > 1, 0.55, 0.1).astype(np.float32)
    return scene
