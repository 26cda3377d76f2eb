"""Putting layers together: weighted mixes that keep their contrast, and shares of a pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.ops.filters import box_blur

Planes = NDArray[np.float32]

_HIGHEST_GAIN = 2.0
"""Detail is amplified at most so much: beyond that, grain is all that grows."""


def mixed(layers: Sequence[Planes], weights: Sequence[float], radius: int) -> Planes:
    """Return the weighted mean of `layers` with the mean local contrast of the layers restored.

    Where two textures do not agree, their mean is grey and flat. The mean's deviation from its
    own surroundings is therefore amplified until its local standard deviation is the weighted
    mean of theirs, by a factor between 1 and 2 that is the same for all channels of a pixel.

    Args:
        layers: each (3, height, width), 0..1.
        weights: one per layer, not all 0.
        radius: of the surroundings, in pixels.

    Returns:
        (3, height, width), clipped to 0..1.
    """
    shares = np.asarray(weights, np.float32) / np.float32(sum(weights))
    if len(layers) == 1:
        return layers[0]
    mean = np.zeros_like(layers[0])
    wanted = np.zeros(layers[0].shape[1:], np.float32)
    for layer, share in zip(layers, shares, strict=True):
        mean += share * layer
        wanted += share * np.sqrt(_local_variance(layer, radius))
    found = np.sqrt(_local_variance(mean, radius))
    gain = np.clip(wanted / np.maximum(found, 1e-4), 1.0, _HIGHEST_GAIN).astype(np.float32)
    # Gains that jump from pixel to pixel would print their own edges.
    gain = box_blur(gain, radius)
    around = box_blur(mean, radius)
    result: Planes = np.clip(around + gain * (mean - around), 0.0, 1.0)
    return result


def mixed_reach(radius: int) -> int:
    """Return how far, in pixels, `mixed` looks around a pixel."""
    return 2 * radius


def shares_of(coverage: Sequence[Planes]) -> list[Planes]:
    """Return masks scaled down, where they overlap, so that they never add up to more than 1.

    Args:
        coverage: each (height, width), 0..1.
    """
    total = np.maximum(np.sum(np.stack(coverage), axis=0), 1.0)
    return [mask / total for mask in coverage]


def laid_over(below: Planes, above: Planes, share: Planes | np.float32 | float) -> Planes:
    """Return `below` where `share` is 0, `above` where it is 1, and between them between.

    Where `share` is exactly 0 the result is exactly `below`.
    """
    result: Planes = below + share * (above - below)
    return result


def _local_variance(planes: Planes, radius: int) -> Planes:
    """Return the variance around each pixel, summed over the channels."""
    mean = box_blur(planes, radius)
    spread = box_blur(planes * planes, radius) - mean * mean
    result: Planes = np.maximum(spread.sum(axis=0), 0.0)
    return result
