from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from desktop.document import edits
from desktop.document.model import Document
from desktop.document.project import Project, Work, read_work
from desktop.editing.autosave import Autosave
from desktop.editing.store import DocumentStore

WRITER = """
import sys
from pathlib import Path
from desktop.document import edits
from desktop.document.model import Document
from desktop.document.project import Project, UndoMemory, Work
project = Project.open(Path(sys.argv[1]))
work = project.read()
number = int(work.document.params.get("size", 0))
documents = [work.document]
print("ready", flush=True)
while True:
    number += 1
    documents = [*documents[-20:], edits.set_param(documents[-1], "size", number)]
    undo = UndoMemory(
        labels=tuple("x" for _ in documents[1:]),
        documents=tuple(documents),
        index=len(documents) - 1,
    )
    project.write(Work(document=documents[-1], undo=undo))
    print(number, flush=True)
"""


def test_a_kill_at_any_write_leaves_a_readable_project(tmp_path):
    project = Project.create(tmp_path)
    project.close()
    rng = random.Random(7)
    written = 0
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(project.folder)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0.002, 0.08))
            process.send_signal(signal.SIGKILL)
            reported = [int(line) for line in process.stdout.read().splitlines() if line]
        work = read_work(project.folder)
        written = max([written, *reported])
        # What was reported as written is there; at most the write under way may be, too.
        size = work.document.params.get("size", 0)
        assert written <= size <= written + 1
        written = size
        assert work.undo is None or work.undo.documents[work.undo.index] == work.document
    assert written > 8
    Project.open(project.folder).close()
    assert not list(project.folder.glob(".*.part"))


@pytest.fixture
def store(qapp):
    return DocumentStore(Document())


def saving(store, project, **settings):
    autosave = Autosave(project, lambda: Work(document=store.document), store, **settings)
    store.changed.connect(autosave.touch)
    return autosave


def test_a_burst_of_changes_is_written_once(qtbot, tmp_path, store):
    project = Project.create(tmp_path)
    writes = []
    original = project.write
    project.write = lambda work: (writes.append(threading.get_ident()), original(work))
    autosave = saving(store, project, delay_ms=60)
    with qtbot.waitSignal(autosave.saved, timeout=3000):
        for number in range(10):
            store.push("Size", edits.set_param(store.document, "size", number))
    assert len(writes) == 1
    assert writes[0] != threading.get_ident()
    assert project.read().document == store.document
    autosave.stop()


def test_flush_leaves_nothing_pending(tmp_path, store):
    project = Project.create(tmp_path)
    autosave = saving(store, project, delay_ms=60_000)
    store.push("Size", edits.set_param(store.document, "size", 7))
    assert autosave.is_pending
    autosave.flush()
    assert not autosave.is_pending
    assert project.read().document.params["size"] == 7


def test_a_drag_that_never_pauses_is_written_all_the_same(qtbot, tmp_path, store, monkeypatch):
    monkeypatch.setattr("desktop.editing.autosave.LONGEST_DELAY_S", 0.1)
    project = Project.create(tmp_path)
    autosave = saving(store, project, delay_ms=80)
    deadline = time.monotonic() + 2
    number = 0
    saved = []
    autosave.saved.connect(lambda: saved.append(number))
    while not saved and time.monotonic() < deadline:
        number += 1
        store.push("Size", edits.set_param(store.document, "size", number))
        qtbot.wait(10)
    assert saved
    autosave.stop()


def test_a_write_that_fails_says_so_and_is_tried_again(qtbot, tmp_path, store):
    project = Project.create(tmp_path)
    autosave = saving(store, project, delay_ms=10)
    moved = project.folder.with_name("moved")
    project.folder.rename(moved)
    project.folder.write_text("in the way")
    with qtbot.waitSignal(autosave.failed, timeout=3000) as failed:
        store.push("Size", edits.set_param(store.document, "size", 1))
    assert failed.args[0]
    project.folder.unlink()
    moved.rename(project.folder)
    with qtbot.waitSignal(autosave.saved, timeout=3000):
        store.push("Size", edits.set_param(store.document, "size", 2))
    assert project.read().document.params["size"] == 2
    autosave.stop()
