"""Colour profiles: pixels into sRGB when they are read, and back when they are written.

ICC.1:2022. Eight-bit pixels go through LittleCMS: relative colorimetric, with black point
compensation. It is reached through Pillow, which offers it eight bits only, so 16-bit pixels of
matrix profiles (all common working spaces) are converted here at full precision: per-channel
curves, a 3 × 3 matrix, and the inverse curves. Neither way clips anything but what the target
space cannot hold.
"""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.assets.icc import MatrixProfile, grey_curve, matrix_profile, srgb_decode

Float = NDArray[np.float64]
Rows = NDArray[Any]
Conversion = Callable[[Rows], Rows]
"""(n, width, 3) uint8 or uint16 rows -> rows of the same shape and dtype in another space."""

# Linear sRGB -> XYZ relative to D50: the primaries and white (0.3127, 0.3290) of IEC 61966-2-1,
# Bradford-adapted. Computed rather than taken from a profile, which rounds it to 1/65536.
SRGB_TO_XYZ: Float = np.array(
    [
        [0.436041252, 0.385112911, 0.143045838],
        [0.222484540, 0.716905079, 0.060610381],
        [0.013920187, 0.097067239, 0.713912574],
    ]
)
_SAME = 2e-3
_ROOT = 1 << 18
_BAND = 1_000_000
# Small enough for a processor's second cache.
_BLOCK = 1 << 15


@dataclass(frozen=True)
class Conversions:
    """How to convert, and what to tell the user about it.

    Attributes:
        apply: converts rows; None if they are in the wanted space already.
        is_usable: False if the profile cannot be used this way.
        note: one sentence, or "".
    """

    apply: Conversion | None = None
    is_usable: bool = True
    note: str = ""


_BROKEN = Conversions(
    is_usable=False, note="The colour profile was damaged and was ignored; sRGB was assumed."
)


def to_srgb(icc: bytes, dtype: Any, *, is_grey: bool) -> Conversions:
    """Return how to bring pixels in the space of `icc` to sRGB.

    Args:
        icc: the profile.
        dtype: uint8 or uint16.
        is_grey: the rows hold a grey picture, three equal channels.
    """
    space = color_space(icc)
    if space not in ("RGB ", "GRAY") or (space == "GRAY" and not is_grey):
        if space is None:
            return _BROKEN
        return Conversions(
            is_usable=False,
            note=f"The colour profile is for {_SPACES.get(space, 'other')} pictures and was "
            "ignored; sRGB was assumed.",
        )
    is_deep = np.dtype(dtype).itemsize == 2
    if space == "GRAY":
        curve = grey_curve(icc)
        if curve is None:
            return _BROKEN
        if np.abs(curve - srgb_decode(np.linspace(0, 1, curve.size))).max() < _SAME:
            return Conversions()
        return Conversions(_grey_table(curve, dtype))
    matrix = matrix_profile(icc)
    if matrix is not None and is_srgb(matrix):
        return Conversions()
    if matrix is not None and is_deep:
        return Conversions(_through_matrix(matrix, _srgb()))
    return _lcms(icc, is_deep, reading=True)


def from_srgb(icc: bytes, dtype: Any) -> Conversions:
    """Return how to bring sRGB pixels to the space of `icc`, for a file that will carry it."""
    if color_space(icc) != "RGB ":
        return Conversions(
            is_usable=False,
            note="The picture's own colour profile is not one for RGB; the file is in sRGB.",
        )
    is_deep = np.dtype(dtype).itemsize == 2
    matrix = matrix_profile(icc)
    if matrix is not None and is_srgb(matrix):
        return Conversions()
    if matrix is not None and is_deep and matrix.is_invertible:
        return Conversions(_through_matrix(_srgb(), matrix))
    return _lcms(icc, is_deep, reading=False)


