from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import QThread

from desktop.engine_link.bridge import FRAME_MS, EngineBridge
from engine.api import AssetError, JobState, Lane, LiveResult, Progress, WorkerChanged


def on_another_thread(function: Any) -> None:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join(10)


def test_events_of_another_thread_arrive_in_the_window_s(
    qtbot: Any, bridge: EngineBridge, engine: FakeEngine
) -> None:
    where: list[bool] = []
    here = QThread.currentThread()
    bridge.job_added.connect(lambda _job: where.append(QThread.currentThread() is here))
    with qtbot.waitSignal(bridge.job_changed):
        on_another_thread(engine.add)
    assert where == [True]


def test_a_flood_of_progress_is_thinned_and_ends_with_the_truth(
    qtbot: Any, bridge: EngineBridge, engine: FakeEngine
) -> None:
    job = engine.add()
    seen: list[float] = []
    bridge.job_changed.connect(lambda job: seen.append(job.progress.fraction))

    def flood() -> None:
        for number in range(1, 1001):
            engine.change(job.id, state=JobState.RUNNING, progress=Progress(fraction=number / 1000))
            if number % 100 == 0:
                time.sleep(0.01)

    started = time.monotonic()
    thread = threading.Thread(target=flood)
    thread.start()
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] == 1.0)
    elapsed_ms = (time.monotonic() - started) * 1000
    thread.join(10)
    assert len(seen) <= elapsed_ms / FRAME_MS + 3
    assert seen == sorted(seen)


def test_a_job_that_ends_between_two_frames_is_still_told_as_new_and_finished(
    qtbot: Any, bridge: EngineBridge, engine: FakeEngine
) -> None:
    told: list[str] = []
    bridge.job_added.connect(lambda _job: told.append("added"))
    bridge.job_changed.connect(lambda job: told.append(job.state.value))
    bridge.job_finished.connect(lambda _job: told.append("finished"))
    job = engine.add()
    engine.finish(job.id)
    qtbot.waitUntil(lambda: "finished" in told)
    assert told == ["added", "done", "finished"]


def test_a_retry_finishes_again(qtbot: Any, bridge: EngineBridge, engine: FakeEngine) -> None:
    ends: list[int] = []
    bridge.job_finished.connect(lambda job: ends.append(job.attempt))
    job = engine.add()
    engine.finish(job.id)
    qtbot.waitUntil(lambda: ends == [1])
    engine.finish(job.id)  # the same end told twice is one end
    bridge.retry(job.id)
    engine.finish(job.id)
    qtbot.waitUntil(lambda: ends == [1, 2])


def test_removal_live_results_and_workers_are_told(
    qtbot: Any, bridge: EngineBridge, engine: FakeEngine
) -> None:
    job = engine.add(state=JobState.DONE)
    with qtbot.waitSignals([bridge.job_removed, bridge.live_result, bridge.worker_changed]):
        bridge.remove([job.id])
        engine.emit(LiveResult(key="style", serial=1))
        engine.emit(WorkerChanged(lane=Lane.MAIN, state="ready"))


def test_only_the_newest_live_result_of_a_key_arrives(
    qtbot: Any, bridge: EngineBridge, engine: FakeEngine
) -> None:
    serials: list[int] = []
    bridge.live_result.connect(lambda result: serials.append(result.serial))
    for serial in (1, 2, 3):
        engine.emit(LiveResult(key="style", serial=serial))
    qtbot.waitUntil(lambda: bool(serials))
    assert serials == [3]


def test_a_slow_call_does_not_block_and_answers_in_the_window_s_thread(
    qtbot: Any, bridge: EngineBridge, engine: FakeEngine
) -> None:
    engine.gate.clear()
    started = time.monotonic()
    ticket = bridge.import_file(Path("a.jpg"))
    assert time.monotonic() - started < 1.0
    threads: list[QThread] = []
    ticket.done.connect(lambda _asset: threads.append(QThread.currentThread()))
    with qtbot.waitSignal(ticket.done) as answer:
        engine.gate.set()
    assert answer.args == ["a" * 64 + ".jpg"]
    assert threads == [QThread.currentThread()]
    assert engine.calls[0][2].startswith("window-call")


def test_a_failed_call_gives_the_engine_s_error(
    qtbot: Any, bridge: EngineBridge, engine: FakeEngine
) -> None:
    engine.fault = AssetError("This file is not a picture.", hint="Open a JPEG or PNG.")
    ticket = bridge.import_file(Path("a.txt"))
    with qtbot.waitSignal(ticket.failed) as answer:
        pass
    assert answer.args[0] is engine.fault


def test_a_dropped_ticket_says_nothing(
    qtbot: Any, bridge: EngineBridge, engine: FakeEngine
) -> None:
    ticket = bridge.import_file(Path("a.jpg"))
    heard: list[object] = []
    ticket.done.connect(heard.append)
    ticket.drop()
    with qtbot.waitSignal(ticket.destroyed):
        pass
    assert not heard


def test_cancel_of_a_job_that_is_gone_is_no_error(bridge: EngineBridge) -> None:
    bridge.cancel("gone")


def test_after_close_nothing_is_heard(qtbot: Any, engine: FakeEngine) -> None:
    bridge = EngineBridge(engine)
    engine.add()
    bridge.close()
    assert not engine.listeners
    with qtbot.assertNotEmitted(bridge.job_changed, wait=80):
        pass


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_jobs_of_an_earlier_session_are_not_announced_as_finished(
    qtbot: Any, engine: FakeEngine, state: JobState
) -> None:
    job = engine.add(state=state)
    bridge = EngineBridge(engine)
    with qtbot.assertNotEmitted(bridge.job_finished, wait=80):
        engine.change(job.id, label="renamed.jpg")
    bridge.close()
