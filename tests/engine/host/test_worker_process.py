"""The engine with a real worker process: stopping, crashing, printing, starting again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from engine.errors import AssetError, ParameterError, WorkerLost
from engine.host.client import Engine
from engine.host.events import JobChanged, WorkerChanged
from engine.host.limits import HostLimits
from engine.paths import Folders
from engine.spec.job import Job, JobState
from engine.spec.results import TextResult
from engine.spec.task import DeviceChoice, Lane, RunOptions
from engine.tasks.debug import CrashParams, GarbageParams, LeakParams, SleepParams, SpinParams
from engine.tasks.stylize import StyleUse, StylizeParams
from tests.engine.host.listening import Heard

ROOT = Path(__file__).resolve().parents[3]


def until_running(engine: Engine, job: Job, timeout_s: float = 20) -> None:
    end = time.monotonic() + timeout_s
    while engine.job(job.id).state is JobState.QUEUED:
        assert time.monotonic() < end, "the job was not started"
        time.sleep(0.005)


def until_spinning(engine: Engine, job: Job, timeout_s: float = 20) -> None:
    end = time.monotonic() + timeout_s
    while engine.job(job.id).progress.note != "Spinning":
        assert time.monotonic() < end, "the job does not spin"
        time.sleep(0.005)


def worker_pid(heard, lane: Lane = Lane.MAIN) -> int:
    return [e.pid for e in heard.of(WorkerChanged) if e.lane is lane and e.pid][-1]


def has_ended(pid: int, within_s: float = 5) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_a_job_runs_and_says_what_it_took(engine, heard):
    job = engine.wait(engine.submit(SleepParams(seconds=0.2), label="nap").id, 30)
    assert job.state is JobState.DONE
    assert isinstance(job.result, TextResult)
    assert 0.2 <= job.result.seconds < 5
    assert job.result.cpu_seconds > 0
    assert job.result.peak_mb > 10
    assert job.result.costs[0].kind == "debug.sleep"
    assert job.progress.fraction == 1.0
    assert job.started_s >= job.created_s > 0
    assert job.finished_s >= job.started_s


def test_progress_rises_and_comes_at_most_thirty_times_a_second(engine, heard):
    job = engine.wait(engine.submit(SleepParams(seconds=1.0)).id, 30)
    reports = [
        e.job.progress
        for e in heard.of(JobChanged)
        if e.job.id == job.id and e.job.state is JobState.RUNNING
    ]
    fractions = [report.fraction for report in reports]
    assert fractions == sorted(fractions)
    assert 10 <= len(reports) <= 36  # the start, the estimate, 30 a second, and the last
    assert any(report.done == report.total > 0 for report in reports), "the last report is sent"


def test_a_polite_job_stops_at_once_and_the_worker_stays(engine, heard):
    job = engine.submit(SleepParams(seconds=30))
    until_running(engine, job)
    time.sleep(0.1)
    before = worker_pid(heard)
    started = time.monotonic()
    engine.cancel(job.id)
    assert engine.job(job.id).state is JobState.CANCELLING
    assert engine.wait(job.id, 10).state is JobState.CANCELLED
    assert time.monotonic() - started < 0.45, "before the grace is over"
    after = engine.wait(engine.submit(SleepParams(seconds=0)).id, 10)
    assert after.state is JobState.DONE
    assert worker_pid(heard) == before


def test_a_job_that_does_not_listen_is_ended_with_its_worker(engine, heard):
    job = engine.submit(SpinParams(seconds=60))
    until_spinning(engine, job)
    before = worker_pid(heard)
    engine.cancel(job.id)
    assert engine.wait(job.id, 10).state is JobState.CANCELLED
    assert has_ended(before)
    after = engine.wait(engine.submit(SleepParams(seconds=0)).id, 20)
    assert after.state is JobState.DONE
    assert worker_pid(heard) != before


@pytest.mark.parametrize("how", ["segfault", "abort", "exit"])
def test_a_crash_fails_its_job_and_the_next_one_runs(engine, how):
    crash = engine.submit(CrashParams(how=how), label="bad")
    following = engine.submit(SleepParams(seconds=0), label="good")
    failed = engine.wait(crash.id, 20)
    assert failed.state is JobState.FAILED
    assert failed.error.code == "worker-lost"
    error = failed.error.exception()
    assert isinstance(error, WorkerLost)
    assert error.exit_code == {"segfault": -11, "abort": -6, "exit": 7}[how]
    assert Path(error.log).is_file()
    if how == "segfault":
        assert "Segmentation fault" in Path(error.log).read_text()
    assert engine.wait(following.id, 20).state is JobState.DONE


@pytest.mark.parametrize(
    ("how", "code", "word"),
    [
        ("raise", "engine", "ZeroDivisionError: on purpose"),
        ("memory", "device", "not enough memory"),
        ("nonsense", "parameter", "nonsense"),
    ],
)
def test_an_exception_becomes_a_sentence_and_the_worker_stays(engine, heard, how, code, word):
    failed = engine.wait(engine.submit(CrashParams(how=how)).id, 20)
    assert failed.state is JobState.FAILED
    assert failed.error.code == code
    assert word in failed.error.message
    before = worker_pid(heard)
    assert engine.wait(engine.submit(SleepParams(seconds=0)).id, 20).state is JobState.DONE
    assert worker_pid(heard) == before


def test_the_traceback_of_an_unknown_error_is_in_the_log(engine, folders):
    engine.wait(engine.submit(CrashParams(how="raise")).id, 20)
    text = (folders.logs / "worker-main.log").read_text()
    assert "Traceback" in text
    assert "ZeroDivisionError: on purpose" in text


def test_prints_to_standard_output_harm_nothing(engine, folders):
    job = engine.wait(engine.submit(GarbageParams(size=300_000)).id, 20)
    assert job.state is JobState.DONE
    assert b"xxxxx" in (folders.logs / "worker-main.log").read_bytes()


def test_three_crashes_within_a_minute_give_the_lane_up_until_asked_again(engine, heard):
    engine.pause(True)
    crashes = [engine.submit(CrashParams(how="exit")) for _ in range(3)]
    waiting = engine.submit(SleepParams(seconds=0))
    engine.pause(False)
    for crash in crashes:
        assert engine.wait(crash.id, 20).state is JobState.FAILED
    heard.until(lambda events: any(getattr(e, "state", "") == "failed" for e in events))
    failed = [e for e in heard.of(WorkerChanged) if e.state == "failed"][-1]
    assert "3 times" in failed.message
    assert Path(failed.log).is_file()
    with pytest.raises(WorkerLost, match="3 times"):
        engine.wait(waiting.id, 5)
    assert engine.job(waiting.id).state is JobState.QUEUED
    engine.warm_up(Lane.MAIN)
    assert engine.wait(waiting.id, 20).state is JobState.DONE


def test_a_failed_job_can_be_retried_on_the_cpu(engine):
    failed = engine.wait(engine.submit(CrashParams(how="raise")).id, 20)
    again = engine.retry(failed.id, options=RunOptions(device=DeviceChoice.CPU))
    assert (again.id, again.attempt, again.state) == (failed.id, 2, JobState.QUEUED)
    assert again.options.device is DeviceChoice.CPU
    assert engine.wait(failed.id, 20).attempt == 2
    done = engine.wait(engine.submit(SleepParams(seconds=0)).id, 20)
    with pytest.raises(ParameterError):
        engine.retry(done.id)


def test_jobs_run_in_the_order_that_the_user_gives_them(engine, heard):
    engine.pause(True)
    a, b, c = (engine.submit(SleepParams(seconds=0), label=name) for name in "abc")
    d = engine.submit(SleepParams(seconds=0), label="d", first=True)
    engine.move(c.id, 1)
    assert [job.label for job in engine.jobs()] == ["d", "c", "a", "b"]
    engine.pause(False)
    for job in (a, b, c, d):
        engine.wait(job.id, 20)
    started = [e.job.label for e in heard.of(JobChanged) if e.job.state is JobState.RUNNING]
    assert list(dict.fromkeys(started)) == ["d", "c", "a", "b"]


def test_a_paused_queue_starts_nothing(engine):
    engine.pause(True)
    job = engine.submit(SleepParams(seconds=0))
    assert engine.wait(job.id, 0.5).state is JobState.QUEUED
    engine.cancel(job.id)
    assert engine.job(job.id).state is JobState.CANCELLED
    engine.remove(job.id)
    assert engine.jobs() == ()


def test_memory_that_a_job_leaked_comes_back_when_the_idle_worker_ends(folders):
    with Engine(folders, limits=HostLimits(idle_s=0.3)) as engine:
        heard = Heard()
        engine.subscribe(heard)
        leaky = engine.wait(engine.submit(LeakParams(megabytes=150)).id, 30)
        assert leaky.result.peak_mb > 150
        heard.until(lambda events: any(getattr(e, "state", "") == "stopped" for e in events))
        states = heard.of(WorkerChanged)
        first = next(e.pid for e in states if e.state == "busy")
        assert [e for e in states if e.state == "ready"][-1].memory_mb > 150
        assert has_ended(first)
        small = engine.wait(engine.submit(SleepParams(seconds=0.1)).id, 30)
        assert small.state is JobState.DONE
        assert small.result.peak_mb < leaky.result.peak_mb - 100


def test_a_dead_workers_scratch_is_removed(engine, folders, heard):
    job = engine.submit(SpinParams(seconds=60))
    until_spinning(engine, job)
    left = folders.scratch / f"{worker_pid(heard)}-abc"
    left.mkdir(parents=True)
    (left / "big.npy").write_bytes(b"1")
    engine.cancel(job.id)
    engine.wait(job.id, 10)
    end = time.monotonic() + 5
    while left.exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not left.exists()


def test_a_job_whose_file_is_missing_is_refused_when_it_is_submitted(engine):
    params = StylizeParams(content="0" * 64 + ".png", styles=(StyleUse(style="built-in:x"),))
    with pytest.raises(AssetError, match="no longer"):
        engine.submit(params)


def test_a_main_worker_steps_back_behind_the_window(engine, heard):
    engine.wait(engine.submit(SleepParams(seconds=0)).id, 20)
    nice = psutil.Process(worker_pid(heard)).nice()
    assert nice == os.nice(0) + 5


@pytest.mark.skipif(os.name == "nt", reason="a worker has a console of its own there")
def test_ctrl_c_in_the_terminal_is_the_hosts_to_answer(engine, heard):
    job = engine.submit(SleepParams(seconds=0.3))
    until_running(engine, job)
    os.kill(worker_pid(heard), signal.SIGINT)
    assert engine.wait(job.id, 20).state is JobState.DONE


def test_closing_ends_the_workers(folders):
    engine = Engine(folders)
    pids: list[int] = []
    engine.subscribe(lambda e: pids.append(e.pid) if isinstance(e, WorkerChanged) else None)
    until_running(engine, engine.submit(SleepParams(seconds=30)))
    engine.close()
    engine.close()
    assert has_ended(max(pids), within_s=0.5)
    with pytest.raises(WorkerLost):
        engine.submit(SleepParams(seconds=0))


HOST = """
    import queue, sys, time
    from pathlib import Path
    from engine.host.client import Engine
    from engine.host.events import WorkerChanged
    from engine.paths import Folders
    from engine.tasks.debug import SleepParams

    busy = queue.SimpleQueue()
    engine = Engine(Folders.under(Path(sys.argv[1])))
    engine.subscribe(
        lambda e: busy.put(e.pid) if isinstance(e, WorkerChanged) and e.state == "busy" else None
    )
    done = engine.submit(SleepParams(seconds=0), label="done")
    engine.wait(done.id)
    engine.submit(SleepParams(seconds=100), label="running")
    engine.submit(SleepParams(seconds=100), label="queued")
    busy.get()
    print(busy.get(), flush=True)
    time.sleep(100)