def convert_in_place(pixels: Rows, conversion: Conversion) -> None:
    """Convert (height, width, 3) pixels in bands of rows, on two threads or more."""
    step = max(1, _BAND // max(1, pixels.shape[1]))

    def band(top: int) -> None:
        pixels[top : top + step] = conversion(pixels[top : top + step])

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for _ in pool.map(band, range(0, pixels.shape[0], step)):
            pass


def color_space(icc: bytes) -> str | None:
    """Return the profile's device space as four letters, "RGB ", or None if it is no profile."""
    if len(icc) < 132 or icc[36:40] != b"acsp":
        return None
    return icc[16:20].decode("latin-1")


def is_srgb(profile: MatrixProfile) -> bool:
    """Return whether `profile` differs from sRGB by less than half a step of eight bits."""
    grid = np.linspace(0, 1, profile.curves.shape[1])
    return bool(
        np.abs(profile.to_xyz - SRGB_TO_XYZ).max() < _SAME
        and np.abs(profile.curves - srgb_decode(grid)).max() < _SAME
    )


@functools.cache
def srgb_profile() -> bytes:
    """Return an sRGB profile to embed; the same bytes every time."""
    from PIL import ImageCms

    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = bytes.fromhex("07e600010001000000000000")  # a fixed date of creation
    data[84:100] = bytes(16)  # the profile id is a digest over the rest; zero means "none"
    return bytes(data)


def cmyk_to_srgb(icc: bytes | None) -> tuple[Callable[[Any], Any] | None, str]:
    """Return a conversion of CMYK Pillow images to RGB ones, and a sentence about it.

    The conversion is None where the profile cannot be used and plain arithmetic must do.
    """
    if icc and color_space(icc) == "CMYK":
        transform = _transform(icc, "CMYK", reading=True)
        if transform is not None:
            return transform.apply, "Converted from CMYK through its profile."
    return None, "Converted from CMYK without a usable profile; colours are approximate."


def _grey_table(curve: Float, dtype: Any) -> Conversion:
    from engine.assets.icc import srgb_encode

    white = float(np.iinfo(dtype).max)
    grid = np.linspace(0, 1, int(white) + 1)
    linear = np.interp(grid, np.linspace(0, 1, curve.size), curve)
    table = np.rint(srgb_encode(np.clip(linear, 0, 1)) * white).astype(dtype)

    def apply(rows: Rows) -> Rows:
        return table[rows]

    return apply


def _through_matrix(source: MatrixProfile, target: MatrixProfile) -> Conversion:
    matrix = (np.linalg.inv(target.to_xyz) @ source.to_xyz).astype(np.float32)
    decode = source.curves.astype(np.float32)
    if decode.shape[1] != 65536:
        grid = np.linspace(0, 1, decode.shape[1])
        full = np.linspace(0, 1, 65536)
        decode = np.stack([np.interp(full, grid, c) for c in source.curves]).astype(np.float32)
    encode = _root_tables(target)

    def apply(rows: Rows) -> Rows:
        out = np.empty_like(rows)
        samples, results = rows.reshape(-1, 3), out.reshape(-1, 3)
        for start in range(0, samples.shape[0], _BLOCK):
            block = samples[start : start + _BLOCK]
            light = [decode[channel].take(block[:, channel]) for channel in range(3)]
            for channel, (red, green, blue) in enumerate(matrix):
                mixed = light[0] * red
                mixed += light[1] * green
                mixed += light[2] * blue
                np.clip(mixed, 0, 1, out=mixed)
                np.sqrt(mixed, out=mixed)
                mixed *= _ROOT - 1
                mixed += 0.5
                index = mixed.astype(np.int32)
                results[start : start + _BLOCK, channel] = encode[channel].take(index)
        return out

    return apply


def _root_tables(profile: MatrixProfile) -> tuple[NDArray[np.uint16], ...]:
    """Return inverse curves as tables over the square root of linear light.

    Curves are steep near black; over the root they are nearly straight, so that the nearest of
    2^18 entries is within a third of a 16-bit step.
    """
    light = np.linspace(0, 1, _ROOT) ** 2
    grid = np.linspace(0, 1, profile.curves.shape[1])
    tables = []
    for curve in profile.curves:
        rising = np.maximum.accumulate(curve)
        tables.append(np.rint(np.interp(light, rising, grid) * 65535).astype(np.uint16))
    return tuple(tables)


@functools.cache
def _srgb() -> MatrixProfile:
    curve = srgb_decode(np.linspace(0, 1, 65536))
    return MatrixProfile(SRGB_TO_XYZ, np.stack([curve] * 3))


def _lcms(icc: bytes, is_deep: bool, *, reading: bool) -> Conversions:
    transform = _transform(icc, "RGB", reading=reading)
    if transform is None:
        if reading:
            return _BROKEN
        return Conversions(
            is_usable=False,
            note="The picture's own colour profile cannot be written to; the file is in sRGB.",
        )
    from PIL import Image

    def shallow(rows: Rows) -> Rows:
        image = Image.fromarray(np.ascontiguousarray(rows))
        return np.asarray(transform.apply(image))

    if not is_deep:
        return Conversions(shallow)

    def deep(rows: Rows) -> Rows:
        eight = ((rows.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
        return shallow(eight).astype(np.uint16) * np.uint16(257)

    return Conversions(
        deep, note="The colour profile is a table profile; colours were converted at 8 bits."
    )


def _transform(icc: bytes, mode: str, *, reading: bool) -> Any:
    from PIL import ImageCms

    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        srgb = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
        ends = (own, srgb, mode, "RGB") if reading else (srgb, own, "RGB", mode)
        return ImageCms.buildTransform(
            *ends,
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


_SPACES = {"CMYK": "CMYK", "GRAY": "grey", "Lab ": "Lab", "RGB ": "RGB"}
