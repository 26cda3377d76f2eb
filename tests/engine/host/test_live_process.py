"""Live editing through a real worker process."""

from __future__ import annotations

import time

import pytest

from engine.errors import ParameterError
from engine.host.events import LiveResult, WorkerChanged
from engine.spec.job import JobState
from engine.spec.task import Lane, RunOptions
from engine.tasks.debug import CrashParams, PaintParams, SleepParams

LOOK = RunOptions(preview_px=256)


def answers(heard, key: str) -> list[LiveResult]:
    return [event for event in heard.of(LiveResult) if event.key == key]


def test_a_live_request_answers_with_pixels_and_stores_nothing(engine, heard, folders):
    serial = engine.live("a", PaintParams(grey=77, width=5, height=3), LOOK)
    heard.until(lambda events: any(isinstance(e, LiveResult) for e in events))
    (answer,) = answers(heard, "a")
    assert (answer.serial, answer.width, answer.height) == (serial, 5, 3)
    assert answer.rgba == bytes([77, 77, 77, 255]) * 15
    assert answer.seconds > 0
    assert answer.error == ""
    assert not folders.assets.exists() or not list(folders.assets.rglob("*.png"))
    assert engine.jobs() == ()


def test_of_many_requests_the_first_and_the_last_are_answered(engine, heard):
    engine.warm_up(Lane.LIVE)
    heard.until(lambda events: any(getattr(e, "state", "") == "ready" for e in events))
    serials = [engine.live("s", PaintParams(seconds=0.1, grey=g), LOOK) for g in range(50)]
    heard.until(lambda events: any(getattr(e, "serial", 0) == serials[-1] for e in events))
    time.sleep(0.2)
    got = [answer.serial for answer in answers(heard, "s")]
    assert got == sorted(got)
    assert got[-1] == serials[-1]
    assert len(got) <= 3


def test_a_slow_request_is_stopped_for_a_newer_one_but_not_two_in_a_row(engine, heard):
    engine.warm_up(Lane.LIVE)
    heard.until(lambda events: any(getattr(e, "state", "") == "ready" for e in events))
    first = engine.live("s", PaintParams(seconds=20), LOOK)
    time.sleep(0.4)
    started = time.monotonic()
    second = engine.live("s", PaintParams(seconds=0.6, grey=2), LOOK)
    time.sleep(0.1)
    third = engine.live("s", PaintParams(seconds=0, grey=3), LOOK)
    heard.until(lambda events: any(getattr(e, "serial", 0) == third for e in events))
    assert time.monotonic() - started < 3
    assert [a.serial for a in answers(heard, "s")] == [second, third]
    assert first not in [a.serial for a in answers(heard, "s")]


def test_a_live_crash_is_told_and_the_next_request_is_answered(engine, heard):
    bad = engine.live("a", CrashParams(how="exit"), LOOK)
    heard.until(lambda events: any(isinstance(e, LiveResult) for e in events))
    (answer,) = answers(heard, "a")
    assert answer.serial == bad
    assert "ended" in answer.error
    good = engine.live("a", PaintParams(), LOOK)
    heard.until(lambda events: any(getattr(e, "serial", 0) == good for e in events))
    assert answers(heard, "a")[-1].error == ""


def test_live_editing_goes_on_while_a_job_runs(engine, heard):
    job = engine.submit(SleepParams(seconds=30))
    engine.live("a", PaintParams(), LOOK)
    heard.until(lambda events: any(isinstance(e, LiveResult) for e in events))
    assert engine.job(job.id).state is JobState.RUNNING
    assert {e.lane for e in heard.of(WorkerChanged)} == {Lane.MAIN, Lane.LIVE}


def test_a_live_request_needs_a_size(engine):
    with pytest.raises(ParameterError):
        engine.live("a", PaintParams(), RunOptions())
