"""The chunks of a WebP file, read without opening its decoder, which allocates the whole canvas.

Google's WebP container specification (RFC 9649).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from engine.assets.codecs.frame import DamagedError, TruncatedError

_MAX_CHUNKS = 100_000
_MAX_METADATA = 8 << 20


@dataclass
class WebpHeader:
    """What the chunks say.

    Attributes:
        width, height: of the canvas.
        has_alpha: some pixels can be transparent.
        frames: of an animation, else 1.
        icc, exif, xmp: contents of the chunks, or b"".
    """

    width: int
    height: int
    has_alpha: bool = False
    frames: int = 1
    icc: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""


def read_header(file: BinaryIO) -> WebpHeader:
    """Walk the chunks of a WebP file.

    Raises:
        TruncatedError, DamagedError: it has no valid header.
    """
    file.seek(0)
    head = file.read(30)
    if len(head) < 30:
        raise TruncatedError("it ends within its header")
    header = _first(head)
    file.seek(12)
    frames = 0
    for _ in range(_MAX_CHUNKS):
        lead = file.read(8)
        if len(lead) < 8:
            break
        kind, size = struct.unpack("<4sI", lead)
        step = size + (size & 1)
        field = {b"ICCP": "icc", b"EXIF": "exif", b"XMP ": "xmp"}.get(kind)
        if field and size <= _MAX_METADATA:
            setattr(header, field, file.read(size))
            file.seek(step - size, 1)
        else:
            frames += kind == b"ANMF"
            file.seek(step, 1)
    header.frames = max(1, frames)
    return header


def _first(head: bytes) -> WebpHeader:
    kind = head[12:16]
    if kind == b"VP8X":
        width = 1 + int.from_bytes(head[24:27], "little")
        height = 1 + int.from_bytes(head[27:30], "little")
        return WebpHeader(width, height, bool(head[20] & 0x10))
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return WebpHeader(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), bool(bits >> 28 & 1))
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return WebpHeader(width & 0x3FFF, height & 0x3FFF)
    raise DamagedError("its first chunk is not a picture")
