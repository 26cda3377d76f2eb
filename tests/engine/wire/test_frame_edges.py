from __future__ import annotations

import io
import struct

import pytest

from engine.wire.frames import FrameError, read_frame, write_frame


def test_the_length_is_four_bytes_little_endian():
    sink = io.BytesIO()
    write_frame(sink, b"abc")
    assert sink.getvalue() == b"\x03\x00\x00\x00abc"


def test_the_end_between_frames_is_none_and_inside_one_an_error():
    assert read_frame(io.BytesIO(b"")) is None
    for torn in (b"\x03", b"\x03\x00\x00", b"\x03\x00\x00\x00", b"\x03\x00\x00\x00ab"):
        with pytest.raises(FrameError):
            read_frame(io.BytesIO(torn))


def test_a_frame_over_the_limit_is_neither_read_nor_written():
    with pytest.raises(FrameError, match="at most 10"):
        read_frame(io.BytesIO(struct.pack("<I", 11) + b"x" * 11), limit=10)
    sink = io.BytesIO()
    with pytest.raises(FrameError):
        write_frame(sink, b"x" * 11, limit=10)
    assert sink.getvalue() == b""


def test_printed_text_is_not_taken_for_a_frame():
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(b"Hello, this is a stray print\n" * 100))


def test_an_empty_frame_is_one():
    sink = io.BytesIO()
    write_frame(sink, b"")
    sink.seek(0)
    assert read_frame(sink) == b""
    assert read_frame(sink) is None
