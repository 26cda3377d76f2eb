"""Changes on the way out: size, depth, and the ground under transparent parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.assets.pictures import Picture

_BAND = 1_000_000


def resized(picture: Picture, long_side: int) -> Picture:
    """Return the picture scaled so that its longer side is `long_side` pixels (Lanczos).

    Colours are weighted by alpha, so that what lies hidden under transparent parts does not
    bleed in. 0 or the present size returns it as it is.
    """
    longest = max(picture.width, picture.height)
    if not long_side or long_side == longest:
        return picture
    scale = long_side / longest
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    white = picture.white
    alpha = picture.alpha
    if alpha is None:
        pixels = np.dstack([_plane(picture.pixels[..., c], size, white) for c in range(3)])
        return replace(picture, pixels=pixels)
    weight = _lanczos(alpha.astype(np.float32), size)
    planes = []
    for channel in range(3):
        weighted = _lanczos(picture.pixels[..., channel] * (alpha / np.float32(white)), size)
        with np.errstate(all="ignore"):
            plain = np.nan_to_num(weighted * white / weight, posinf=0, neginf=0)
        planes.append(_rounded(plain, white))
    return replace(picture, pixels=np.dstack(planes), alpha=_rounded(weight, white))


def _plane(samples: NDArray[Any], size: tuple[int, int], white: int) -> NDArray[Any]:
    from PIL import Image

    if white == 255:
        small = Image.fromarray(np.ascontiguousarray(samples))
        return np.asarray(small.resize(size, Image.Resampling.LANCZOS, reducing_gap=4.0))
    return _rounded(_lanczos(samples.astype(np.float32), size), white)


def _lanczos(samples: NDArray[Any], size: tuple[int, int]) -> NDArray[np.float32]:
    from PIL import Image

    plane = Image.fromarray(np.ascontiguousarray(samples, np.float32))
    return np.asarray(plane.resize(size, Image.Resampling.LANCZOS))


def _rounded(samples: NDArray[Any], white: int) -> NDArray[Any]:
    dtype = np.uint16 if white == 65535 else np.uint8
    return np.asarray(np.rint(np.clip(samples, 0, white)), dtype)


def to_depth(picture: Picture, bits: int) -> Picture:
    """Return the picture at 8 or 16 bits a channel; going down rounds to the nearest value."""
    if (bits == 16) == (picture.white == 65535):
        return picture
    change = _widened if bits == 16 else _narrowed
    alpha = None if picture.alpha is None else change(picture.alpha)
    return replace(picture, pixels=change(picture.pixels), alpha=alpha)


def _widened(samples: NDArray[Any]) -> NDArray[np.uint16]:
    return samples.astype(np.uint16) * np.uint16(257)


def _narrowed(samples: NDArray[Any]) -> NDArray[np.uint8]:
    out = np.empty(samples.shape, np.uint8)
    step = max(1, _BAND // max(1, samples.shape[1]))
    for top in range(0, samples.shape[0], step):
        # 257 sixteen-bit steps are one eight-bit step, and 128 is half of that.
        out[top : top + step] = (samples[top : top + step].astype(np.uint32) + 128) // 257
    return out


def matted(picture: Picture, color: tuple[int, int, int]) -> Picture:
    """Return the picture laid over an sRGB colour (0..255 each), without alpha."""
    alpha = picture.alpha
    if alpha is None:
        return picture
    white = picture.white
    out = np.empty_like(picture.pixels)
    ground = np.array(color, np.float32) * (white / 255)
    step = max(1, _BAND // max(1, picture.width))
    for top in range(0, picture.height, step):
        share = alpha[top : top + step, :, None].astype(np.float32) / white
        above = picture.pixels[top : top + step].astype(np.float32)
        out[top : top + step] = np.rint(ground + (above - ground) * share)
    return replace(picture, pixels=out, alpha=None)
