"""Live requests: many come while a slider moves, few need to run. No I/O.

At most one runs at a time, and of each key at most one waits: a newer request takes the place of
the one that waits. A running request that has taken longer than `PATIENCE_S` is stopped when a
newer one of its key waits, but never two in a row, so that a slow machine still shows something
while the slider moves. Answers of a key come in rising order of their numbers; requests that were
replaced or stopped get none.
"""

from __future__ import annotations

from typing import Any

import msgspec

from engine.spec.task import RunOptions

PATIENCE_S = 0.25


class LiveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request.

    Attributes:
        key: who asks.
        serial: rising number.
        task: id of the task.
        params: its parameters as plain data.
        options: how to run.
    """

    key: str
    serial: int
    task: str
    params: dict[str, Any]
    options: RunOptions

    @property
    def job(self) -> str:
        """The id under which the worker knows it."""
        return f"live-{self.serial}"


class LiveDesk:
    """What waits and what runs."""

    def __init__(self) -> None:
        self._serial = 0
        self._waiting: dict[str, LiveRequest] = {}
        self._started_s = 0.0
        self._stopped_last: set[str] = set()
        self.is_stopping = False
        self.running: LiveRequest | None = None

    @property
    def has_waiting(self) -> bool:
        """Whether a request waits."""
        return bool(self._waiting)

    def ask(self, key: str, task: str, params: dict[str, Any], options: RunOptions) -> int:
        """Take a request and return its number."""
        self._serial += 1
        # Replacing keeps the key's place, so that no key starves another.
        self._waiting[key] = LiveRequest(
            key=key, serial=self._serial, task=task, params=params, options=options
        )
        return self._serial

    def start(self, now: float) -> LiveRequest | None:
        """Start the request that has waited longest; None if one runs or none waits."""
        if self.running is not None or not self._waiting:
            return None
        self.running = self._waiting.pop(next(iter(self._waiting)))
        self._started_s = now
        self.is_stopping = False
        return self.running

    def to_stop(self, now: float) -> LiveRequest | None:
        """Return the running request if it should be stopped now; once for each."""
        if self.stop_at() is None or now < self._started_s + PATIENCE_S or self.running is None:
            return None
        self.is_stopping = True
        self._stopped_last.add(self.running.key)
        return self.running

    def stop_at(self) -> float | None:
        """Return when the running request will have to be stopped, or None."""
        if (
            self.running is None
            or self.is_stopping
            or self.running.key not in self._waiting
            or self.running.key in self._stopped_last
        ):
            return None
        return self._started_s + PATIENCE_S

    def end(self, job: str) -> LiveRequest | None:
        """Note that a request is over and return it; None if it is not the running one."""
        if self.running is None or self.running.job != job:
            return None
        ended, self.running = self.running, None
        if not self.is_stopping:
            self._stopped_last.discard(ended.key)
        return ended

    def drain(self) -> tuple[LiveRequest, ...]:
        """Take every request, running and waiting, off the desk."""
        left = (*((self.running,) if self.running else ()), *self._waiting.values())
        self._waiting.clear()
        self.running = None
        return left
