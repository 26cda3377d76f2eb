from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QSlider
from studio_demo import DemoPage

from desktop.main_window import MainWindow
from desktop.pages.page import PageContext
from desktop.theme import tokens
from desktop.window_parts import WindowParts
from engine.api import JobState, WorkerLost

CTRL = Qt.KeyboardModifier.ControlModifier


def make(parts: WindowParts, qtbot: Any) -> MainWindow:
    page = DemoPage(PageContext(parts.bridge, parts.settings, parts.folders))
    window = MainWindow(parts, [page])
    qtbot.addWidget(window)
    return window


def test_the_page_fills_menus_title_and_zoom(window: MainWindow) -> None:
    assert window.top_bar.title() == "harbour at dusk.jpg •"
    assert window.windowTitle() == "harbour at dusk.jpg[*] – Gesso"
    assert window.top_bar.zoom_button.text() == "67 %"
    texts = [a.text() for a in window.menus.menu("file").actions() if not a.isSeparator()]
    assert texts == ["&Open…", "Open &Recent", "&Save Project", "&Export…", "&Quit"]


def test_every_button_and_slider_has_a_name(window: MainWindow) -> None:
    window.toggle_jobs()
    nameless = [
        part
        for kind in (QAbstractButton, QSlider)
        for part in window.findChildren(kind)
        if part.isVisible() and not (part.accessibleName() or part.text())
        # Qt's own scroll and clear buttons stay out of the tab order.
        if part.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert not nameless


def test_undo_follows_the_page_s_stack(window: MainWindow, qtbot: Any) -> None:
    undo = window.actions_.q_action("edit.undo")
    assert not undo.isEnabled()
    window.page.push("Stroke size")  # type: ignore[union-attr]
    assert undo.isEnabled()
    assert undo.text() == "&Undo Stroke size"
    qtbot.keyClick(window.page, Qt.Key.Key_Z, CTRL)
    assert not undo.isEnabled()
    assert window.actions_.q_action("edit.redo").isEnabled()


def test_tab_on_the_canvas_and_the_keys_anywhere_hide_the_panels(
    window: MainWindow, qtbot: Any
) -> None:
    page = window.page
    assert isinstance(page, DemoPage)
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_Tab)
    assert not page.side_panel().isVisible()
    assert not window.rail.isVisible()
    assert window.actions_.q_action("window.panels").isChecked()
    qtbot.keyClick(page, Qt.Key.Key_Backslash, CTRL)
    assert page.side_panel().isVisible()
    assert window.rail.isVisible()


def test_tab_in_the_side_panel_still_moves_the_focus(window: MainWindow, qtbot: Any) -> None:
    page = window.page
    assert isinstance(page, DemoPage)
    page.strength.setFocus()
    qtbot.keyClick(page.strength, Qt.Key.Key_Tab)
    assert page.side_panel().isVisible()
    assert not page.strength.hasFocus()


def test_f6_goes_round_the_panes(window: MainWindow, qtbot: Any) -> None:
    page = window.page
    assert isinstance(page, DemoPage)
    page.setFocus()
    seen = []
    for _ in range(4):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_F6)
        focused = window.focusWidget()
        assert focused is not None
        seen.append(
            next(
                name
                for name, pane in (
                    ("side", page.side_panel()),
                    ("strip", page.bottom_strip()),
                    ("rail", window.rail),
                    ("canvas", page),
                )
                if pane is focused or pane.isAncestorOf(focused)
            )
        )
    assert seen == ["side", "strip", "rail", "canvas"]


def test_dropped_files_are_opened(window: MainWindow, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.jpg")), QUrl("https://example.org/b.jpg")])
    drop = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(drop)
    assert window.page.opened_files == [tmp_path / "a.jpg"]  # type: ignore[union-attr]


def test_a_failed_job_is_told_and_leads_to_its_details(
    window: MainWindow, engine: FakeEngine, qtbot: Any
) -> None:
    job = engine.add()
    engine.fail(job.id, WorkerLost("The engine ended.", hint="Try a smaller size."))
    qtbot.waitUntil(lambda: len(window.toaster.toasts) == 1)
    toast = window.toaster.toasts[0]
    assert toast.kind == "error"
    assert toast.text == "harbour.jpg: The engine ended. Try a smaller size."
    toast._do()
    assert window.job_panel.isVisible()
    assert [j.id for j in window.job_panel.selected()] == [job.id]
    assert not window.toaster.toasts


def test_a_finished_job_is_told_only_if_wished(
    window: MainWindow, parts: WindowParts, engine: FakeEngine, qtbot: Any
) -> None:
    job = engine.add()
    engine.finish(job.id)
    qtbot.waitUntil(lambda: len(window.toaster.toasts) == 1)
    window.toaster.toasts[0]._do()
    assert window.page.shown == [job.id]  # type: ignore[union-attr]
    parts.settings.change(notify_when_done=False)
    other = engine.add("b.jpg")
    engine.finish(other.id)
    qtbot.waitUntil(lambda: window.job_model.rowCount() == 2)
    qtbot.wait(60)
    assert not window.toaster.toasts


def test_stop_is_enabled_while_something_runs(
    window: MainWindow, engine: FakeEngine, qtbot: Any
) -> None:
    stop = window.actions_.q_action("run.stop")
    assert not stop.isEnabled()
    job = engine.add(state=JobState.RUNNING)
    qtbot.waitUntil(stop.isEnabled)
    stop.trigger()
    assert ("cancel", job.id) in engine.calls
    qtbot.waitUntil(lambda: not stop.isEnabled())


def test_the_palette_finds_commands_styles_and_files(
    window: MainWindow, parts: WindowParts, qtbot: Any, tmp_path: Path
) -> None:
    recent = tmp_path / "market.jpg"
    recent.write_bytes(b"")
    parts.settings.put(parts.settings.value.with_recent(str(recent)))
    qtbot.keyClick(window.page, Qt.Key.Key_K, CTRL)
    palette = window.palette_
    assert palette.isVisible()
    for letters, title in (("slow", "Slow river"), ("market", "market.jpg"), ("expo", "Export…")):
        palette.field.setText(letters)
        assert palette.titles()[0] == title
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.page.exports == 1  # type: ignore[union-attr]
    assert window.focusWidget() is window.page


def test_the_palette_goes_away_on_escape(window: MainWindow, qtbot: Any) -> None:
    window.open_palette()
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Escape)
    assert not window.palette_.isVisible()


