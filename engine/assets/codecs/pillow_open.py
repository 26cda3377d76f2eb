"""Opening a file with the one Pillow plugin that its content calls for, within limits.

`PIL.Image.open` would try every plugin, among them ones that start other programs.
"""

from __future__ import annotations

import importlib
import io
import logging
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from engine.assets.codecs.frame import PARTIAL, DamagedError, Decoded, UnsupportedError
from engine.assets.codecs.pillow_frame import bands, load, split
from engine.assets.color_profile import cmyk_to_srgb

if TYPE_CHECKING:
    from PIL import ImageFile

_MAX_GIF_FRAMES = 100_000


def open_image(kind: str, file: BinaryIO) -> ImageFile.ImageFile:
    """Return Pillow's image of a file, not decoded yet.

    Raises:
        DamagedError: its header makes no sense.
    """
    file.seek(0)
    # libtiff reads by the file's descriptor and has bounds of its own.
    source = file if kind == "TIFF" else cast(BinaryIO, _Bounded(file))
    try:
        return _plugin(kind)(source)
    except MemoryError:
        raise
    except Exception as error:
        text = " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__
        raise DamagedError(f"its header cannot be read ({text})") from error


class _Bounded:
    """A file that never allocates more than it holds, whatever length is asked of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, io.SEEK_END)
        file.seek(0)

    def read(self, size: int = -1) -> bytes:
        rest = max(0, self._size - self._file.tell())
        return self._file.read(rest if size < 0 else min(size, rest))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _plugin(kind: str) -> type[ImageFile.ImageFile]:
    module, name = _PLUGINS[kind]
    # What Pillow logs of damaged files is of no use to the user; its exceptions are told.
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    plugin: type[ImageFile.ImageFile] = getattr(importlib.import_module(f"PIL.{module}"), name)
    return plugin


_PLUGINS = {
    "JPEG": ("JpegImagePlugin", "JpegImageFile"),
    "WebP": ("WebPImagePlugin", "WebPImageFile"),
    "TIFF": ("TiffImagePlugin", "TiffImageFile"),
    "GIF": ("GifImagePlugin", "GifImageFile"),
    "BMP": ("BmpImagePlugin", "BmpImageFile"),
    "AVIF": ("AvifImagePlugin", "AvifImageFile"),
    "JPEG 2000": ("Jpeg2KImagePlugin", "Jpeg2KImageFile"),
    "PPM": ("PpmImagePlugin", "PpmImageFile"),
}


def count_frames(kind: str, file: BinaryIO, im: Any) -> int:
    """Return how many frames a GIF, WebP or AVIF has."""
    if kind == "GIF":
        return _gif_frames(file)
    if kind in ("WebP", "AVIF"):
        return max(1, int(getattr(im, "n_frames", 1)))
    return 1


def _gif_frames(file: BinaryIO) -> int:
    """Return how many images a GIF holds; steps from block to block only (GIF89a, section 15)."""
    file.seek(0)
    head = file.read(13)
    if len(head) < 13:
        return 1
    if head[10] & 0x80:
        file.seek(3 << (head[10] & 7) + 1, 1)
    frames = 0
    while frames < _MAX_GIF_FRAMES:
        mark = file.read(1)
        if mark == b"!":
            file.seek(1, 1)
        elif mark == b",":
            frames += 1
            place = file.read(9)
            if len(place) < 9:
                break
            if place[8] & 0x80:
                file.seek(3 << (place[8] & 7) + 1, 1)
            file.seek(1, 1)
        else:
            break
        while size := file.read(1):
            if size == b"\0":
                break
            file.seek(size[0], 1)
    return max(1, frames)


def orientation_of(im: Any) -> int:
    """Return the EXIF orientation 1..8; 1 where it is missing or nonsense."""
    try:
        value = im.getexif().get(274, 1)
    except Exception:  # noqa: BLE001 - EXIF is often damaged and never worth losing a picture for
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def dpi_of(im: Any) -> tuple[float, float] | None:
    """Return the resolution that the file states, if it is a sane one."""
    dpi = im.info.get("dpi")
    try:
        x, y = (float(v) for v in dpi)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (round(x, 2), round(y, 2)) if 1 < x < 100_000 and 1 < y < 100_000 else None


def icc_of(im: Any) -> bytes | None:
    """Return the embedded profile, or None."""
    icc = im.info.get("icc_profile")
    return bytes(icc) if isinstance(icc, bytes | bytearray) and icc else None


def decode(kind: str, file: BinaryIO, im: Any, *, accept_truncated: bool) -> Decoded:
    """Return the first frame of a file at eight bits (grey TIFF and JPEG 2000 at 16).

    Raises:
        TruncatedError, DamagedError: it is not whole.
    """
    frames = count_frames(kind, file, im)
    icc, dpi = icc_of(im), dpi_of(im)
    # Pillow turns TIFF pages itself when it decodes them.
    orientation = orientation_of(im) if kind != "TIFF" else 1
    is_whole = load(im, accept_truncated=accept_truncated)
    frame = _samples(im, icc)
    if not is_whole:
        frame.notes.append(PARTIAL)
    frame.icc, frame.dpi, frame.orientation = icc, dpi, orientation
    if frames > 1:
        frame.notes.append(f"First of {frames} frames of an animation.")
    return frame


def _samples(im: Any, icc: bytes | None) -> Decoded:
    if im.mode.startswith("I;16"):
        return Decoded(np.asarray(im).astype(np.uint16))
    if im.mode == "I":
        return Decoded(np.clip(np.asarray(im), 0, 65535).astype(np.uint16))
    if im.mode == "F":
        raise UnsupportedError("its floating-point samples are stored in a way Gesso does not read")
    if im.mode in ("CMYK", "LAB"):
        return _device_independent(im, icc)
    pixels, alpha = split(im)
    return Decoded(pixels, alpha)


def _device_independent(im: Any, icc: bytes | None) -> Decoded:
    if im.mode == "CMYK":
        convert, note = cmyk_to_srgb(icc)
    else:
        convert, note = _lab_to_srgb(), "Converted from Lab."
    pixels = np.empty((im.height, im.width, 3), np.uint8)
    for top, bottom, rows in bands(im):
        pixels[top:bottom] = np.asarray(convert(rows) if convert else rows.convert("RGB"))
    return Decoded(pixels, is_srgb=True, notes=[note])


def _lab_to_srgb() -> Any:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(lab, srgb, "LAB", "RGB").apply
