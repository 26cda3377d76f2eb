"""Writing PNG at 8 or 16 bits, in parallel and without a second copy of the picture.

ISO/IEC 15948. Rows are filtered with the average of their left and upper neighbours; strips are
deflated side by side and joined with sync flushes (RFC 1951), which any reader takes for one
stream. For the store, run-length matching finds what the filter leaves of flat areas and
entropy coding does the rest: for photographs this is several times faster than a search for
repeated strings, and no larger.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_STRIP_BYTES = 2 << 20
_SAMPLE = 1 << 16
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
Chunk = tuple[bytes, bytes]


def write_png(
    file: BinaryIO,
    pixels: NDArray[Any],
    alpha: NDArray[Any] | None,
    *,
    chunks: Sequence[Chunk] = (),
    convert: Callable[[NDArray[Any]], NDArray[Any]] | None = None,
    is_quick: bool = True,
) -> None:
    """Write a picture.

    Args:
        file: open for writing.
        pixels: (height, width, 3) uint8 or uint16.
        alpha: (height, width) of the same dtype, or None.
        chunks: (type, data) to stand before the pixels, in order.
        convert: applied to bands of rows on their way.
        is_quick: match runs only; False also searches for repeated strings where that pays.

    Raises:
        OSError: the disk is full, for one.
    """
    height, width = pixels.shape[:2]
    depth = 8 * pixels.dtype.itemsize
    color = 2 if alpha is None else 6
    file.write(_SIGNATURE)
    write_chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    for kind, data in chunks:
        write_chunk(file, kind, data)
    channels = 3 if alpha is None else 4
    bytes_per_row = width * channels * pixels.dtype.itemsize
    rows = max(1, _STRIP_BYTES // bytes_per_row)
    checksum = 1
    file_header = b"\x78\x01"

    def strip(top: int) -> tuple[bytes, int, int]:
        bottom = min(height, top + rows)
        block = _filtered(pixels, alpha, top, bottom, convert)
        search = not is_quick and _search_pays(block)
        machine = _searching() if search else _running()
        packed = machine.compress(block)
        packed += machine.flush(zlib.Z_FINISH if bottom == height else zlib.Z_SYNC_FLUSH)
        return packed, zlib.adler32(block), len(block)

    for packed, adler, length in _in_order(strip, range(0, height, rows)):
        checksum = adler32_combine(checksum, adler, length)
        write_chunk(file, b"IDAT", file_header + packed)
        file_header = b""
    write_chunk(file, b"IDAT", struct.pack(">I", checksum))
    write_chunk(file, b"IEND", b"")


def _running() -> zlib._Compress:
    """Return a compressor that matches runs only."""
    return zlib.compressobj(1, zlib.DEFLATED, -15, 9, zlib.Z_RLE)


def _searching() -> zlib._Compress:
    """Return a compressor that searches for repeated strings."""
    return zlib.compressobj(6, zlib.DEFLATED, -15, 9)


def _search_pays(block: bytes) -> bool:
    """Return whether a search makes a sample of the rows smaller by a twentieth."""
    start = max(0, len(block) // 2 - _SAMPLE // 2)
    sizes = []
    for machine in (_running(), _searching()):
        packed = machine.compress(block[start : start + _SAMPLE])
        sizes.append(len(packed) + len(machine.flush()))
    return sizes[1] < 0.95 * sizes[0]


def write_chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    """Write one chunk with its length and checksum."""
    file.write(struct.pack(">I4s", len(data), kind))
    file.write(data)
    file.write(struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))


def text_chunk(keyword: str, text: str) -> Chunk:
    """Return an iTXt chunk, compressed where that pays."""
    data = text.encode()
    packed = zlib.compress(data, 9) if len(data) > 1024 else b""
    body = packed or data
    return b"iTXt", keyword.encode("latin-1") + b"\0" + bytes([bool(packed), 0]) + b"\0\0" + body


def latin_chunk(keyword: str, text: str) -> Chunk:
    """Return the chunk that other programs look for: tEXt where Latin-1 does, else iTXt."""
    try:
        return b"tEXt", keyword.encode("latin-1") + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()


def icc_chunk(icc: bytes) -> Chunk:
    """Return an iCCP chunk."""
    return b"iCCP", b"ICC profile\0\0" + zlib.compress(icc, 9)


def dpi_chunk(dpi: tuple[float, float]) -> Chunk:
    """Return a pHYs chunk in pixels per metre."""
    x, y = (min(0x7FFFFFFF, max(1, round(v / 0.0254))) for v in dpi)
    return b"pHYs", struct.pack(">IIB", x, y, 1)


def _filtered(
    pixels: NDArray[Any],
    alpha: NDArray[Any] | None,
    top: int,
    bottom: int,
    convert: Callable[[NDArray[Any]], NDArray[Any]] | None,
) -> bytes:
    """Return rows `top`..`bottom` with filter type 3 (average)."""
    above = max(0, top - 1)
    colours = pixels[above:bottom]
    if convert is not None:
        colours = convert(colours)
    if alpha is not None:
        colours = np.concatenate((colours, alpha[above:bottom, :, None]), axis=2)
    if colours.dtype.itemsize == 2:
        colours = colours.astype(">u2")
    step = colours.shape[2] * colours.dtype.itemsize
    samples = np.ascontiguousarray(colours).view(np.uint8).reshape(colours.shape[0], -1)
    count = bottom - top
    current = samples[-count:]
    up = np.zeros_like(current)
    up[1 if top == 0 else 0 :] = samples[:-1]
    left = np.zeros_like(current)
    left[:, step:] = current[:, :-step]
    out = np.empty((count, current.shape[1] + 1), np.uint8)
    out[:, 0] = 3
    # floor((left + up) / 2) without widening: common bits, and half of the others.
    np.subtract(current, (left & up) + ((left ^ up) >> 1), out=out[:, 1:])
    return out.tobytes()


def _in_order(
    work: Callable[[int], tuple[bytes, int, int]], items: range
) -> Iterator[tuple[bytes, int, int]]:
    """Yield `work` of each item, some of them ahead on other threads."""
    threads = min(8, os.cpu_count() or 1)
    waiting: list[Future[tuple[bytes, int, int]]] = []
    with ThreadPoolExecutor(threads) as pool:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > 2 * threads:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()


def adler32_combine(first: int, second: int, length: int) -> int:
    """Return the Adler-32 of two joined pieces from that of each; `length` is the second's."""
    base = 65521
    a1, b1 = first & 0xFFFF, first >> 16
    a2, b2 = second & 0xFFFF, second >> 16
    a = (a1 + a2 - 1) % base
    b = (b1 + b2 + (a1 - 1) * length) % base
    return b << 16 | a
