from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine.errors import EngineError
from engine.host import process
from engine.host.process import exit_sentence, resident_mb, sweep_scratch


def test_scratch_of_the_dead_is_swept_and_that_of_the_living_stays(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f"{dead.pid}-a", f"{os.getpid()}-b", "stray"):
        (tmp_path / name).mkdir()
    sweep_scratch(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{os.getpid()}-b"]
    sweep_scratch(tmp_path, ended_pid=os.getpid())
    assert list(tmp_path.iterdir()) == []


def test_a_long_log_is_put_aside_and_a_short_one_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "_LOG_BYTES", 10)
    log = tmp_path / "logs" / "worker.log"
    process._keep_short(log)
    log.write_bytes(b"short")
    process._keep_short(log)
    assert log.read_bytes() == b"short"
    log.write_bytes(b"far too long")
    process._keep_short(log)
    assert not log.exists()
    assert (log.parent / "worker.log.1").read_bytes() == b"far too long"


def test_a_folder_for_logs_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "logs").write_bytes(b"a file")
    with pytest.raises(EngineError, match="cannot be written"):
        process._keep_short(tmp_path / "logs" / "worker.log")


def test_an_end_is_put_into_words():
    assert "memory ran out" in exit_sentence(-9)
    assert "code 3" in exit_sentence(3)
    assert "signal 15" in exit_sentence(-15)


def test_the_memory_of_a_process_that_has_gone_is_none():
    assert resident_mb(os.getpid()) > 5
    assert resident_mb(10**9) == 0.0
