"""What holds for every test: no network, no folders of the user's, no warning unnoticed."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Before anything imports Qt: without a screen it ends the process instead of raising.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from engine.paths import Folders

LOOPBACK = {"127.0.0.1", "::1", "localhost", ""}


class NetworkUseError(RuntimeError):
    """A test tried to reach another machine."""


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise NetworkUseError(f"A test tried to reach {address}.")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name not in LOOPBACK:
            raise NetworkUseError(f"A test tried to look up {name}.")


def pytest_configure(config: pytest.Config) -> None:
    # An audit hook also sees what C code and third-party libraries do; it cannot be removed.
    if not getattr(sys, "_gesso_network_refused", False):
        sys.addaudithook(_refuse_network)
        sys._gesso_network_refused = True  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder under which all of the user's folders lie for this test."""
    folder = tmp_path / "gesso-home"
    monkeypatch.setenv("GESSO_HOME", str(folder))
    return folder


@pytest.fixture
def folders(home: Path) -> Folders:
    """The user's folders of this test."""
    return Folders.under(home)


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def expected_warnings() -> Iterator[list[str]]:
    """Regular expressions of warnings that this test wants logged.

    Any other logged warning fails the test, and so does one that was wanted and did not come.
    """
    expected: list[str] = []
    handler = _Warnings()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield expected
    finally:
        root.removeHandler(handler)
    surprises = [m for m in handler.messages if not any(re.search(e, m) for e in expected)]
    assert not surprises, "logged without being expected:\n" + "\n".join(surprises)
    missing = [e for e in expected if not any(re.search(e, m) for m in handler.messages)]
    assert not missing, f"expected to be logged, but was not: {missing}"
