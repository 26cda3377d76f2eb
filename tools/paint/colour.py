"""Colours: palettes in hexadecimal, ramps, jitter."""

from __future__ import annotations

import numpy as np

from tools.paint.fields import Array, luminance


def rgb(code: str) -> Array:
    """Return the sRGB colour of "#rrggbb" as (3,) in 0..1."""
    code = code.lstrip("#")
    return np.array([int(code[k : k + 2], 16) / 255 for k in (0, 2, 4)], np.float32)


def ramp(value: Array, *stops: tuple[float, str]) -> Array:
    """Return colours between the stops (place, code) for each value."""
    places = [place for place, _ in stops]
    table = np.stack([rgb(code) for _, code in stops])
    return np.stack([np.interp(value, places, table[:, k]) for k in range(3)], axis=-1).astype(
        np.float32
    )


def mix(first: Array, second: Array, share: Array | float) -> Array:
    """Blend two colour fields; `share` is a number or (h, w)."""
    weight = np.asarray(share, np.float32)
    if weight.ndim >= 1:
        weight = weight[..., None]
    return (first * (1 - weight) + second * weight).astype(np.float32)


def saturate(colour: Array, factor: float) -> Array:
    """Scale the distance to grey of the same luma."""
    grey = luminance(colour)[..., None]
    return np.clip(grey + (colour - grey) * factor, 0, 1).astype(np.float32)


def jitter(
    colour: Array, rng: np.random.Generator, hue: float, value: float, saturation: float = 0.0
) -> Array:
    """Vary (n, 3) colours, each as a painter's next load of the brush would.

    Args:
        colour: (n, 3) in 0..1.
        rng: source of chance.
        hue: standard deviation of a turn about the grey axis, radians.
        value: standard deviation of the lightness.
        saturation: standard deviation of the relative distance to grey.
    """
    count = len(colour)
    turn = rng.normal(0, hue, count)
    axis = np.full(3, 1 / np.sqrt(3))
    grey = colour.mean(axis=1, keepdims=True)
    chroma = colour - grey
    cross = np.cross(axis, chroma)
    chroma = chroma * np.cos(turn)[:, None] + cross * np.sin(turn)[:, None]
    chroma *= (1 + rng.normal(0, saturation, count))[:, None]
    return np.clip(grey + chroma + rng.normal(0, value, count)[:, None], 0, 1).astype(np.float32)


def multiply(ground: Array, ink: Array, amount: Array) -> Array:
    """Print a transparent ink over a ground; `amount` (h, w) 0..1."""
    return (ground * (1 - amount[..., None] * (1 - ink))).astype(np.float32)
