"""Hearing what an engine says, and waiting for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from engine.host.events import Event


class Heard:
    """Every event of an engine, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._came = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._came:
            self.events.append(event)
            self._came.notify_all()

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        with self._came:
            return [event for event in self.events if isinstance(event, kind)]

    def until(self, holds: Callable[[list[Event]], bool], timeout_s: float = 20) -> None:
        end = time.monotonic() + timeout_s
        with self._came:
            while not holds(self.events):
                assert self._came.wait(end - time.monotonic()), f"not heard of: {self.events[-5:]}"
