from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from desktop.document import edits, lock
from desktop.document.model import Document, ViewState
from desktop.document.project import (
    Project,
    UndoMemory,
    Work,
    folder_of,
    orphans,
    read_work,
    stamp_of,
    summaries,
)
from engine.api import AssetError

PHOTO = "a" * 64 + ".jpg"

CHILD = """
import sys, time
from pathlib import Path
from desktop.document import edits
from desktop.document.model import Document
from desktop.document.project import Project, Work
document = edits.set_content(Document(), "a" * 64 + ".jpg", "harbour.jpg")
Project.create(Path(sys.argv[1]), Work(document=document, is_modified=True))
print("ready", flush=True)
time.sleep(60)
"""


def child(root) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    return process


def test_an_orphaned_project_is_offered_and_opens(tmp_path):
    with child(tmp_path) as process:
        (summary,) = summaries(tmp_path)
        assert summary.is_open
        assert orphans(tmp_path) == ()
        with pytest.raises(AssetError, match="open in another window"):
            Project.open(summary.folder)
        process.send_signal(signal.SIGKILL)
    (orphan,) = orphans(tmp_path)
    assert (orphan.title, orphan.is_modified) == ("harbour.jpg", True)
    project = Project.open(orphan.folder)
    assert project.read().document.content.asset == PHOTO
    assert orphans(tmp_path) == ()
    project.close()
    assert not summaries(tmp_path)[0].was_lost


def test_a_lock_of_a_reused_process_number_is_stale(tmp_path):
    project = Project.create(tmp_path)
    (project.folder / "lock.json").write_text(f'{{"pid": {os.getpid()}, "started_s": 1.0}}')
    assert not lock.holder(project.folder / "lock.json").is_alive()
    Project.open(project.folder).close()


def test_a_damaged_lock_does_not_shut_the_user_out(tmp_path):
    project = Project.create(tmp_path)
    (project.folder / "lock.json").write_text("{")
    assert orphans(tmp_path)[0].was_lost
    Project.open(project.folder).close()


def test_document_view_and_undo_are_read_back(tmp_path):
    project = Project.create(tmp_path)
    document = edits.set_content(Document(), PHOTO)
    undo = UndoMemory(labels=("Open",), documents=(Document(), document), index=1)
    work = Work(document=document, view=ViewState(zoom=2.0), title="T", undo=undo)
    project.write(work)
    project.close()
    assert Project.open(project.folder).read() == work


def test_a_kill_between_the_two_files_keeps_the_newer_document(tmp_path):
    project = Project.create(tmp_path)
    first, second = Document(), edits.set_content(Document(), PHOTO)
    project.write(Work(document=first, undo=UndoMemory(documents=(first,))))
    old = (project.folder / "document.json").read_bytes()
    undo = UndoMemory(labels=("Open",), documents=(first, second), index=1)
    project.write(Work(document=second, undo=undo))
    (project.folder / "document.json").write_bytes(old)
    work = project.read()
    assert work.document == second
    assert work.undo == undo
    assert work.is_modified


@pytest.mark.parametrize("text", ["", "{", '{"schema": 1, "serial": 9, "undo": {"index": 4}}'])
def test_damaged_undo_steps_cost_the_steps_only(tmp_path, text):
    project = Project.create(tmp_path)
    document = edits.set_content(Document(), PHOTO)
    project.write(Work(document=document, undo=UndoMemory(documents=(document,))))
    (project.folder / "undo.json").write_text(text)
    assert project.read() == Work(document=document)


def test_a_damaged_document_is_listed_and_says_so(tmp_path):
    project = Project.create(tmp_path)
    (project.folder / "document.json").write_text('{"schema": 1')
    assert summaries(tmp_path)[0].is_damaged
    with pytest.raises(AssetError, match="damaged"):
        read_work(project.folder)


def test_a_saved_project_is_found_again_with_its_undo_steps(tmp_path):
    saved = tmp_path / "harbour.gesso"
    saved.write_bytes(b"saved")
    root = tmp_path / "projects"
    project = Project.create(root)
    project.write(Work(saved_to=str(saved), saved_stamp=stamp_of(saved)))
    assert folder_of(root, saved) is None
    project.close()
    assert folder_of(root, saved) == project.folder
    time.sleep(0.01)
    saved.write_bytes(b"saved by somebody else")
    assert folder_of(root, saved) is None


def test_a_discarded_project_is_gone(tmp_path):
    Project.create(tmp_path).discard()
    assert summaries(tmp_path) == ()
