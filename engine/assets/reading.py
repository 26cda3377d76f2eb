"""Reading a picture: open, recognise, weigh, decode, convert to sRGB, turn upright."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.assets import color_profile
from engine.assets.codecs import pillow_open, png_pixels, png_read, tiff, webp
from engine.assets.codecs.exif import exif_orientation
from engine.assets.codecs.frame import (
    DEFAULT_MAX_PIXELS,
    DamagedError,
    Decoded,
    TruncatedError,
    UnsupportedError,
)
from engine.assets.codecs.pillow_frame import quiet
from engine.assets.codecs.sniff import (
    open_for_reading,
    safe_name,
    sniff,
    suffix_note,
    unreadable,
    unsupported,
)
from engine.assets.pictures import Picture
from engine.errors import AssetError

_SUSPICIOUS = 64_000_000
_PIXELS_PER_BYTE = 4000
_DEFLATE_RATIO = 1040


def read_picture(
    path: Path, *, max_pixels: int = DEFAULT_MAX_PIXELS, accept_truncated: bool = False
) -> Picture:
    """Return a picture in sRGB, upright, at its own depth.

    JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF, JPEG 2000 and PPM are told apart by their content.
    Sixteen-bit PNG and TIFF come as uint16; floating-point TIFF is mapped to uint16, with a note.
    Animations and documents give their first frame or page, with a note.

    Args:
        path: a file.
        max_pixels: larger pictures are refused before anything is decoded.
        accept_truncated: take what is there of a file that ends early, with a note.

    Raises:
        AssetError: it is missing, not readable, not a picture, too large, or damaged.
    """
    name = safe_name(path)
    file, size = open_for_reading(path)
    with file, quiet():
        try:
            head = file.read(64)
            kind = sniff(head)
            if kind is None:
                raise unsupported(path, head)
            limits = Limits(name, kind, size, max_pixels)
            frame = _decode(kind, file, limits, accept_truncated)
            note = suffix_note(path, kind)
            if note:
                frame.notes.insert(0, note)
            return finish(frame)
        except TruncatedError as error:
            raise AssetError(
                f"“{name}” is not whole: {error}.",
                asset=name,
                hint="Copy or download it again.",
            ) from error
        except UnsupportedError as error:
            raise AssetError(
                f"“{name}” cannot be read: {error}.",
                asset=name,
                hint="Save it again as PNG, or as TIFF with ZIP compression.",
            ) from error
        except DamagedError as error:
            raise AssetError(f"“{name}” is damaged: {error}.", asset=name) from error
        except MemoryError as error:
            raise AssetError(
                f"There is not enough memory to open “{name}”.",
                asset=name,
                hint="Close other programs, or open a smaller version.",
            ) from error
        except OSError as error:
            raise unreadable(path, error) from error


class Limits:
    """What a file may ask for before it is decoded."""

    def __init__(self, name: str, kind: str, size_bytes: int, max_pixels: int) -> None:
        self.name = name
        self.kind = kind
        self.size_bytes = size_bytes
        self.max_pixels = max_pixels

    def check(self, width: int, height: int, *, raw_bytes: int = 0, packed_bytes: int = 0) -> None:
        """Refuse a picture that is too large, or larger than its file can hold.

        Args:
            width: columns that the header claims.
            height: rows that the header claims.
            raw_bytes: size of the pixels once inflated, for formats that use deflate.
            packed_bytes: size of the deflated pixels in the file.

        Raises:
            AssetError: with the figures.
            DamagedError: width or height is not positive.
        """
        if width <= 0 or height <= 0:
            raise DamagedError(f"it says it is {width} × {height} pixels")
        pixels = width * height
        claim = f"“{self.name}” says it is {width:,} × {height:,} pixels"
        if pixels > self.max_pixels:
            raise AssetError(
                f"{claim} ({pixels / 1e6:,.0f} megapixels); "
                f"the limit is {self.max_pixels / 1e6:,.0f}.",
                asset=self.name,
                hint="Scale it down, or raise the limit.",
            )
        holds_less = packed_bytes and raw_bytes > packed_bytes * _DEFLATE_RATIO + 4096
        is_thin = pixels > _SUSPICIOUS and pixels > self.size_bytes * _PIXELS_PER_BYTE
        if holds_less or is_thin:
            raise AssetError(
                f"{claim}, far more than its {self.size_bytes:,} bytes can hold.",
                asset=self.name,
                hint="It is damaged, or made to exhaust the memory of who opens it.",
            )


def _decode(kind: str, file: BinaryIO, limits: Limits, accept_truncated: bool) -> Decoded:
    if kind == "PNG":
        header = png_read.read_header(file)
        limits.check(
            header.width,
            header.height,
            raw_bytes=header.raw_bytes,
            packed_bytes=header.data_bytes,
        )
        frame = png_pixels.decode(file, header, accept_truncated=accept_truncated)
        frame.orientation = exif_orientation(header.exif)
        return frame
    if kind == "TIFF":
        return _decode_tiff(file, limits, accept_truncated)
    if kind == "WebP":
        canvas = webp.read_header(file)
        limits.check(canvas.width, canvas.height)
    im = pillow_open.open_image(kind, file)
    limits.check(*im.size)
    return pillow_open.decode(kind, file, im, accept_truncated=accept_truncated)


def _decode_tiff(file: BinaryIO, limits: Limits, accept_truncated: bool) -> Decoded:
    page = tiff.first_page(file)
    limits.check(page.imagewidth, page.imagelength)
    try:
        frame = _decode_page(file, page, limits, accept_truncated)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        # Tags of the wrong type or count show only where they are used.
        raise DamagedError(f"its directory contradicts itself ({error})") from error
    pages = tiff.count_pages(file)
    if pages > 1:
        frame.notes.append(f"First of {pages} pages.")
    return frame


def _decode_page(file: BinaryIO, page: Any, limits: Limits, accept_truncated: bool) -> Decoded:
    tiff.check_compression(page)
    if tiff.is_deep(page):
        try:
            frame = tiff.decode_deep(file, page, lambda: pillow_open.open_image("TIFF", file))
        except tiff.ShallowError:
            pass
        else:
            frame.icc, frame.dpi = tiff.icc_of(page), tiff.dpi_of(page)
            return frame
    im = pillow_open.open_image("TIFF", file)
    limits.check(*im.size)
    frame = pillow_open.decode("TIFF", file, im, accept_truncated=accept_truncated)
    if tiff.bits_of(page) == 16 and frame.pixels.dtype.itemsize == 1:
        frame.notes.append("Read at 8 bits of its 16.")
    return frame


def finish(frame: Decoded) -> Picture:
    """Return a decoded frame as a picture: three channels, sRGB, upright."""
    icc = frame.icc
    pixels = frame.pixels
    conversions = color_profile.Conversions()
    is_grey = pixels.ndim == 2
    if icc is not None and not frame.is_srgb:
        conversions = color_profile.to_srgb(icc, pixels.dtype, is_grey=is_grey)
        if conversions.note:
            frame.notes.append(conversions.note)
        if not conversions.is_usable:
            icc = None
    if is_grey:
        grey = pixels
        pixels = np.empty((*grey.shape, 3), grey.dtype)
        pixels[...] = grey[..., None]
    if conversions.apply is not None:
        if not pixels.flags.writeable:
            pixels = pixels.copy()
        color_profile.convert_in_place(pixels, conversions.apply)
    dpi = frame.dpi
    if frame.orientation >= 5 and dpi is not None:
        dpi = (dpi[1], dpi[0])
    alpha = frame.alpha
    return Picture(
        pixels=upright(pixels, frame.orientation),
        alpha=None if alpha is None else upright(alpha, frame.orientation),
        icc=icc,
        dpi=dpi,
        notes=tuple(dict.fromkeys(frame.notes)),
    )


def upright(samples: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return samples turned and mirrored as EXIF orientation 1..8 says (EXIF 2.32, 4.6.4 A)."""
    match orientation:
        case 2:
            samples = samples[:, ::-1]
        case 3:
            samples = samples[::-1, ::-1]
        case 4:
            samples = samples[::-1]
        case 5:
            samples = samples.swapaxes(0, 1)
        case 6:
            samples = np.rot90(samples, -1)
        case 7:
            samples = samples[::-1, ::-1].swapaxes(0, 1)
        case 8:
            samples = np.rot90(samples, 1)
        case _:
            pass
    return np.ascontiguousarray(samples)
