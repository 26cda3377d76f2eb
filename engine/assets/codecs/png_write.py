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
# Filter types (ISO/IEC 15948, 9.2).
_NONE, _UP, _AVERAGE = 0, 2, 3
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
        samples = _stored(pixels, alpha, top, bottom, convert)
        step = channels * pixels.dtype.itemsize
        kind, search = (_AVERAGE, False) if is_quick else _smallest(samples, step)
        block = _filtered(samples, step, kind)
        machine = _compressor(search=search)
        packed = machine.compress(block)
        packed += machine.flush(zlib.Z_FINISH if bottom == height else zlib.Z_SYNC_FLUSH)
        return packed, zlib.adler32(block), len(block)

    for packed, adler, length in _in_order(strip, range(0, height, rows)):
        checksum = adler32_combine(checksum, adler, length)
        write_chunk(file, b"IDAT", file_header + packed)
        file_header = b""
    write_chunk(file, b"IDAT", struct.pack(">I", checksum))
    write_chunk(file, b"IEND", b"")


def _compressor(*, search: bool) -> zlib._Compress:
    """Return a compressor that searches for repeated strings, or one that matches runs only."""
    if search:
        return zlib.compressobj(6, zlib.DEFLATED, -15, 9)
    return zlib.compressobj(1, zlib.DEFLATED, -15, 9, zlib.Z_RLE)


def _smallest(samples: NDArray[np.uint8], step: int) -> tuple[int, bool]:
    """Return the filter, and whether to search, that make a sample of the rows smallest.

    Photographs gain nothing from a search; drawings with repeated patterns lose by averaging.
    """
    rows = max(1, _SAMPLE // samples.shape[1])
    middle = max(0, samples.shape[0] // 2 - rows)
    part = samples[middle : middle + rows + 1]
    sizes: dict[tuple[int, bool], int] = {}
    for kind, search in ((_AVERAGE, False), (_AVERAGE, True), (_UP, True), (_NONE, True)):
        machine = _compressor(search=search)
        packed = machine.compress(_filtered(part, step, kind))
        sizes[kind, search] = len(packed) + len(machine.flush())
    best = min(sizes, key=lambda way: sizes[way])
    quick = (_AVERAGE, False)
    return best if sizes[best] < 0.95 * sizes[quick] else quick


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


def _stored(
    pixels: NDArray[Any],
    alpha: NDArray[Any] | None,
    top: int,
    bottom: int,
    convert: Callable[[NDArray[Any]], NDArray[Any]] | None,
) -> NDArray[np.uint8]:
    """Return the bytes of rows `top`..`bottom` below those of the row above, or below zeros."""
    above = max(0, top - 1)
    colours = pixels[above:bottom]
    if convert is not None:
        colours = convert(colours)
    if alpha is not None:
        colours = np.concatenate((colours, alpha[above:bottom, :, None]), axis=2)
    if colours.dtype.itemsize == 2:
        colours = colours.astype(">u2")
    samples = np.ascontiguousarray(colours).view(np.uint8).reshape(colours.shape[0], -1)
    return samples if top else np.concatenate((np.zeros_like(samples[:1]), samples))


def _filtered(samples: NDArray[np.uint8], step: int, kind: int) -> bytes:
    """Return all rows but the first, filtered.

    Args:
        samples: bytes of the rows, below those of the row above.
        step: bytes of a pixel.
        kind: filter type.
    """
    current, up = samples[1:], samples[:-1]
    out = np.empty((current.shape[0], current.shape[1] + 1), np.uint8)
    out[:, 0] = kind
    if kind == _NONE:
        out[:, 1:] = current
    elif kind == _UP:
        np.subtract(current, up, out=out[:, 1:])
    else:
        left = np.zeros_like(current)
        left[:, step:] = current[:, :-step]
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
