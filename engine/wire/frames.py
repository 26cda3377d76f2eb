"""Frames on a byte stream: four bytes of length, little-endian, then that many bytes.

A stream may hand over any number of bytes at a time, so reading and writing both go on until a
frame is whole. Streams are raw and binary: an unbuffered pipe end, or `io.BytesIO` in a test.
"""

from __future__ import annotations

import struct
from typing import Protocol

HEADER = struct.Struct("<I")
FRAME_LIMIT = 256 * 2**20
"""Largest payload in bytes: a live picture of 8000 x 8000 pixels with alpha fits."""


class FrameError(Exception):
    """The stream does not hold frames: it was cut inside one, or something else wrote to it."""


class ByteSource(Protocol):
    """Where bytes come from; gives 0 bytes only at the end."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill `buffer` as far as bytes are there; return how many."""


class ByteSink(Protocol):
    """Where bytes go."""

    def write(self, data: memoryview, /) -> int | None:
        """Take as many bytes as possible; return how many."""


def read_frame(source: ByteSource, limit: int = FRAME_LIMIT) -> bytes | None:
    """Return the next payload, or None at the end of the stream.

    Raises:
        FrameError: the stream ended inside a frame, or the frame is longer than `limit`.
        OSError: the stream cannot be read.
    """
    header = bytearray(HEADER.size)
    got = _fill(source, memoryview(header))
    if got == 0:
        return None
    if got < HEADER.size:
        raise FrameError("The stream ended inside a frame's length.")
    (size,) = HEADER.unpack(header)
    if size > limit:
        raise FrameError(f"A frame says it has {size} bytes; at most {limit} are allowed.")
    payload = bytearray(size)
    if _fill(source, memoryview(payload)) < size:
        raise FrameError("The stream ended inside a frame.")
    return bytes(payload)


def write_frame(sink: ByteSink, payload: bytes, limit: int = FRAME_LIMIT) -> None:
    """Write one payload. Callers that share a stream take turns.

    Raises:
        FrameError: the payload is longer than `limit`; nothing was written.
        OSError: the stream cannot be written.
    """
    if len(payload) > limit:
        raise FrameError(f"A frame of {len(payload)} bytes is over the limit of {limit}.")
    if len(payload) < 65536:
        _drain(sink, memoryview(HEADER.pack(len(payload)) + payload))
    else:
        # A copy of a large picture costs more than a second call.
        _drain(sink, memoryview(HEADER.pack(len(payload))))
        _drain(sink, memoryview(payload))


def _fill(source: ByteSource, buffer: memoryview) -> int:
    """Read until `buffer` is full or the stream ends; return how many bytes came."""
    got = 0
    while got < len(buffer):
        count = source.readinto(buffer[got:])
        if not count:
            break
        got += count
    return got


def _drain(sink: ByteSink, data: memoryview) -> None:
    while data:
        data = data[sink.write(data) or 0 :]
