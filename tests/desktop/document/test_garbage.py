from __future__ import annotations

import msgspec
import pytest

from desktop.document import edits, garbage
from desktop.document.history import Generation
from desktop.document.model import Document
from desktop.document.project import Project, UndoMemory, Work

A, B, C, D, E = (letter * 64 + ".png" for letter in "abcde")


def test_assets_are_found_in_document_undo_and_history(tmp_path):
    document = edits.set_content(Document(), A)
    older = edits.add_style(document, f"picture:{B}")
    document, _ = edits.add_mask(document, C)
    project = Project.create(tmp_path)
    undo = UndoMemory(labels=("x",), documents=(older, document), index=1)
    project.write(Work(document=document, undo=undo))
    for job, asset in (("kept", D), ("gone", E)):
        project.history.add(
            Generation(id=job, task="stylize", params={}, result=asset, width=1, height=1)
        )
    project.history.delete("gone")
    assert garbage.referenced_by_folder(project.folder) == {A, B, C, D}


def test_nothing_is_said_about_a_damaged_project(tmp_path):
    project = Project.create(tmp_path)
    (project.folder / "document.json").write_text('{"work": ')
    with pytest.raises(msgspec.DecodeError):
        garbage.referenced_by_folder(project.folder)
