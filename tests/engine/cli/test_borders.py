"""The command line where the system around it is odd: names, streams, homes, broken workers."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.batch_state import BatchState, stamp_of
from engine.cli.main import main
from engine.cli.report import Report
from engine.cli.session import Follower, open_engine
from engine.errors import EngineError, WorkerLost
from engine.paths import Folders
from engine.tasks.debug import SleepParams

ROOT = Path(__file__).resolve().parents[3]
ODD = os.fsdecode(b"b\xffd.png")

posix = pytest.mark.skipif(os.name == "nt", reason="there is no such thing on Windows")


def shell(line: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    command = f"{sys.executable} -m engine"
    return subprocess.run(
        ["sh", "-c", line.replace("gesso", command, 1)],
        cwd=ROOT, env={**os.environ, **variables}, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


@posix
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("gesso styles >&-", 0),
        ("gesso styles 2>&-", 0),
        ("gesso info nothing.png >&- 2>&-", 1),
        ("gesso stylize - --style ember -o - <&- >&- 2>&-", 1),
    ],
)
def test_closed_streams_are_no_reason_to_fail(line, code):
    done = shell(line)
    assert done.returncode == code
    assert done.stderr == b""


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("words", ["styles", "styles --json"])
def test_output_that_cannot_be_written_is_one_sentence(words):
    done = shell(f"gesso {words} > /dev/full")
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@posix
def test_a_reader_that_has_enough_is_no_fault():
    done = shell("gesso styles | head -1")
    assert done.stdout == b"Paintings:\n"
    assert done.stderr == b""


@posix
@pytest.mark.parametrize("utf8", ["0", "1"])
def test_names_show_whatever_the_language_of_the_system(tmp_path, utf8):
    shutil.copy(ROOT / "resources" / "samples" / "astronaut.png", tmp_path / "grün 画.png")
    done = shell(f"gesso info '{tmp_path}'/*", LC_ALL="C", PYTHONUTF8=utf8, PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0, done.stderr
    assert b"512 x 512" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only there a name can be any bytes")
def test_a_name_that_is_no_text_is_told_in_json(tmp_path, capsys):
    shutil.copy(ROOT / "resources" / "samples" / "astronaut.png", tmp_path / ODD)
    assert main(["info", "--json", str(tmp_path / ODD)]) == 0
    (told,) = json.loads(capsys.readouterr().out)["files"]
    assert Path(told["file"]).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only there a name can be any bytes")
def test_a_batch_remembers_a_name_that_is_no_text(tmp_path):
    source = tmp_path / ODD
    source.write_bytes(b"x")
    BatchState(tmp_path).record(source, stamp_of(source), "s", source)
    assert BatchState(tmp_path).is_done(source, "s")


@posix
def test_a_user_without_a_home_is_told_what_to_set(monkeypatch):
    for name in ("GESSO_HOME", "HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])  # as for a user without an entry
    with pytest.raises(EngineError, match="GESSO_HOME"):
        Folders.of_user()


def test_a_worker_that_cannot_be_started_ends_the_command(folders, monkeypatch):
    monkeypatch.setenv("GESSO_DEBUG_TASKS", "1")
    (folders.logs / "worker-main.log").mkdir(parents=True)
    report = Report(stdout=io.StringIO(), stderr=io.StringIO())
    with open_engine(report) as engine:

        def follow() -> None:
            with Follower(engine, report) as follower:
                job = engine.submit(SleepParams())
                follower.follow(job, "")
                follower.wait(job.id)

        with pytest.raises(WorkerLost, match="could not be started"):
            follow()
        assert engine.jobs() == ()
