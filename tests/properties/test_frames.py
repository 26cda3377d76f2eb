"""Frames survive any way in which a stream hands over its bytes."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.wire.frames import read_frame, write_frame


class Trickle:
    """A stream that gives and takes as many bytes at a time as `sizes` says, over and over."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self.data = bytearray(data)
        self._sizes = sizes
        self._turn = 0

    def _next(self) -> int:
        self._turn += 1
        return self._sizes[self._turn % len(self._sizes)]

    def readinto(self, buffer: memoryview) -> int:
        count = min(self._next(), len(buffer), len(self.data))
        buffer[:count] = self.data[:count]
        del self.data[:count]
        return count

    def write(self, data: memoryview) -> int:
        count = min(self._next(), len(data))
        self.data += data[:count]
        return count


small = st.lists(st.binary(max_size=200), max_size=6)
large = st.sampled_from([0, 65_535, 65_536, 70_000])  # around where header and payload part
sizes = st.lists(st.integers(1, 100_000), min_size=1, max_size=8)


@settings(deadline=None)
@given(small, large, sizes, sizes)
def test_frames_survive_any_split_of_the_stream(few, size, write_sizes, read_sizes):
    sent = [*few, b"\x07" * size, b"last"]
    sink = Trickle(b"", write_sizes)
    for payload in sent:
        write_frame(sink, payload)
    source = Trickle(bytes(sink.data), read_sizes)
    assert [read_frame(source) for _ in sent] == sent
    assert read_frame(source) is None


@given(st.binary(max_size=300))
def test_arbitrary_bytes_give_frames_or_an_error_and_never_hang(data):
    from engine.wire.frames import FrameError

    source = io.BytesIO(data)
    try:
        while read_frame(source, limit=1000) is not None:
            pass
    except FrameError:
        pass
