from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, QRect
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop import notifications
from desktop.notifications import Toaster
from desktop.theme import Wardrobe


@pytest.fixture
def host(qtbot: Any, dressed: Wardrobe) -> QWidget:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(800, 600)
    host.show()
    return host


def test_notices_stack_inside_their_area(host: QWidget) -> None:
    area = QRect(100, 50, 600, 400)
    toaster = Toaster(host, lambda: area)
    first = toaster.show("Saved.", "ok")
    second = toaster.show("The disk is nearly full.", "warning")
    assert area.contains(first.geometry())
    assert area.contains(second.geometry())
    assert not first.geometry().intersects(second.geometry())
    assert second.y() > first.y()
    toaster.clear()
    assert toaster.toasts == ()


def test_the_same_words_are_not_stacked_twice(host: QWidget) -> None:
    toaster = Toaster(host)
    toaster.show("Saved.")
    toaster.show("Saved.")
    assert len(toaster.toasts) == 1
    toaster.clear()


def test_only_the_newest_few_are_kept(host: QWidget) -> None:
    toaster = Toaster(host)
    for number in range(9):
        toaster.show(f"Notice {number}", "error")
    assert [toast.text for toast in toaster.toasts] == [f"Notice {n}" for n in (5, 6, 7, 8)]
    toaster.clear()


def test_an_error_stays_and_the_rest_go_by_themselves(
    host: QWidget, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(notifications._SHOWN_MS, "info", 30)
    toaster = Toaster(host)
    toaster.show("It broke.", "error")
    toaster.show("By the way.", "info")
    qtbot.waitUntil(lambda: [t.text for t in toaster.toasts] == ["It broke."])
    toaster.clear()


def test_a_notice_waits_while_the_pointer_rests_on_it(
    host: QWidget, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(notifications._SHOWN_MS, "info", 40)
    toaster = Toaster(host)
    toast = toaster.show("By the way.", "info")
    point = QPointF(1, 1)
    QApplication.sendEvent(toast, QEnterEvent(point, point, point))
    qtbot.wait(90)
    assert toaster.toasts == (toast,)
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: toaster.toasts == ())


def test_its_button_does_it_and_puts_it_away(host: QWidget) -> None:
    done: list[int] = []
    toaster = Toaster(host)
    toast = toaster.show("Done.", "ok", action="Show", run=lambda: done.append(1))
    toast._do()
    assert done == [1]
    assert toaster.toasts == ()
