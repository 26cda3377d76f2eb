"""An engine with real worker processes and the tasks that misbehave on purpose."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from engine.host.client import Engine
from engine.host.events import Event
from engine.host.limits import HostLimits
from engine.paths import Folders


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


@pytest.fixture(autouse=True)
def debug_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GESSO_DEBUG_TASKS", "1")


@pytest.fixture
def limits() -> HostLimits:
    return HostLimits(grace_s=0.5, back_off_s=0.1)


@pytest.fixture
def engine(folders: Folders, limits: HostLimits) -> Iterator[Engine]:
    with Engine(folders, limits=limits) as engine:
        yield engine


@pytest.fixture
def heard(engine: Engine) -> Iterator[Heard]:
    heard = Heard()
    unsubscribe = engine.subscribe(heard)
    yield heard
    unsubscribe()
