"""Reading the pixels of a PNG file at their full depth.

ISO/IEC 15948. Pillow's C decoder inflates, unfilters and de-interlaces, but hands 16-bit colour
on with its low bytes cut off. It picks the bytes by a "raw mode", so the same data are decoded
twice, once for the high bytes and once for the low ones, which is exact and needs no further
library. The decoder is given the picture's own chunks only: text, animation and colour chunks
are read by `png_read`.
"""

from __future__ import annotations

import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from engine.assets.codecs.frame import PARTIAL, DamagedError, Decoded, TruncatedError
from engine.assets.codecs.pillow_frame import bands, load, split
from engine.assets.codecs.png_read import CHANNELS, PngHeader

_END = b"\0\0\0\0IEND\xaeB`\x82"
_ONE_AT_A_TIME = 40_000_000


class _PixelChunks(io.RawIOBase):
    """A PNG file as Pillow should see it: header, palette, transparency, pixels, end."""

    def __init__(self, file: BinaryIO, header: PngHeader) -> None:
        super().__init__()
        self._file = file
        self._head = header.head
        self._first = header.first_data
        self._pixels_end = len(self._head) + header.end_data - header.first_data
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to an absolute or relative offset; the end is never asked for."""
        self._at = max(0, offset + (self._at if whence == io.SEEK_CUR else 0))
        return self._at

    def tell(self) -> int:
        """Return the offset."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes."""
        if size < 0:
            size = self._pixels_end + len(_END) - self._at
        out = self._head[self._at : self._at + size]
        self._at += len(out)
        if len(self._head) <= self._at < self._pixels_end and len(out) < size:
            self._file.seek(self._first + self._at - len(self._head))
            more = self._file.read(min(size - len(out), self._pixels_end - self._at))
            self._at += len(more)
            out += more
            if self._at < self._pixels_end:
                return out
        if self._at >= self._pixels_end and len(out) < size:
            start = self._at - self._pixels_end
            more = _END[start : start + size - len(out)]
            self._at += len(more)
            out += more
        return out


def decode(file: BinaryIO, header: PngHeader, *, accept_truncated: bool) -> Decoded:
    """Return the pixels of a PNG file.

    Raises:
        TruncatedError, DamagedError: it is not whole.
    """
    if not header.first_data:
        raise TruncatedError("it ends before its pixels begin")
    if header.color == 3 and not header.has_palette:
        raise DamagedError("its palette is missing")
    pixels: NDArray[Any]
    alpha: NDArray[Any] | None = None
    if header.depth == 16:
        pixels, alpha, is_whole = _decode_16(file, header, accept_truncated)
    else:
        im = open_image(file, header)
        is_whole = load(im, accept_truncated=accept_truncated)
        pixels, alpha = split(im)
    frame = Decoded(pixels, alpha, header.icc, dpi=header.dpi, notes=list(header.notes))
    # An early end of the compressed data is no error to the decoder: the rest stays black.
    if is_whole and not pixels[-1].any() and not _holds_all_rows(file, header):
        if not accept_truncated:
            raise TruncatedError("its pixels end early")
        is_whole = False
    if not is_whole:
        frame.notes.append(PARTIAL)
    if header.frames > 1:
        frame.notes.append(f"First of {header.frames} frames of an animation.")
    return frame


def open_image(file: BinaryIO, header: PngHeader) -> Any:
    """Return Pillow's image of the pixels, not decoded yet."""
    from PIL import PngImagePlugin

    try:
        return PngImagePlugin.PngImageFile(cast(BinaryIO, _PixelChunks(file, header)))
    except (OSError, ValueError, SyntaxError, struct.error) as error:
        raise DamagedError(f"its header cannot be read ({error})") from error


def _holds_all_rows(file: BinaryIO, header: PngHeader) -> bool:
    """Return whether the compressed data hold every row; inflates them in small pieces."""
    machine = zlib.decompressobj()
    wanted = header.inflated_bytes
    at, have = header.first_data, 0
    try:
        while at < header.end_data:
            file.seek(at)
            length, kind = struct.unpack(">I4s", file.read(8))
            at += length + 12
            if kind != b"IDAT":
                continue
            while length > 0 and (data := file.read(min(length, 1 << 20))):
                length -= len(data)
                while data and have < wanted:
                    have += len(machine.decompress(data, 1 << 20))
                    data = machine.unconsumed_tail
    except (zlib.error, struct.error):
        return False
    return have >= wanted


def _decode_16(
    file: BinaryIO, header: PngHeader, accept_truncated: bool
) -> tuple[NDArray[Any], NDArray[Any] | None, bool]:
    """Return pixels, alpha, and whether the file is whole."""
    if header.color in (0, 4):
        im = open_image(file, header)
        if header.color == 4:
            # Grey and alpha, two bytes each, come out whole as the four bytes of an RGBA pixel.
            im.tile = [im.tile[0]._replace(args="RGBA")]
        is_whole = load(im, accept_truncated=accept_truncated)
        if header.color == 0:
            grey = np.asarray(im).astype(np.uint16)
            return grey, _key_alpha(grey[..., None], header), is_whole
        both = np.asarray(im).view(">u2")
        return both[..., 0].astype(np.uint16), both[..., 1].astype(np.uint16), is_whole
    channels = CHANNELS[header.color]
    out = np.empty((header.height, header.width, channels), np.uint16)
    parts = out.view(np.uint8).reshape(header.height, header.width, channels, 2)
    mode = "RGB" if channels == 3 else "RGBA"

    def one(rawmode: str, byte: int, source: BinaryIO) -> bool:
        im = open_image(source, header)
        im.tile = [im.tile[0]._replace(args=rawmode)]
        is_whole = load(im, accept_truncated=accept_truncated)
        for top, bottom, rows in bands(im):
            parts[top:bottom, :, :, byte] = np.asarray(rows)
        return is_whole

    high = 1 if np.little_endian else 0
    first, second = (f"{mode};16B", high), (f"{mode};16L", 1 - high)
    if header.width * header.height > _ONE_AT_A_TIME:
        is_whole = all([one(*first, file), one(*second, file)])
    else:
        with Path(file.name).open("rb") as again, ThreadPoolExecutor(1) as side:
            other = side.submit(one, *second, again)
            is_whole = one(*first, file)
            is_whole = other.result() and is_whole
    if channels == 3:
        return out, _key_alpha(out, header), is_whole
    return np.ascontiguousarray(out[..., :3]), np.ascontiguousarray(out[..., 3]), is_whole


def _key_alpha(samples: NDArray[Any], header: PngHeader) -> NDArray[Any] | None:
    """Return alpha for the one colour that tRNS makes transparent, compared at 16 bits."""
    channels = samples.shape[2]
    if header.transparency is None or len(header.transparency) != 2 * channels:
        return None
    key = np.frombuffer(header.transparency, ">u2")
    matches = np.ones(samples.shape[:2], bool)
    for channel in range(channels):
        matches &= samples[..., channel] == key[channel]
    return np.where(matches, 0, 65535).astype(np.uint16)
