from __future__ import annotations

import zipfile

import msgspec
import pytest

from desktop.document import container, edits
from desktop.document.history import Generation
from desktop.document.model import Document, ViewState
from desktop.document.project import UndoMemory, Work
from engine.api import AssetError


def some_work(store) -> tuple[Work, list[Generation]]:
    photo = store.import_bytes(b"photo" * 1000, "jpg")
    painted = store.import_bytes(b"painted", "png")
    document = edits.add_style(edits.set_content(Document(), photo, "h.jpg"), "painting:wave")
    document, mask = edits.add_mask(document, store.import_bytes(b"mask", "png"))
    document = edits.set_param(document, "mask", mask)
    generation = Generation(
        id="job-1", task="stylize", params={}, result=painted, width=4, height=3
    )
    undo = UndoMemory(labels=("x",), documents=(Document(), document), index=1)
    work = Work(document=document, view=ViewState(divider=0.25), title="Harbour", undo=undo)
    return work, [generation]


def rewritten(path, change) -> None:
    """Write the archive again with `change(name, info, data)` applied to each part."""
    with zipfile.ZipFile(path) as archive:
        parts = [(i, archive.read(i)) for i in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in parts:
            for name, method, new in change(info.filename, info.compress_type, data):
                archive.writestr(zipfile.ZipInfo(name), new, method)


def test_a_project_comes_back_whole_on_another_machine(tmp_path, store, other_store):
    work, generations = some_work(store)
    assert container.save(tmp_path / "h.gesso", work, generations, store) == ()
    opened = container.load(tmp_path / "h.gesso", other_store)
    assert opened.work.document == work.document
    assert opened.work.view == work.view
    assert opened.generations == tuple(generations)
    assert opened.missing == ()
    assert sorted(p.name for p in other_store.folder.iterdir()) == sorted(
        p.name for p in store.folder.iterdir()
    )


def test_the_type_can_be_told_from_the_first_bytes(tmp_path, store):
    container.save(tmp_path / "h.gesso", *some_work(store), store)
    head = (tmp_path / "h.gesso").read_bytes()[:64]
    assert head[30:38] == b"mimetype"
    assert head[38:].startswith(b"application/x-gesso")


def test_undo_steps_and_deleted_results_stay_at_home(tmp_path, store):
    work, generations = some_work(store)
    gone = msgspec.structs.replace(generations[0], deleted=True)
    container.save(tmp_path / "h.gesso", work, [gone], store)
    with zipfile.ZipFile(tmp_path / "h.gesso") as archive:
        assert not any(gone.result in name for name in archive.namelist())
        assert b"labels" not in archive.read("document.json")


def test_a_missing_asset_is_reported_and_does_not_prevent_saving(tmp_path, store, other_store):
    work, generations = some_work(store)
    store.asset_path(generations[0].result).unlink()
    path = tmp_path / "h.gesso"
    assert container.save(path, work, generations, store) == (generations[0].result,)
    assert container.load(path, other_store).missing == (generations[0].result,)


def test_a_save_that_fails_leaves_the_old_file(tmp_path, store, monkeypatch):
    path = tmp_path / "h.gesso"
    work, generations = some_work(store)
    container.save(path, work, generations, store)
    before = path.read_bytes()

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(container.shutil, "copyfileobj", full)
    with pytest.raises(AssetError, match="No space left"):
        container.save(path, work, generations, store)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.glob("*h.gesso*")] == ["h.gesso"]


def bomb(name, method, data):
    return [(name, method, b" " * (65 << 20) if name == "document.json" else data)]


def packed(name, method, data):
    is_asset = name.startswith("assets/")
    return [(name, zipfile.ZIP_DEFLATED if is_asset else method, data)]


def tampered(name, method, data):
    return [(name, method, b"evil" if name.startswith("assets/") else data)]


def other_type(name, method, data):
    return [(name, method, b"application/epub+zip" if name == "mimetype" else data)]


def without_document(name, method, data):
    return [] if name == "document.json" else [(name, method, data)]


def newer(name, method, data):
    return [(name, method, b'{"schema": 99, "work": {}}' if name == "document.json" else data)]


def bad_json(name, method, data):
    return [(name, method, b'{"schema": 1, "work": {"view": 3}}' if name[0] == "d" else data)]


@pytest.mark.parametrize(
    "change", [bomb, packed, tampered, other_type, without_document, newer, bad_json]
)
def test_what_is_not_as_it_should_be_is_refused(tmp_path, store, other_store, change):
    path = tmp_path / "h.gesso"
    container.save(path, *some_work(store), store)
    rewritten(path, change)
    with pytest.raises(AssetError):
        container.load(path, other_store)


def test_no_name_in_the_file_becomes_a_path(tmp_path, store, other_store):
    path = tmp_path / "h.gesso"
    container.save(path, *some_work(store), store)

    def climbing(name, method, data):
        return [
            (name, method, data),
            *([("assets/../../evil.txt", 0, b"x")] if name[0] == "d" else []),
        ]

    rewritten(path, climbing)
    before = {p for p in tmp_path.rglob("*") if "other-store" not in p.parts}
    container.load(path, other_store)
    assert {p for p in tmp_path.rglob("*") if "other-store" not in p.parts} == before
    assert not list(tmp_path.parent.glob("evil.txt"))


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.95])
def test_a_file_cut_short_is_refused(tmp_path, store, other_store, keep):
    path = tmp_path / "h.gesso"
    container.save(path, *some_work(store), store)
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data)) if isinstance(keep, float) else keep])
    with pytest.raises(AssetError):
        container.load(path, other_store)
