from __future__ import annotations

import errno
import hashlib
import os
from collections import namedtuple
from pathlib import Path

import pytest

from engine.assets import store as store_module
from engine.assets.store import AssetStore, clean_suffix
from engine.errors import AssetError


@pytest.fixture
def store(tmp_path: Path) -> AssetStore:
    return AssetStore(tmp_path / "assets")


def files_of(store: AssetStore, tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "assets").rglob("*") if path.is_file()]


def test_a_file_is_named_by_its_bytes_and_comes_back(store, tmp_path):
    source = tmp_path / "Photo Ü.JPG"
    data = os.urandom(3 * 2**20 + 7)
    source.write_bytes(data)
    asset = store.import_file(source)
    assert asset == hashlib.sha256(data).hexdigest() + ".jpg"
    assert store.path(asset).read_bytes() == data
    assert asset in store
    assert source.read_bytes() == data


def test_equal_files_are_kept_once(store, tmp_path):
    (tmp_path / "a.png").write_bytes(b"same")
    (tmp_path / "b.png").write_bytes(b"same")
    ids = {store.import_file(tmp_path / "a.png"), store.import_file(tmp_path / "b.png")}
    ids.add(store.import_bytes(b"same", "png"))
    ids.add(store.import_bytes(b"same", ".PNG"))
    assert len(ids) == 1
    assert len(files_of(store, tmp_path)) == 1


def test_a_store_without_the_kernels_copy_gives_the_same(store, tmp_path, monkeypatch):
    def refuse(*_: object) -> int:
        raise OSError(errno.EXDEV, "not on this file system")

    monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    data = os.urandom(2**21 + 3)
    (tmp_path / "a.bin").write_bytes(data)
    asset = store.import_file(tmp_path / "a.bin")
    assert store.path(asset).read_bytes() == data
    assert asset.startswith(hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda p: p.mkdir(), "is a folder"),
        (lambda p: p.write_bytes(b""), "is empty"),
        (lambda p: None, "does not exist"),
        (lambda p: os.mkfifo(p), "is a device"),
    ],
)
def test_what_is_no_proper_file_is_refused_with_a_reason(store, tmp_path, make, sentence):
    path = tmp_path / "thing.png"
    make(path)
    with pytest.raises(AssetError, match=sentence):
        store.import_file(path)
    assert files_of(store, tmp_path) == []


def test_a_device_is_refused(store):
    with pytest.raises(AssetError, match="is a device"):
        store.import_file(Path("/dev/zero"))


def test_a_full_disk_is_told_before_anything_is_written(store, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(store_module.shutil, "disk_usage", lambda _: usage(10, 10, 1_000_000))
    big = tmp_path / "big.tif"
    with big.open("wb") as file:
        file.truncate(5_000_000)
    with pytest.raises(AssetError, match=r"needs 5\.0 MB, 1\.0 MB are free"):
        store.import_file(big)
    with pytest.raises(AssetError, match=r"needs 2\.0 MB"):
        store.import_bytes(bytes(2_000_000), "png")
    assert files_of(store, tmp_path) == []


def test_a_disk_that_fills_up_while_writing_leaves_nothing_half_written(
    store, tmp_path, monkeypatch
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    source = tmp_path / "a.png"
    source.write_bytes(b"x" * 1000)
    monkeypatch.setattr(store_module.os, "fsync", full)
    with pytest.raises(AssetError, match="The disk is full"):
        store.import_file(source)
    with pytest.raises(AssetError, match="The disk is full"):
        store.import_bytes(b"abc", "png")
    assert files_of(store, tmp_path) == []


@pytest.mark.parametrize(
    "name",
    ["", "../../etc/passwd", "a" * 64, "A" * 64 + ".png", "0" * 64 + ".p/g", "0" * 64 + ".png\n"],
)
def test_only_proper_ids_are_looked_up(store, name):
    with pytest.raises(AssetError, match="not the name of a stored file"):
        store.path(name)
    assert name not in store


def test_an_unknown_asset_says_what_to_do(store):
    with pytest.raises(AssetError, match="Add the original file again"):
        store.path("0" * 64 + ".png")


def test_adopting_moves_a_finished_file_in(store):
    temporary = store.temporary(".png")
    temporary.write_bytes(b"picture")
    asset = store.adopt(temporary)
    assert store.path(asset).read_bytes() == b"picture"
    assert not temporary.exists()


def test_sweeping_removes_what_dead_writers_left_and_nothing_else(store):
    mine = store.temporary("png")
    mine.write_bytes(b"x")
    dead = mine.with_name("999999999-abc.png")
    dead.write_bytes(b"x")
    store.sweep()
    assert mine.exists()
    assert not dead.exists()


@pytest.mark.parametrize(
    ("given", "clean"),
    [(".JPG", "jpg"), ("png", "png"), ("", "bin"), (".tar gz", "bin"), (".verylongone", "bin")],
)
def test_suffixes_are_short_and_plain(given, clean):
    assert clean_suffix(given) == clean


def test_a_store_that_cannot_be_written_says_where(tmp_path):
    (tmp_path / "assets").write_text("a file in the way")
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(AssetError, match="cannot write to its store"):
        AssetStore(tmp_path / "assets").import_file(tmp_path / "a.png")


def test_adding_a_file_again_mends_a_copy_that_other_hands_cut_short(tmp_path):
    store = AssetStore(tmp_path / "store")
    asset = store.import_bytes(b"picture" * 100, ".png")
    store.path(asset).write_bytes(b"pict")
    assert store.import_bytes(b"picture" * 100, ".png") == asset
    assert store.path(asset).read_bytes() == b"picture" * 100


def test_a_leftover_that_cannot_be_removed_does_not_keep_the_others(tmp_path):
    store = AssetStore(tmp_path / "store")
    store.import_bytes(b"x", ".png")
    incoming = tmp_path / "store" / "incoming"
    (incoming / "0-a.png").mkdir()
    (incoming / "0-b.png").write_bytes(b"left")
    (incoming / "0-z").mkdir()
    store.sweep()
    assert not (incoming / "0-b.png").exists()
