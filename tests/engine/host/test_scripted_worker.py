"""The engine with workers that follow a script: what real ones do seldom, at will."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import ParameterError, WorkerLost
from engine.host.client import Engine
from engine.host.events import Event, JobChanged, WorkerChanged
from engine.host.limits import HostLimits
from engine.paths import Folders
from engine.spec.job import Job, JobState, Progress
from engine.spec.results import TextResult
from engine.spec.task import Lane
from engine.tasks.debug import SleepParams
from engine.wire.messages import (
    PROTOCOL,
    AskDevices,
    Cancel,
    Devices,
    Finished,
    FromHost,
    FromWorker,
    Hello,
    Progressed,
    Submit,
)
from tests.engine.host.listening import Heard

Script = Callable[["Scripted", FromHost], None]


class Scripted:
    """A worker that answers each message by a script, and greets if it is told to."""

    pids = itertools.count(400_000_000)  # none that a system gives

    def __init__(self, lane: Lane, script: Script, *, greets: bool) -> None:
        self.lane = lane
        self.pid = next(self.pids)
        self.log = Path("scripted.log")
        self.got: list[FromHost] = []
        self._script = script
        self._says: queue.SimpleQueue[FromWorker | None] = queue.SimpleQueue()
        if greets:
            self.say(Hello(protocol=PROTOCOL, pid=self.pid, version="1"))

    def say(self, message: FromWorker | None) -> None:
        self._says.put(message)

    def send(self, message: FromHost) -> None:
        self.got.append(message)
        self._script(self, message)

    def receive(self) -> FromWorker | None:
        return self._says.get()

    def kill(self) -> None:
        self.say(None)

    def hang_up(self) -> None:
        self.say(None)

    def wait(self) -> int:
        return -9


class Crew:
    """Every worker that an engine started."""

    def __init__(self) -> None:
        self.workers: list[Scripted] = []
        self.script: Script = lambda worker, message: None
        self.greets = True

    def __call__(self, lane: Lane, folders: Folders) -> Scripted:
        worker = Scripted(lane, self.script, greets=self.greets)
        self.workers.append(worker)
        return worker

    def submits(self) -> list[str]:
        return [m.job for w in self.workers for m in w.got if isinstance(m, Submit)]


@pytest.fixture
def crew() -> Crew:
    return Crew()


@pytest.fixture
def engine(folders: Folders, crew: Crew) -> Iterator[Engine]:
    limits = HostLimits(grace_s=0.2, hello_s=0.1, hang_up_s=0.2, back_off_s=0.01)
    with Engine(folders, workers=crew, limits=limits) as engine:
        yield engine


def until(holds: Callable[[], bool], timeout_s: float = 10) -> None:
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.002)


def finish(worker: Scripted, message: FromHost) -> None:
    if isinstance(message, Submit):
        worker.say(Finished(job=message.job, result=TextResult(text="done")))


def test_a_worker_that_never_greets_is_ended_and_given_up_after_three(engine, crew):
    crew.greets = False
    job = engine.submit(SleepParams())
    with pytest.raises(WorkerLost, match="could not be started"):
        engine.wait(job.id, 10)
    assert len(crew.workers) == 3
    assert crew.submits() == []
    crew.greets, crew.script = True, finish
    other = engine.submit(SleepParams())  # asks again
    assert engine.wait(other.id, 10).state is JobState.DONE
    assert engine.wait(job.id, 10).state is JobState.DONE, "it had kept its place"


def test_a_job_that_is_cancelled_while_its_worker_starts_never_reaches_it(engine, crew):
    crew.greets, crew.script = False, finish
    job = engine.submit(SleepParams())
    until(lambda: crew.workers != [])
    engine.cancel(job.id)
    assert engine.job(job.id).state is JobState.CANCELLED
    worker = crew.workers[0]
    worker.say(Hello(protocol=PROTOCOL, pid=worker.pid, version="1"))
    later = engine.submit(SleepParams())
    assert engine.wait(later.id, 10).state is JobState.DONE
    assert crew.submits() == [later.id]


def test_a_program_of_another_version_is_given_up_at_once(engine, crew):
    crew.greets = False
    job = engine.submit(SleepParams())
    until(lambda: crew.workers != [])
    worker = crew.workers[0]
    worker.say(Hello(protocol=PROTOCOL + 1, pid=worker.pid, version="99"))
    with pytest.raises(WorkerLost, match=r"another version \(99\)"):
        engine.wait(job.id, 10)
    assert len(crew.workers) == 1


def test_a_result_that_comes_after_the_stop_does_not_undo_it(engine, crew):
    def stubborn(worker: Scripted, message: FromHost) -> None:
        if isinstance(message, Cancel):
            worker.say(Finished(job=message.job, result=TextResult(text="too late")))

    crew.script = stubborn
    job = engine.submit(SleepParams())
    until(lambda: engine.job(job.id).state is JobState.RUNNING)
    engine.cancel(job.id)
    ended = engine.wait(job.id, 10)
    assert (ended.state, ended.result) == (JobState.CANCELLED, None)
    crew.workers[0]._script = finish
    assert engine.wait(engine.submit(SleepParams()).id, 10).state is JobState.DONE
    assert len(crew.workers) == 1, "the worker was free again and stays"


def test_words_of_jobs_that_are_over_or_were_never_there_change_nothing(engine, crew):
    crew.script = finish
    job = engine.wait(engine.submit(SleepParams()).id, 10)
    worker = crew.workers[0]
    worker.say(Progressed(job=job.id, progress=Progress(fraction=0.1)))
    worker.say(Finished(job="nobody", result=TextResult(text="?")))
    worker.say(Finished(job=job.id, result=TextResult(text="again")))
    assert engine.wait(engine.submit(SleepParams()).id, 10).state is JobState.DONE
    assert engine.job(job.id) == job


def test_a_question_about_devices_outlives_the_worker_that_was_asked(engine, crew):
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()

    def dies_when_asked(worker: Scripted, message: FromHost) -> None:
        if isinstance(message, AskDevices):
            worker.say(None)

    def answers_well(worker: Scripted, message: FromHost) -> None:
        if isinstance(message, AskDevices):
            worker.say(Devices(report={"error": "none here"}))

    crew.script = dies_when_asked
    engine.warm_up(Lane.MAIN)
    until(lambda: crew.workers != [])
    heard = Heard()
    engine.subscribe(heard)
    engine.wait(engine.submit(SleepParams()).id, 0.05)
    crew.script = answers_well  # of every worker from here on
    threading.Thread(target=lambda: answers.put(engine._ask_devices()), daemon=True).start()
    assert answers.get(timeout=10) == {"error": "none here"}
    assert len(crew.workers) > 1


def test_a_listener_that_raises_keeps_nothing_from_the_others(engine, crew, expected_warnings):
    crew.script = finish

    def broken(event: Event) -> None:
        raise ZeroDivisionError

    heard = Heard()
    engine.subscribe(broken)
    engine.subscribe(heard)
    job = engine.wait(engine.submit(SleepParams()).id, 10)
    heard.until(lambda events: any(isinstance(e, JobChanged) and e.job == job for e in events))
    expected_warnings.append("a listener failed on JobChanged")
    expected_warnings.append("a listener failed on WorkerChanged")


def test_a_listener_may_call_the_engine(engine, crew):
    crew.script = finish
    chained: list[Job] = []

    def go_on(event: Event) -> None:
        if isinstance(event, JobChanged) and event.job.state is JobState.DONE and not chained:
            chained.append(engine.submit(SleepParams(), label="second"))
            engine.remove(event.job.id)

    engine.subscribe(go_on)
    engine.submit(SleepParams(), label="first")
    until(lambda: bool(chained))
    assert engine.wait(chained[0].id, 10).label == "second"
    until(lambda: [job.label for job in engine.jobs()] == ["second"])


def test_a_listener_may_close_the_engine(folders, crew):
    engine = Engine(folders, workers=crew)
    closed = threading.Event()

    def close(event: Event) -> None:
        if isinstance(event, WorkerChanged):
            engine.close()
            closed.set()

    engine.subscribe(close)
    engine.submit(SleepParams())
    assert closed.wait(10)
    with pytest.raises(WorkerLost):
        engine.submit(SleepParams())


def test_who_waits_is_told_when_the_engine_closes(engine, crew):
    job = engine.submit(SleepParams())
    until(lambda: engine.job(job.id).state is JobState.RUNNING)
    told: queue.SimpleQueue[BaseException | Job] = queue.SimpleQueue()

    def wait() -> None:
        try:
            told.put(engine.wait(job.id))
        except WorkerLost as error:
            told.put(error)

    threading.Thread(target=wait, daemon=True).start()
    time.sleep(0.05)
    engine.close()
    assert isinstance(told.get(timeout=10), WorkerLost)


def test_stopping_and_removing_after_the_end_is_no_error(engine, crew):
    crew.script = finish
    done = engine.wait(engine.submit(SleepParams()).id, 10)
    engine.pause(True)
    queued = engine.submit(SleepParams())
    engine.close()
    engine.cancel(queued.id)
    engine.remove(done.id)


def test_a_removed_job_cannot_be_retried(engine, crew):
    engine.pause(True)
    job = engine.submit(SleepParams())
    engine.cancel(job.id)
    engine.remove(job.id)
    with pytest.raises(ParameterError, match="There is no job"):
        engine.retry(job.id)


def test_a_clock_that_jumps_back_keeps_jobs_in_order(engine, crew, monkeypatch):
    engine.pause(True)
    first = engine.submit(SleepParams())
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    monkeypatch.setattr(time, "time", lambda: 1.0)
    second = engine.submit(SleepParams())
    assert first.id < second.id
    assert [job.id for job in engine.jobs()] == [first.id, second.id]


def test_names_that_are_no_text_are_shown_and_never_sent(engine, crew):
    crew.script = finish
    job = engine.wait(engine.submit(SleepParams(), label="b\udcffd.png").id, 10)
    assert job.label == "b?d.png"
    assert job.state is JobState.DONE


def test_workers_that_were_ended_to_stop_their_jobs_are_no_crashes(engine, crew):
    for _ in range(4):
        job = engine.submit(SleepParams())
        until(lambda job=job: engine.job(job.id).state is JobState.RUNNING)
        engine.cancel(job.id)
        assert engine.wait(job.id, 10).state is JobState.CANCELLED
    assert len(crew.workers) == 4, "each was deaf and was ended"


def test_crashes_that_lie_far_apart_do_not_add_up(folders, crew):
    def dies(worker: Scripted, message: FromHost) -> None:
        if isinstance(message, Submit):
            worker.say(None)

    crew.script = dies
    limits = HostLimits(crashes=2, crash_window_s=0.05, back_off_s=0)
    heard = Heard()
    with Engine(folders, workers=crew, limits=limits) as engine:
        engine.subscribe(heard)
        for _ in range(3):
            job = engine.submit(SleepParams())
            assert engine.wait(job.id, 10).state is JobState.FAILED
            time.sleep(0.1)
    states = [event.state for event in heard.of(WorkerChanged)]
    assert states.count("starting") == 3
    assert "failed" not in states


def test_what_a_job_took_is_learned_and_what_was_stopped_is_not(engine, crew):
    params = SleepParams()
    assert engine.estimate(params).runs == 0
    job = engine.submit(params)
    until(lambda: engine.job(job.id).state is JobState.RUNNING)
    engine.cancel(job.id)
    engine.wait(job.id, 10)
    assert engine.estimate(params).runs == 0
    crew.script = finish
    engine.wait(engine.submit(params).id, 10)
    until(lambda: engine.estimate(params).runs == 1)
