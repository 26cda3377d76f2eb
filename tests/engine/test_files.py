from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time

import pytest

from engine import files
from engine.files import is_full, process_is_alive, replacing, sweep_parts, write_whole


def names(folder) -> set[str]:
    return {path.name for path in folder.iterdir()}


def is_folder(handle: int) -> bool:
    return stat.S_ISDIR(os.fstat(handle).st_mode)


def dead_pid() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "made" / "a.json"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(path.parent) == {"a.json"}


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_what_fails_in_the_middle_leaves_the_old_content(tmp_path, error):
    path = tmp_path / "a.json"
    write_whole(path, b"old")

    def write_half():
        with replacing(path) as file:
            file.write(b"half")
            assert len(names(tmp_path)) == 2
            raise error

    with pytest.raises(type(error)):
        write_half()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a.json"}


def test_a_disk_that_is_full_only_when_the_data_are_flushed_leaves_the_old_content(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, b"old")
    limited = (
        "import resource, signal, sys; from pathlib import Path;"
        "from engine.files import is_full, write_whole;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_whole(Path(sys.argv[1]), b'x' * 5000)\n"
        "except OSError as error: print(is_full(error))"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a.json"}


def test_the_data_are_on_the_disk_before_the_name_changes(tmp_path, monkeypatch):
    path, order = tmp_path / "a", []
    real = os.fsync

    def noted(handle):
        order.append("folder" if is_folder(handle) else path.exists())
        real(handle)

    monkeypatch.setattr(os, "fsync", noted)
    write_whole(path, b"x")
    assert order == [False, "folder"]


def test_a_drive_that_cannot_sync_folders_still_takes_files(tmp_path, monkeypatch):
    real = os.fsync

    def refuse_folders(handle):
        if is_folder(handle):
            raise OSError(errno.EINVAL, "not here")
        real(handle)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    write_whole(tmp_path / "a", b"x")
    assert (tmp_path / "a").read_bytes() == b"x"


def test_old_parts_of_the_dead_are_swept_and_nothing_else(tmp_path):
    dead = dead_pid()
    old = tmp_path / f".gesso-{dead}-0123456789ab.part"
    young = tmp_path / f".gesso-{dead}-ba9876543210.part"
    living = tmp_path / f".gesso-{os.getpid()}-0123456789ab.part"
    foreign = tmp_path / f".other-{dead}-0123456789ab.part"
    for path in (old, young, living, foreign):
        path.write_bytes(b"half")
        if path is not young:
            os.utime(path, (time.time() - 7200,) * 2)
    sweep_parts(tmp_path)
    assert names(tmp_path) == {young.name, living.name, foreign.name}


def test_the_first_write_to_a_folder_sweeps_it(tmp_path):
    left = tmp_path / f".gesso-{dead_pid()}-0123456789ab.part"
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 7200,) * 2)
    write_whole(tmp_path / "a", b"x")
    assert names(tmp_path) == {"a"}
    assert tmp_path in files._swept


def test_a_missing_folder_is_told_by_the_system(tmp_path):
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "gone" / "a"):
        pass


def test_full_and_other_errors_are_told_apart():
    assert is_full(OSError(errno.ENOSPC, ""))
    assert not is_full(OSError(errno.EACCES, ""))


def test_processes_are_told_alive_from_dead():
    assert process_is_alive(os.getpid())
    assert not process_is_alive(dead_pid())
    assert not process_is_alive(10**30)
