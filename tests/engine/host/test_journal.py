from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap

import msgspec
import pytest

from engine.errors import AssetError
from engine.host.journal import KEPT_FINAL, Journal, read_jobs
from engine.spec.job import ErrorInfo, Job, JobState, Progress
from engine.spec.results import ImageResult, Ran
from engine.spec.task import RunOptions


def job(number: int, state: JobState = JobState.QUEUED, **changes) -> Job:
    return Job(id=f"{number:016x}-abc", task="debug-sleep", params={"n": number}, state=state,
               **changes)  # fmt: skip


def test_everything_needed_comes_back(tmp_path):
    result = ImageResult(
        image="1" * 64 + ".png", width=3, height=2, ran=(Ran(device="CPU"),), notes=("a",)
    )
    done = job(1, JobState.DONE, result=result, label="grüße.png", options=RunOptions(threads=2))
    failed = job(2, JobState.FAILED, error=ErrorInfo(code="worker-lost", message="m", hint="h"))
    journal = Journal(tmp_path)
    for one in (done, failed, job(3, progress=Progress(fraction=0.5, preview=b"\xff" * 9))):
        journal.put(one)
    journal.close()
    again = Journal(tmp_path)
    assert again.jobs[:2] == (done, failed)
    third = again.jobs[2]
    assert third.state is JobState.INTERRUPTED
    assert third.params == {"n": 3}
    assert third.progress == Progress(fraction=0.5)
    again.close()


@pytest.mark.parametrize(
    ("state", "becomes"),
    [
        (JobState.QUEUED, JobState.INTERRUPTED),
        (JobState.RUNNING, JobState.INTERRUPTED),
        (JobState.CANCELLING, JobState.CANCELLED),
        (JobState.DONE, JobState.DONE),
        (JobState.FAILED, JobState.FAILED),
        (JobState.CANCELLED, JobState.CANCELLED),
        (JobState.INTERRUPTED, JobState.INTERRUPTED),
    ],
)
def test_what_had_not_ended_is_interrupted(tmp_path, state, becomes):
    journal = Journal(tmp_path)
    journal.put(job(1, state))
    journal.close()
    again = Journal(tmp_path)
    assert [one.state for one in again.jobs] == [becomes]
    again.close()


def test_removed_jobs_stay_away_and_the_file_is_compacted(tmp_path):
    journal = Journal(tmp_path)
    for state in (JobState.QUEUED, JobState.RUNNING, JobState.DONE):
        journal.put(job(1, state))
    journal.put(job(2))
    journal.gone(job(2).id)
    journal.close()
    assert len((tmp_path / "jobs.jsonl").read_bytes().splitlines()) == 5
    again = Journal(tmp_path)
    assert [one.id for one in again.jobs] == [job(1).id]
    assert len((tmp_path / "jobs.jsonl").read_bytes().splitlines()) == 1
    again.close()


def test_every_cut_of_the_file_leaves_a_readable_journal(tmp_path):
    journal = Journal(tmp_path)
    for number in range(3):
        journal.put(job(number))
    journal.close()
    path = tmp_path / "jobs.jsonl"
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        jobs = read_jobs(path)
        complete = whole[:cut].count(b"\n")
        assert len(jobs) in (complete, complete + 1)


def test_a_damaged_line_costs_only_itself(tmp_path, expected_warnings):
    journal = Journal(tmp_path)
    journal.put(job(1))
    journal.close()
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(b"\x00garbage\n" + path.read_bytes())
    expected_warnings.append(r"line 1 of jobs\.jsonl is not understood")
    assert list(read_jobs(path)) == [job(1).id]


def test_each_of_two_has_its_own_file_and_the_next_gets_both(tmp_path):
    first, second = Journal(tmp_path), Journal(tmp_path)
    first.put(job(1, JobState.DONE))
    second.put(job(2, JobState.DONE))
    assert (tmp_path / "jobs-2.jsonl").exists()
    first.close()
    third = Journal(tmp_path)
    assert [one.id for one in third.jobs] == [job(1).id], "the second is still open"
    second.close()
    third.close()
    last = Journal(tmp_path)
    assert [one.id for one in last.jobs] == [job(1).id, job(2).id]
    assert not (tmp_path / "jobs-2.jsonl").exists()
    last.close()


def test_only_the_newest_final_jobs_are_kept_but_every_unfinished_one(tmp_path):
    journal = Journal(tmp_path)
    journal.put(job(0))
    for number in range(1, KEPT_FINAL + 10):
        journal.put(job(number, JobState.DONE))
    journal.close()
    again = Journal(tmp_path)
    assert len(again.jobs) == KEPT_FINAL + 1
    assert again.jobs[0].id == job(0).id
    assert again.jobs[1].id == job(10).id
    again.close()


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(AssetError, match="list of jobs"):
        Journal(tmp_path / "state")


def test_records_are_one_line_each():
    assert b"\n" not in msgspec.json.encode(job(1, label="two\nlines"))


FULL_DISK = """
    import resource, signal, sys
    from pathlib import Path
    from engine.host.journal import Journal
    from engine.spec.job import Job

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    journal = Journal(Path(sys.argv[1]))
    job = lambda n: Job(id=f"{n:04}", task="debug-sleep", params={}, label="x" * 100)
    journal.put(job(1))
    size = journal._path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, resource.RLIM_INFINITY))
    journal.put(job(2))  # half of it fits
    journal.put(job(3))  # nothing fits
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    journal.put(job(4))
    journal.close()
"""


def test_a_line_that_a_full_disk_cut_costs_only_itself(tmp_path, expected_warnings):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "the disk is full" in done.stderr
    expected_warnings.append(r"line 2 of jobs\.jsonl is not understood")
    assert sorted(read_jobs(tmp_path / "jobs.jsonl")) == ["0001", "0004"]


def test_a_journal_full_of_damage_is_told_of_once(tmp_path, expected_warnings):
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(b'{"type":"put"}\n\xff\n{}\n' * 100)
    expected_warnings.append(r"line 1 of jobs\.jsonl is not understood, nor are 299 others")
    assert read_jobs(path) == {}


def test_what_comes_after_closing_is_no_error(tmp_path):
    journal = Journal(tmp_path)
    journal.close()
    journal.put(job(1))
    journal.gone(job(1).id)
    assert read_jobs(tmp_path / "jobs.jsonl") == {}


def test_another_slot_that_cannot_be_read_keeps_nobody_from_starting(tmp_path, expected_warnings):
    (tmp_path / "jobs-2.jsonl").mkdir()
    (tmp_path / "jobs-3.jsonl").write_bytes(b"")
    (tmp_path / "jobs-3.lock").mkdir()
    expected_warnings += [r"jobs-2\.jsonl cannot be read", r"jobs-3\.jsonl cannot be read"]
    Journal(tmp_path).close()
    assert (tmp_path / "jobs-2.jsonl").is_dir()


def test_a_drive_without_locks_is_told_as_what_it_is(tmp_path, monkeypatch):
    def refuse(handle, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(AssetError, match="No locks available"):
        Journal(tmp_path)


def test_closing_on_a_broken_drive_gives_the_slot_back(tmp_path, monkeypatch, expected_warnings):
    journal = Journal(tmp_path)

    def refuse(handle):
        raise OSError(errno.EIO, "broken")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        journal.close()
    expected_warnings.append("could not be written to the disk: .*broken")
    again = Journal(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.lock")) == ["jobs.lock"]
    again.close()
