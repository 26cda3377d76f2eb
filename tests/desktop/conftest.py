"""A window's tests leave nothing behind: no timer, no thread, no top-level widget."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from fake_engine import FakeEngine

from desktop import i18n
from desktop.engine_link.bridge import EngineBridge
from desktop.main_window import MainWindow
from desktop.pages.page import PageContext
from desktop.settings import SettingsStore
from desktop.theme import Wardrobe
from desktop.window_parts import WindowParts
from engine.api import Folders


def _left_behind(threads_before: set[threading.Thread]) -> list[str]:
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    gc.collect()
    found = []
    for thing in gc.get_objects():
        if isinstance(thing, QTimer) and isValid(thing) and thing.isActive():
            found.append(f"active timer of {thing.parent()!r}")
        elif (
            isinstance(thing, QThread)
            and isValid(thing)
            and thing.isRunning()
            and not thing.isMainThread()
        ):
            found.append(f"running thread {thing!r}")
    found += [f"top-level widget {w!r}" for w in QApplication.topLevelWidgets() if w.isVisible()]
    found += [
        f"thread {t.name}"
        for t in threading.enumerate()
        if t not in threads_before and t.is_alive() and not t.daemon
    ]
    return found


@pytest.fixture(scope="session", autouse=True)
def collection_between_tests() -> Iterator[None]:
    """As in the program, garbage is collected on the window's thread alone: here after each test.

    Modules and pytest's own objects are set aside, so that a collection looks at what the test
    made and takes a few milliseconds.
    """
    gc.disable()
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    if "PySide6.QtWidgets" in sys.modules:
        from PySide6.QtWidgets import QApplication

        if QApplication.instance() is not None:
            found = _left_behind(before)
            assert not found, f"left behind: {found}"


@pytest.fixture(autouse=True)
def english(tmp_path: Path) -> Iterator[None]:
    i18n.install(tmp_path, "en")
    yield
    i18n.install(tmp_path, "en")


@pytest.fixture(scope="session")
def wardrobe(qapp: Any) -> Wardrobe:
    return Wardrobe(qapp)


@pytest.fixture
def dressed(wardrobe: Wardrobe) -> Wardrobe:
    wardrobe.wear("dark")
    return wardrobe


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.under(tmp_path / "home")


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    (tmp_path / "assets").mkdir()
    return FakeEngine(tmp_path / "assets")


@pytest.fixture
def bridge(qapp: Any, engine: FakeEngine) -> Iterator[EngineBridge]:
    bridge = EngineBridge(engine)
    yield bridge
    bridge.close()


@pytest.fixture
def settings(folders: Folders) -> SettingsStore:
    return SettingsStore(folders.config / "settings.json")


@pytest.fixture
def parts(
    bridge: EngineBridge, settings: SettingsStore, dressed: Wardrobe, folders: Folders
) -> WindowParts:
    return WindowParts(bridge, settings, dressed, folders)


@pytest.fixture
def window(qtbot: Any, parts: WindowParts) -> Iterator[MainWindow]:
    from studio_demo import DemoPage

    page = DemoPage(PageContext(parts.bridge, parts.settings, parts.folders))
    window = MainWindow(parts, [page])
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield window
    page.may_close = True
    window.close()
