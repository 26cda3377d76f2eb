"""An engine with real worker processes and the tasks that misbehave on purpose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.host.client import Engine
from engine.host.limits import HostLimits
from engine.paths import Folders
from tests.engine.host.listening import Heard


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
