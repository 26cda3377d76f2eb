"""Cutting a picture into equal, overlapping tiles, and the weights that join them again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Span:
    """One piece of a line.

    Attributes:
        start: first position.
        stop: position after the last one.
        weight: (stop - start,) float32; at each position the weights of all spans add up to 1.
    """

    start: int
    stop: int
    weight: Weights


def spans(length: int, size: int, overlap: int) -> tuple[Span, ...]:
    """Return equal spans of min(size, length) that cover 0..length, neighbours overlapping.

    Args:
        length: of the line, at least 1.
        size: of a span.
        overlap: positions that neighbours share at least; less than `size`.

    Raises:
        ValueError: the overlap is not less than the size.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"An overlap of {overlap} does not fit tiles of {size}.")
    size = min(size, length)
    count = 1 if length <= size else -(-(length - overlap) // (size - overlap))
    room = length - size
    starts = [round(i * room / max(count - 1, 1)) for i in range(count)]
    shapes = [_trapezoid(start, start + size, length, overlap) for start in starts]
    total = np.zeros(length)
    for start, shape in zip(starts, shapes, strict=True):
        total[start : start + size] += shape
    return tuple(
        Span(start, start + size, (shape / total[start : start + size]).astype(np.float32))
        for start, shape in zip(starts, shapes, strict=True)
    )


def _trapezoid(start: int, stop: int, length: int, overlap: int) -> NDArray[np.float64]:
    """Return a weight that falls towards each end that another span overlaps."""
    position = np.arange(start, stop) + 0.5
    ramp = max(overlap, 1)
    weight = np.ones(stop - start)
    if start > 0:
        weight = np.minimum(weight, (position - start) / ramp)
    if stop < length:
        weight = np.minimum(weight, (stop - position) / ramp)
    return weight
