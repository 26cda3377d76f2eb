"""Turning a task's reports into few, steady messages.

Reports rise only, come at most thirty times a second, and carry a preview at most five times a
second. A report that comes too soon is kept and sent by the next `flush`, so that the last word
before a long silence is not lost.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.spec.job import Progress

PERIOD_S = 1 / 30
PREVIEW_PERIOD_S = 0.2
PREVIEW_PX = 512
_QUALITY = 80


class ProgressReporter:
    """The progress of one job.

    Args:
        send: takes a report; called from the job's thread and from whoever flushes.
        clock: seconds, for tests.
    """

    def __init__(
        self, send: Callable[[Progress], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._send = send
        self._clock = clock
        self._lock = threading.Lock()
        self._parts: list[tuple[float, float]] = [(0.0, 1.0)]
        self._highest = 0.0
        self._sent_at = self._preview_at = float("-inf")
        self._waiting: Progress | None = None
        self._preview: NDArray[Any] | None = None

    @contextmanager
    def part(self, low: float, high: float) -> Iterator[None]:
        """Map 0..1 onto `low`..`high` of the present part."""
        outer_low, outer_high = self._parts[-1]
        span = outer_high - outer_low
        self._parts.append((outer_low + low * span, outer_low + high * span))
        try:
            yield
        finally:
            self._parts.pop()

    def report(
        self, fraction: float, note: str, done: int, total: int, preview: NDArray[Any] | None
    ) -> None:
        """Take a report of the present part; send it now or keep it for `flush`."""
        low, high = self._parts[-1]
        overall = low + min(max(fraction, 0.0), 1.0) * (high - low)
        with self._lock:
            self._highest = min(max(self._highest, overall), 1.0)
            self._waiting = Progress(fraction=self._highest, note=note, done=done, total=total)
            if preview is not None:
                self._preview = preview
        self.flush()

    def say(self, note: str) -> None:
        """Report another note at the same fraction: something is prepared, nothing is counted."""
        with self._lock:
            self._waiting = Progress(fraction=self._highest, note=note)
        self.flush()

    def flush(self, *, is_last: bool = False) -> None:
        """Send what waits, if it is time; at the end of a job, in any case."""
        now = self._clock()
        with self._lock:
            if self._waiting is None or not (is_last or now - self._sent_at >= PERIOD_S):
                return
            report, self._waiting, self._sent_at = self._waiting, None, now
            picture = None
            if self._preview is not None and now - self._preview_at >= PREVIEW_PERIOD_S:
                picture, self._preview, self._preview_at = self._preview, None, now
            if picture is not None:
                report = Progress(
                    fraction=report.fraction,
                    note=report.note,
                    done=report.done,
                    total=report.total,
                    preview=encode_preview(picture),
                )
            # Sent under the lock, so that two threads cannot send reports out of order.
            self._send(report)


def encode_preview(pixels: NDArray[Any], longest: int = PREVIEW_PX) -> bytes:
    """Return a small JPEG of a picture.

    Args:
        pixels: (height, width, 3) uint8 or uint16, sRGB.
        longest: long side of the result in pixels at most.
    """
    from PIL import Image

    # Every n-th pixel first: a full-size picture is not touched more than it needs to be.
    step = max(1, max(pixels.shape[:2]) // (2 * longest))
    small = pixels[::step, ::step]
    if small.dtype == np.uint16:
        small = (small >> 8).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(small))
    image.thumbnail((longest, longest), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
