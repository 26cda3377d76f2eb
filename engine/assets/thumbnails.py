"""Small pictures for lists, made from as little of the file as its format allows."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from engine.assets.codecs import pillow_open, png_pixels, png_read, tiff, webp
from engine.assets.codecs.exif import exif_orientation
from engine.assets.codecs.frame import DamagedError, Decoded
from engine.assets.codecs.pillow_frame import load, quiet
from engine.assets.codecs.sniff import open_for_reading, safe_name, sniff
from engine.assets.pictures import Picture
from engine.assets.reading import Limits, finish, read_picture
from engine.errors import AssetError

_MAX_PIXELS = 400_000_000


def thumbnail(path: Path, px: int) -> bytes:
    """Return a small copy of a picture: JPEG, or PNG if it has alpha; sRGB and upright.

    A JPEG is decoded at an eighth to a half of its size; a file that ends early shows what is
    there.

    Args:
        path: a picture.
        px: longest side of the result; smaller pictures are not enlarged.

    Raises:
        AssetError: it cannot be read at all.
    """
    px = max(1, min(px, 4096))
    name = safe_name(path)
    file, size = open_for_reading(path)
    with file, quiet():
        head = file.read(64)
        kind = sniff(head)
        small: Picture | None = None
        try:
            if kind is not None:
                small = _small(kind, file, Limits(name, kind, size, _MAX_PIXELS), px)
        except (DamagedError, OSError, ValueError, TypeError, LookupError) as error:
            raise AssetError(f"“{name}” is damaged: {error}.", asset=name) from error
        except MemoryError as error:
            raise AssetError(f"There is not enough memory for “{name}”.", asset=name) from error
    if small is None:
        small = _shrunk(read_picture(path, accept_truncated=True), px)
    return encoded(small)


def encoded(picture: Picture) -> bytes:
    """Return an 8-bit picture as JPEG bytes, or as PNG bytes if it has alpha."""
    from PIL import Image

    out = io.BytesIO()
    if picture.alpha is None:
        Image.fromarray(picture.pixels).save(out, "JPEG", quality=88)
    else:
        both = np.dstack((picture.pixels, picture.alpha))
        Image.fromarray(both).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _small(kind: str, file: BinaryIO, limits: Limits, px: int) -> Picture | None:
    """Return a shrunk picture through Pillow's 8-bit decoders; None if they cannot read it."""
    if kind == "PNG":
        header = png_read.read_header(file)
        limits.check(
            header.width, header.height, raw_bytes=header.raw_bytes, packed_bytes=header.data_bytes
        )
        if not header.first_data or (header.depth == 16 and header.color in (0, 4)):
            return None
        im: Any = png_pixels.open_image(file, header)
        icc, orientation = header.icc, exif_orientation(header.exif)
    else:
        if kind == "TIFF" and tiff.is_deep(tiff.first_page(file)):
            return None
        if kind == "WebP":
            canvas = webp.read_header(file)
            limits.check(canvas.width, canvas.height)
        im = pillow_open.open_image(kind, file)
        limits.check(*im.size)
        icc = pillow_open.icc_of(im)
        orientation = pillow_open.orientation_of(im) if kind != "TIFF" else 1
        if kind == "JPEG" and im.mode in ("L", "RGB"):
            im.draft(im.mode, (px, px))
    if im.mode in ("CMYK", "LAB", "F", "I") or im.mode.startswith("I;16"):
        return None
    load(im, accept_truncated=True)
    is_clear = im.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in im.info
    is_grey = im.mode in ("1", "L") and not is_clear
    if im.mode in ("P", "PA", "1") or "transparency" in im.info:
        im = im.convert("RGBA" if is_clear else "L" if is_grey else "RGB")
    im.thumbnail((px, px), reducing_gap=2.0)
    im = im.convert("RGBA" if is_clear else "L" if is_grey else "RGB")
    samples = np.array(im)
    pixels = np.ascontiguousarray(samples[..., :3]) if is_clear else samples
    alpha = np.ascontiguousarray(samples[..., 3]) if is_clear else None
    return finish(Decoded(pixels, alpha, icc, orientation=orientation))


def _shrunk(picture: Picture, px: int) -> Picture:
    from PIL import Image

    step = max(1, max(picture.width, picture.height) // (3 * px))
    pixels = picture.pixels[::step, ::step]
    alpha = None if picture.alpha is None else picture.alpha[::step, ::step]
    if picture.white == 65535:
        pixels = (pixels >> 8).astype(np.uint8)
        alpha = None if alpha is None else (alpha >> 8).astype(np.uint8)
    both = np.ascontiguousarray(pixels if alpha is None else np.dstack((pixels, alpha)))
    im = Image.fromarray(both)
    im.thumbnail((px, px))
    small = np.asarray(im)
    return Picture(
        pixels=np.ascontiguousarray(small[..., :3]),
        alpha=None if alpha is None else np.ascontiguousarray(small[..., 3]),
    )