"""


@pytest.fixture
def doomed_host(home):
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOST), str(home)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process, int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_worker_ends_when_its_host_is_killed_and_the_jobs_come_back(doomed_host, folders):
    process, pid = doomed_host
    process.kill()
    process.wait()
    assert has_ended(pid)
    with Engine(folders) as engine:
        jobs = {job.label: job for job in engine.jobs()}
        assert jobs["done"].state is JobState.DONE
        assert jobs["done"].result.text.startswith("Slept")
        assert jobs["running"].state is JobState.INTERRUPTED
        assert jobs["queued"].state is JobState.INTERRUPTED
        assert jobs["queued"].params["seconds"] == 100
        again = engine.retry(jobs["queued"].id)
        until_running(engine, again)
        engine.cancel(again.id)
        assert engine.wait(again.id, 10).state is JobState.CANCELLED


def test_two_engines_at_once_keep_their_jobs_apart(doomed_host, folders):
    process, _ = doomed_host
    with Engine(folders) as second:
        assert second.jobs() == ()
        mine = second.wait(second.submit(SleepParams(seconds=0), label="mine").id, 20)
        assert mine.state is JobState.DONE
    process.kill()
    process.wait()
    with Engine(folders) as later:
        assert {job.label for job in later.jobs()} == {"done", "running", "queued", "mine"}
        assert sorted(p.name for p in folders.state.glob("jobs*.jsonl")) == ["jobs.jsonl"]


def test_folders_with_other_names_work(tmp_path):
    odd = Folders.under(tmp_path / "Größe 画 ' folder")
    with Engine(odd) as engine:
        assert engine.wait(engine.submit(SleepParams(seconds=0)).id, 20).state is JobState.DONE
