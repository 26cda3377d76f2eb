"""The part of ICC profiles that Gesso calculates with: matrices and tone curves.

ICC.1:2022, sections 8.3.3 (matrix/TRC input profiles), 10.6 (curveType), 10.18
(parametricCurveType). Profiles come out of files of unknown origin: whatever does not fit the
standard yields None.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
_GRID = 65536
_MAX_TAGS = 200


@dataclass(frozen=True, eq=False)
class MatrixProfile:
    """A display or working space of three primaries.

    Attributes:
        to_xyz: (3, 3), linear RGB -> XYZ relative to D50.
        curves: (3, n) encoded value 0..1, evenly spaced -> linear light 0..1.
    """

    to_xyz: Float
    curves: Float

    @property
    def is_invertible(self) -> bool:
        """Whether pixels can be brought into this space."""
        # Curves that fall, or stay flat over half their range, have no inverse to speak of.
        steps = np.diff(self.curves, axis=1)
        is_rising = bool((steps >= -1e-6).all() and ((steps > 0).mean(axis=1) > 0.5).all())
        return is_rising and abs(float(np.linalg.det(self.to_xyz))) > 1e-4


def srgb_decode(encoded: Float) -> Float:
    """Return linear light of sRGB values, both 0..1 (IEC 61966-2-1)."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def srgb_encode(linear: Float) -> Float:
    """Return sRGB values of linear light, both 0..1 (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def matrix_profile(icc: bytes) -> MatrixProfile | None:
    """Return an RGB matrix/TRC profile, or None if `icc` is of another kind or broken."""
    tags = _tags(icc)
    # A profile with tables means them to be used; its matrix is only a fallback.
    if tags is None or icc[20:24] != b"XYZ " or b"A2B0" in tags or b"A2B1" in tags:
        return None
    try:
        columns = [_xyz(tags[key]) for key in (b"rXYZ", b"gXYZ", b"bXYZ")]
        curves = [_curve(tags[key]) for key in (b"rTRC", b"gTRC", b"bTRC")]
    except (KeyError, ValueError, struct.error, ArithmeticError):
        return None
    matrix = np.array(columns, np.float64).T
    if not np.isfinite(matrix).all() or abs(float(np.linalg.det(matrix))) < 1e-6:
        return None
    return MatrixProfile(matrix, np.stack(curves))


def grey_curve(icc: bytes) -> Float | None:
    """Return the tone curve of a grey profile as (65536,) linear light 0..1, or None."""
    tags = _tags(icc)
    if tags is None or icc[16:20] != b"GRAY":
        return None
    try:
        return _curve(tags[b"kTRC"])
    except (KeyError, ValueError, struct.error, ArithmeticError):
        return None


def _tags(icc: bytes) -> dict[bytes, bytes] | None:
    if len(icc) < 132 or icc[36:40] != b"acsp":
        return None
    count = struct.unpack_from(">I", icc, 128)[0]
    if count > _MAX_TAGS or len(icc) < 132 + 12 * count:
        return None
    found: dict[bytes, bytes] = {}
    for index in range(count):
        key, offset, size = struct.unpack_from(">4sII", icc, 132 + 12 * index)
        found[key] = icc[offset : offset + size]
    return found


def _xyz(tag: bytes) -> Any:
    if tag[:4] != b"XYZ ":
        raise ValueError("not an XYZ tag")
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536


def _curve(tag: bytes) -> Float:
    grid = np.linspace(0, 1, _GRID)
    if tag[:4] == b"curv":
        count = struct.unpack_from(">I", tag, 8)[0]
        if count == 0:
            return grid
        if count == 1:
            return np.asarray(grid ** (struct.unpack_from(">H", tag, 12)[0] / 256))
        if count > _GRID or len(tag) < 12 + 2 * count:
            raise ValueError("a curve of impossible length")
        table = np.frombuffer(tag, ">u2", count, 12) / 65535
        return np.asarray(np.interp(grid, np.linspace(0, 1, count), table))
    if tag[:4] == b"para":
        return _parametric(tag, grid)
    raise ValueError("not a curve")


def _parametric(tag: bytes, x: Float) -> Float:
    kind = struct.unpack_from(">H", tag, 8)[0]
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}.get(kind)
    if count is None:
        raise ValueError("a curve of unknown kind")
    g, *rest = (v / 65536 for v in struct.unpack_from(f">{count}i", tag, 12))
    rest += [0.0] * (6 - len(rest))
    a, b, c, d, e, f = rest
    if kind == 0:
        a, b, c, d, e, f = 1.0, 0.0, 0.0, -1.0, 0.0, 0.0
    elif kind in (1, 2):
        if a == 0:
            raise ValueError("a curve without a slope")
        # Y = (aX + b)^g + c above -b/a, and c below.
        d, e, f, c = -b / a, c, c, 0.0
    with np.errstate(all="ignore"):
        y = np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f)
    if not np.isfinite(y).all():
        raise ValueError("a curve that is not finite")
    return np.asarray(np.clip(y, 0, 1))
