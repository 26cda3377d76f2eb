"""The style page in its window, on a scripted engine that really keeps files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from storing_engine import StoringEngine, write_picture

from desktop.main_window import MainWindow
from desktop.pages.page import PageContext
from desktop.pages.style_page import StylePage
from desktop.window_parts import WindowParts


@pytest.fixture
def engine(tmp_path: Path) -> StoringEngine:
    (tmp_path / "assets").mkdir()
    return StoringEngine(tmp_path / "assets")


@pytest.fixture
def open_window(qtbot: Any, parts: WindowParts) -> Iterator[Callable[[], MainWindow]]:
    """Open a window with the style page, as often as a test needs one."""
    opened: list[MainWindow] = []

    def open_one() -> MainWindow:
        page = StylePage(PageContext(parts.bridge, parts.settings, parts.folders))
        window = MainWindow(parts, [page])
        window.resize(1280, 800)
        window.show()
        qtbot.waitExposed(window)
        qtbot.waitUntil(lambda: page._is_started)
        opened.append(window)
        return window

    yield open_one
    for window in opened:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    return open_window()


@pytest.fixture
def page(window: MainWindow) -> StylePage:
    assert isinstance(window.page, StylePage)
    return window.page


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_picture(tmp_path / "harbour.png", "#808040")


@pytest.fixture
def with_photo(qtbot: Any, page: StylePage, engine: StoringEngine, photo: Path) -> StylePage:
    """The page with a photograph on the canvas and its first preview asked for."""
    page.open_files([photo])
    qtbot.waitUntil(lambda: page.canvas.has_picture and bool(engine.lives))
    return page


@pytest.fixture
def stroke(qtbot: Any, page: StylePage) -> Callable[..., None]:
    """Paint on the canvas with the mouse, from one share of the picture to another."""

    def paint(start: tuple[float, float], end: tuple[float, float]) -> None:
        canvas = page.canvas
        rect = canvas.picture_rect

        def at(share: tuple[float, float]) -> QPoint:
            point = QPointF(rect.width() * share[0], rect.height() * share[1])
            return canvas.window_point(point).toPoint()

        before = page.session.store.undo_stack.index()
        target, left = canvas.viewport(), Qt.MouseButton.LeftButton
        QTest.mousePress(target, left, Qt.KeyboardModifier.NoModifier, at(start))
        QTest.mouseMove(target, at(end))
        QTest.mouseRelease(target, left, Qt.KeyboardModifier.NoModifier, at(end))
        qtbot.waitUntil(lambda: page.session.store.undo_stack.index() > before)

    return paint
