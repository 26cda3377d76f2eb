"""Garbage may be collected at any moment, and nothing breaks."""

from __future__ import annotations

import gc
import random
import threading
import weakref

import pytest
from pages.conftest import *  # noqa: F403 - the style page's fixtures
from PySide6.QtCore import QObject
from PySide6.QtGui import QIcon, QPixmap, QUndoCommand
from storing_engine import write_picture

from desktop.canvas.view import Tool
from desktop.collector import Collector
from desktop.document import edits
from desktop.document.model import Document
from desktop.editing.store import DocumentStore
from desktop.icons import _Engine
from desktop.main_window import MainWindow
from desktop.pages.page import PageContext
from desktop.pages.style_masks import WHOLE
from desktop.pages.style_page import StylePage
from engine.api import JobState, Progress


class Owning(QUndoCommand):
    """A step that knows its store, as a careless one would."""

    def __init__(self):
        super().__init__("x")
        self.store = None


@pytest.mark.parametrize("is_in_cycle", [True, False])
@pytest.mark.parametrize("knows_store", [True, False])
def test_steps_older_than_their_stack_are_collected_with_it(qapp, is_in_cycle, knows_store):
    gone = []
    for _ in range(50):
        steps = [Owning() for _ in range(5)]
        store = DocumentStore(Document())
        store.itself = store if is_in_cycle else None
        for step in steps:
            step.store = store if knows_store else None
            store.undo_stack.push(step)
        gone.append(weakref.ref(store))
        # The collector meets the steps first, as they are older; it took them from under the stack.
        del store, steps, step
        gc.collect()
    assert not any(reference() for reference in gone)


def test_a_copied_icon_outlives_what_python_knows_of_it(dressed):
    icons = [QIcon(_Engine("undo", "text-secondary", "accent-base")) for _ in range(20)]
    copies = [QIcon(icon) for icon in icons]
    for copy in copies:
        copy.addPixmap(QPixmap(4, 4))  # makes Qt clone the engine
    gc.collect()
    assert all(not copy.pixmap(16, 16).isNull() for copy in copies)
    del icons, copies, copy
    gc.collect()


@pytest.fixture
def collector(qapp):
    # Modules were set aside when the session began, so that this costs nothing.
    collector = Collector()
    yield collector
    collector.stop()
    gc.disable()  # as the other tests find it
    gc.freeze()


class Loop(QObject):
    ended_on: threading.Thread | None = None

    def __init__(self):
        super().__init__()
        self.itself = self

    def __del__(self):
        Loop.ended_on = threading.current_thread()


def test_garbage_of_qt_ends_on_the_window_s_thread(qtbot, collector):
    def allocate():
        for _ in range(50):
            [[] for _ in range(1000)]

    Loop.ended_on = None
    Loop()
    worker = threading.Thread(target=allocate)
    worker.start()
    worker.join()
    assert Loop.ended_on is None
    kept = [[] for _ in range(1000)]
    collector.look()
    assert Loop.ended_on is threading.current_thread()
    del kept


def test_a_collector_that_stops_gives_the_automatic_one_back(qapp):
    collector = Collector()
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
    gc.disable()
    gc.freeze()


@pytest.mark.parametrize("seed", [1, 2])
def test_random_actions_survive_a_collection_after_each(
    qtbot, window, with_photo, engine, tmp_path, seed
):
    """Everything a user can reach, in any order, with the collector running in between."""
    page = with_photo
    dice = random.Random(seed)
    pictures = [write_picture(tmp_path / f"{n}.png", c) for n, c in enumerate(("red", "blue"))]
    skipped = {"file.quit", "file.open", "file.style", "file.save", "file.save-as", "file.export"}
    skipped |= {"file.export-again", "edit.preferences", "window.full", "window.palette"}
    names = [a.id for a in window.actions_.all() if a.id not in skipped]
    names = [name for name in names if not name.startswith("help.")]

    def stroke():
        page.masks.paint(dice.choice((WHOLE, 0)))
        painter = page.canvas.mask_painter
        painter.press(page.canvas.picture_rect.center())
        painter.release()

    def finish():
        for job in engine.jobs():
            if not job.state.is_final:
                engine.change(job.id, state=JobState.RUNNING, progress=Progress(fraction=0.5))
                engine.finish_painting(job.id)

    def result():
        history = page.session.history()
        if history:
            what = dice.choice(("show", "compare", "reuse", "star", "copy", "delete"))
            page.results.do(what, dice.choice(history).id)

    moves = [
        lambda: window.actions_.trigger(dice.choice(names)),
        lambda: window.actions_.trigger(dice.choice(names)),
        lambda: page.intents.set_param("strength", dice.random(), True),
        lambda: page.intents.toggle_style(dice.choice(list(page.styles.titles()))),
        lambda: page.open_files([dice.choice(pictures)]),
        lambda: engine.lives and engine.answer_live(),
        lambda: page.canvas.set_tool(dice.choice(list(Tool))),
        stroke,
        finish,
        result,
        page.run,
        window.undo,
        window.redo,
    ]
    for _ in range(250):
        dice.choice(moves)()
        qtbot.wait(1)
        gc.collect(dice.choice((0, 0, 0, 1, 2)))
    finish()
    page.masks.flush()
    assert edits.run_params(page.session.document) is not None
    assert window.isVisible()


def test_windows_are_opened_closed_and_collected(qtbot, parts, engine, photo):
    gone = []
    for number in range(12):
        page = StylePage(PageContext(parts.bridge, parts.settings, parts.folders))
        window = MainWindow(parts, [page])
        window.show()
        page.open_files([photo])
        qtbot.waitUntil(lambda page=page: page.canvas.has_picture)
        page.intents.set_param("strength", number / 12, True)
        page.intents.toggle_style("painting:oil")
        if number % 3 == 0:
            page.run()
        window.close()
        window.deleteLater()
        gone.append(weakref.ref(page))
        del page, window
        if number % 2:
            gc.collect()  # before Qt has come to delete it
        qtbot.wait(1)
        gc.collect()
    alive = [reference() for reference in gone if reference() is not None]
    assert len(alive) <= 1, gc.get_referrers(alive[0])
