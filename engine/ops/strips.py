"""Cutting a picture into strips of whole rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Strip:
    """Rows `top`..`bottom` of a picture, of which those from `fresh` on were not in the last one.

    Attributes:
        top: first row.
        bottom: row after the last one.
        fresh: first row that no earlier strip held; `top` except in the last strip, which
            reaches back so that all strips are equally high.
    """

    top: int
    bottom: int
    fresh: int


def strips(height: int, rows: int) -> Iterator[Strip]:
    """Yield strips of exactly min(rows, height) rows that cover 0..height in order.

    Args:
        height: rows of the picture, at least 1.
        rows: rows of a strip, at least 1.
    """
    rows = min(rows, height)
    for top in range(0, height, rows):
        start = min(top, height - rows)
        yield Strip(start, start + rows, top)


def strip_count(height: int, rows: int) -> int:
    """Return how many strips `strips` yields."""
    return -(-height // min(rows, height))


def reflect_rows(low: int, high: int, height: int) -> NDArray[np.int64]:
    """Return the index of each row in low..high, reflected at 0 and height - 1.

    The border row itself is not repeated, as in numpy's and ONNX's "reflect"; a range that
    reaches further than the picture is high is folded again.
    """
    rows = np.arange(low, high, dtype=np.int64)
    if height == 1:
        return np.zeros_like(rows)
    period = 2 * (height - 1)
    folded = np.mod(rows, period)
    result: NDArray[np.int64] = np.minimum(folded, period - folded)
    return result
