"""Engraving: swelling lines that follow the form, crossed where it turns from the light."""

from __future__ import annotations

import numpy as np

from tools.paint.colour import rgb
from tools.paint.fields import Array, blur, fractal, gradient, resize, smoothstep
from tools.paint.paper import sheet, speckle
from tools.paint.scenes.table import Relief


def _stroke_share(phase: Array, ink: Array, soft: Array) -> Array:
    """Return the coverage of lines at whole phases whose width is `ink` of their spacing."""
    off = np.abs(phase - np.round(phase)) * 2
    return np.clip((ink - off) / soft + 0.5, 0, 1).astype(np.float32) * (ink > 0.03)


def _softness(phase: Array) -> Array:
    dx, dy = gradient(phase)
    return np.clip(np.hypot(dx, dy) * 2.0, 0.04, 1.2)


def _outline(relief: Relief) -> Array:
    edge = np.zeros(relief.body.shape, np.float32)
    jump = np.zeros_like(edge)
    for axis in (0, 1):
        edge += np.abs(np.roll(relief.body, 1, axis) - relief.body) > 0
        jump += np.abs(np.roll(relief.depth, 1, axis) - relief.depth)
    apart = (edge > 0) & (jump > 0.02)
    return blur(apart.astype(np.float32), 0.9)


def engraving(relief: Relief, size: int, rng: np.random.Generator) -> Array:
    """Engrave what `relief` (at any size >= size) shows; returns (size, size, 3)."""
    side = relief.body.shape[0]
    pitch = 1 / 0.062
    wobble = 0.16 * fractal(side, 7, rng, 3)
    tone = np.clip(relief.light / 0.86, 0, 1) ** 0.75
    flat = relief.body < 2
    y = np.linspace(0, 1, side, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, side, dtype=np.float32)[None, :]
    wall = relief.body == 1
    ray = 0.40 + 0.55 * np.clip(1 - np.hypot(x - 0.30, (y - 0.28) * 1.3) * 1.35, 0, 1)
    tone = np.where(wall, np.clip(tone * 1.25, 0.25, 1) * ray, tone)
    grain = fractal(side, (3, 40), rng, 3)
    tone = np.where(relief.body == 0, tone * (0.86 + 0.16 * grain), tone)
    dark = np.clip(1 - tone, 0, 1)
    first = np.where(flat, 0.0, relief.ring * pitch)
    table_lines = (
        relief.meridian * 9.5 + 0.35 * relief.ring + 0.4 * fractal(side, (2, 5), rng, 3)
    ).astype(np.float32)
    first = np.where(relief.body == 0, table_lines, first)
    first = np.where(wall, 62 * np.hypot(x - 0.26, y - 0.36), first) + wobble
    second = np.where(wall, (x * 0.8 + y) * 58, relief.meridian * pitch * 1.05)
    second = np.where(relief.body == 0, (x * 0.5 - y) * 66, second) + wobble
    third = (x - y * 0.8) * 66 + wobble
    ink = np.zeros((side, side), np.float32)
    swell = 1 + 0.16 * fractal(side, 30, rng, 2)
    for phase, low, high, most in (
        (first, 0.05, 1.0, 0.92),
        (second, 0.42, 1.0, 0.66),
        (third, 0.70, 1.0, 0.7),
    ):
        width = most * np.clip((dark - low) / (high - low), 0, 1) ** 0.85 * swell
        fade = _softness(phase)
        line = _stroke_share(phase, np.clip(width, 0, 1), fade)
        ink = np.maximum(ink, np.where(fade > 0.9, np.clip(width, 0, 1), line))
    between = _stroke_share(
        first + 0.5, 0.3 * smoothstep(0.5, 0.62, dark) * swell, _softness(first)
    )
    ink = np.maximum(ink, between * (dark < 0.8))
    ink = np.maximum(ink, np.clip(_outline(relief) * 1.6, 0, 1) * (0.55 + 0.45 * dark))
    dark_ink = resize(ink, size)
    return print_plate(np.clip(dark_ink, 0, 1), size, rng)


def print_plate(ink: Array, size: int, rng: np.random.Generator) -> Array:
    """Print an inked plate on laid paper with its plate mark; `ink` is (size, size) 0..1."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    margin = 0.045
    edge = np.minimum.reduce([x - margin, 1 - margin - x, y - margin, 1 - margin - y])
    edge = edge + 0.0008 * fractal(size, 20, rng, 2)
    inner = smoothstep(0.010, 0.012, edge)
    frame = smoothstep(0.0016, 0.0006, np.abs(edge - 0.011))
    ink = np.maximum(ink * inner, 0.9 * frame)
    ink = (
        ink * (1 - 0.35 * speckle(size, rng, 0.012, 900)) * (0.93 + 0.09 * fractal(size, 6, rng, 3))
    )
    paper = sheet(size, "#f0e6d0", rng, 0.012)
    laid = 0.012 * np.sin(y * 2 * np.pi * 160) + 0.01 * np.exp(
        -((((x * 11) % 1 - 0.5) / 0.03) ** 2)
    )
    paper = paper * (1 - laid[..., None] * 0.8)
    on_plate = smoothstep(-0.001, 0.001, edge)
    wipe = on_plate * (0.055 + 0.03 * fractal(size, (3, 9), rng, 4))
    ground = paper * (1 - wipe[..., None] * (1 - rgb("#8a6a3f")))
    press = np.exp(-((edge / 0.0022) ** 2))
    ground = ground * (1 - 0.16 * press[..., None])
    cover = np.clip(ink * 1.06, 0, 1)[..., None]
    return np.clip(ground * (1 - cover * (1 - rgb("#1e1712") * 1.0)), 0, 1).astype(np.float32)