def test_recent_files_are_listed_and_cleared(
    window: MainWindow, parts: WindowParts, tmp_path: Path
) -> None:
    here, gone = tmp_path / "a.jpg", tmp_path / "gone.jpg"
    here.write_bytes(b"")
    for path in (gone, here):
        window.page.opened.emit(str(path))  # type: ignore[union-attr]
    window.menus.recent.aboutToShow.emit()
    actions = window.menus.recent.actions()
    assert [(a.text(), a.isEnabled()) for a in actions[:2]] == [
        ("a.jpg", True),
        ("gone.jpg", False),
    ]
    actions[0].trigger()
    assert window.page.opened_files == [here]  # type: ignore[union-attr]
    actions[-1].trigger()
    assert parts.settings.value.recent == ()


def test_a_page_can_refuse_to_close(window: MainWindow) -> None:
    page = window.page
    assert isinstance(page, DemoPage)
    page.may_close = False
    assert not window.close()
    assert not page.is_shut_down
    page.may_close = True
    assert window.close()
    assert page.is_shut_down


def test_the_window_comes_back_as_it_was(parts: WindowParts, qtbot: Any) -> None:
    first = make(parts, qtbot)
    first.show()
    first.resize(760, 610)
    first.page.strength.setValue(33)  # type: ignore[union-attr]
    QApplication.processEvents()
    first.close()
    second = make(parts, qtbot)
    second.show()
    assert (second.width(), second.height()) == (760, 610)
    assert not second.job_panel.isVisible()
    assert second.page.strength.value() == 33  # type: ignore[union-attr]
    second.toggle_jobs()
    second.close()
    third = make(parts, qtbot)
    third.show()
    assert third.job_panel.isVisible()
    third.close()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"page": 3, "frames": [], "pages": {"style": {"strength": "x"}}}']
)
def test_a_damaged_state_is_passed_over(parts: WindowParts, qtbot: Any, text: str) -> None:
    parts.folders.state.mkdir(parents=True)
    (parts.folders.state / "window.json").write_text(text)
    window = make(parts, qtbot)
    assert window.page is not None
    window.close()
    json.loads((parts.folders.state / "window.json").read_text())


def test_the_theme_switches_under_the_window(
    window: MainWindow, parts: WindowParts, qtbot: Any
) -> None:
    parts.settings.changed.connect(lambda _old, new: parts.wardrobe.wear(new.theme))
    assert tokens().is_dark
    window.actions_.trigger("window.theme")
    assert not tokens().is_dark
    assert window.grab().toImage().pixelColor(4, 300).lightness() > 200
    window.actions_.trigger("window.theme")
    assert tokens().is_dark


def test_without_pages_the_window_still_stands(parts: WindowParts, qtbot: Any) -> None:
    window = MainWindow(parts, [])
    qtbot.addWidget(window)
    window.show()
    assert window.page is None
    window.open_files([Path("a.jpg")])
    window.focus_next_pane()
    window.close()


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_nothing_is_cut_off_at_the_smallest_usual_size(
    window: MainWindow, parts: WindowParts, theme: str, engine: FakeEngine, qtbot: Any
) -> None:
    parts.wardrobe.wear(theme)
    window.resize(1280, 720)
    job = engine.add()
    engine.finish(job.id)
    qtbot.waitUntil(lambda: "OpenVINO" in window.chip.text())

    def cut() -> list[str]:
        return [
            button.text() or button.accessibleName()
            for button in window.top_bar.findChildren(QAbstractButton)
            if button.isVisible() and button.width() < button.sizeHint().width()
        ]

    qtbot.waitUntil(lambda: not cut())
    assert window.minimumSizeHint().width() <= 1280
    parts.wardrobe.wear("dark")
