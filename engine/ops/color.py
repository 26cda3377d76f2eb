"""Colour spaces, and moving one picture's colours towards another's.

Planes are (3, height, width) float32. sRGB and linear light are 0..1; OKLab has L in 0..1 and
a, b in about -0.4..0.4 (Ottosson 2020, "A perceptual color space for image processing").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]

_TO_CONE = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONE = np.linalg.inv(_TO_CONE)
_FROM_LAB = np.linalg.inv(_TO_LAB)

_FLOOR = 1e-6
"""Added to variances: flat pictures have no spread to match, and the map must stay finite."""

_TABLE = 4096
"""Steps of the tables for the two transfer curves; between steps they are interpolated."""


def linear_from_srgb(planes: Planes) -> Planes:
    """Return linear light; values outside 0..1 are clipped (IEC 61966-2-1)."""
    return _looked_up(planes, _LINEAR)


def srgb_from_linear(planes: Planes) -> Planes:
    """Return sRGB; values outside 0..1 are clipped (IEC 61966-2-1)."""
    # The curve is steep near black, so the table is even in the square root of light.
    return _looked_up(np.sqrt(np.clip(planes, 0.0, 1.0)), _ENCODED)


def oklab_from_srgb(planes: Planes) -> Planes:
    """Return OKLab of sRGB planes."""
    cone = _mixed(_TO_CONE, linear_from_srgb(planes))
    return _mixed(_TO_LAB, np.cbrt(cone, out=cone))


def srgb_from_oklab(planes: Planes) -> Planes:
    """Return sRGB of OKLab planes, clipped to 0..1 per channel."""
    cone = _mixed(_FROM_LAB, planes)
    cone *= cone * cone
    return srgb_from_linear(_mixed(_FROM_CONE, cone))


@dataclass(frozen=True, eq=False)
class ColorStatistics:
    """Mean and covariance of the colours of a picture.

    Attributes:
        mean: (3,) float64.
        covariance: (3, 3) float64.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


def statistics(planes: Planes, weight: NDArray[np.float32] | None = None) -> ColorStatistics:
    """Return the colour statistics of `planes`, in the space they are in.

    Args:
        planes: (3, height, width).
        weight: (height, width) importance of each pixel, or None; with a sum of 0 it is ignored.
    """
    flat = planes.reshape(3, -1).astype(np.float64)
    share = None if weight is None else weight.reshape(-1).astype(np.float64)
    if share is None or share.sum() <= 0.0:
        share = np.ones(flat.shape[1])
    share /= share.sum()
    mean = flat @ share
    centred = flat - mean[:, None]
    return ColorStatistics(mean, (centred * share) @ centred.T)


def transport(source: ColorStatistics, target: ColorStatistics) -> tuple[Planes, Planes]:
    """Return matrix and offset that give colours like `source` the statistics of `target`.

    The linear Monge-Kantorovich map moves colours the least of all linear maps that do so
    (Pitie and Kokaram 2007, "The linear Monge-Kantorovitch linear colour mapping for
    example-based colour transfer").

    Returns:
        (3, 3) and (3,) float32; `matrix @ color + offset` is the new colour.
    """
    return _about_means(_spread_map(source.covariance, target.covariance), source, target)


def gentle_transport(source: ColorStatistics, target: ColorStatistics) -> tuple[Planes, Planes]:
    """Return a map between OKLab statistics that leaves brush marks as strong as they are.

    The full map takes a photograph's wide range of light for contrast that strokes should have,
    and blows them up. Here lightness and colour are mapped apart: lightness gets the target's
    mean and at most a little of its contrast, colour its mean and spread up to a limit.

    Returns:
        (3, 3) and (3,) float32; `matrix @ color + offset` is the new colour.
    """
    matrix = np.zeros((3, 3))
    light = (target.covariance[0, 0] + _FLOOR) / (source.covariance[0, 0] + _FLOOR)
    matrix[0, 0] = np.clip(np.sqrt(light), 0.8, 1.15)
    colors = _spread_map(source.covariance[1:, 1:], target.covariance[1:, 1:])
    left, stretches, right = np.linalg.svd(colors)
    matrix[1:, 1:] = (left * np.minimum(stretches, 1.6)) @ right
    return _about_means(matrix, source, target)


def mapped(planes: Planes, matrix: Planes, offset: Planes) -> Planes:
    """Return `matrix @ color + offset` for every pixel."""
    result = _mixed(matrix, planes)
    result += offset[:, None, None]
    return result


def luma(planes: Planes) -> Planes:
    """Return (height, width) luma of sRGB planes (ITU-R BT.709)."""
    result: Planes = np.tensordot(np.array([0.2126, 0.7152, 0.0722], np.float32), planes, 1)
    return result


def _mixed(matrix: NDArray[np.floating], planes: Planes) -> Planes:
    flat = matrix.astype(np.float32) @ planes.reshape(3, -1)
    return flat.reshape(planes.shape)


def _spread_map(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    floor = np.eye(len(source)) * _FLOOR
    root = _root(source + floor)
    inverse = np.linalg.inv(root)
    spread: NDArray[np.float64] = inverse @ _root(root @ (target + floor) @ root) @ inverse
    return spread


def _about_means(
    matrix: NDArray[np.float64], source: ColorStatistics, target: ColorStatistics
) -> tuple[Planes, Planes]:
    offset = target.mean - matrix @ source.mean
    return matrix.astype(np.float32), offset.astype(np.float32)


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    root: NDArray[np.float64] = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def _looked_up(planes: Planes, table: Planes) -> Planes:
    position = np.clip(planes, 0.0, 1.0)
    position *= _TABLE
    step = position.astype(np.int32)
    position -= step
    low = table[step]
    # The table has one entry more than steps, so that 1.0 itself can be interpolated.
    result: Planes = table[step + 1]
    result -= low
    result *= position
    result += low
    return result


def _tables() -> tuple[Planes, Planes]:
    steps = np.minimum(np.arange(_TABLE + 2) / _TABLE, 1.0)
    linear = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    light = steps * steps
    encoded = np.where(
        light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055
    )
    return linear.astype(np.float32), encoded.astype(np.float32)


_LINEAR, _ENCODED = _tables()
