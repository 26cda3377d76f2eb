from __future__ import annotations

import logging
import threading

from desktop.document.background import Background


def test_tasks_of_one_thread_end_in_order_beside_the_caller():
    background, done, threads = Background("test"), [], set()
    for number in range(50):
        background.submit(
            lambda n=number: (done.append(n), threads.add(threading.current_thread()))
        )
    assert background.wait(5)
    assert done == list(range(50))
    assert threading.current_thread() not in threads


def test_no_more_threads_than_asked_for_run_at_once_and_none_stays():
    background, gate, seen = Background("several", threads=2), threading.Event(), []

    def task():
        seen.append(threading.current_thread())
        gate.wait(5)

    for _ in range(4):
        background.submit(task)
    while len(seen) < 2:
        pass
    assert len(seen) == 2
    assert not background.wait(0.05)
    gate.set()
    assert background.wait(5)
    assert len(seen) == 4


def test_a_task_that_fails_does_not_stop_the_next(caplog):
    background, done = Background("failing"), []
    with caplog.at_level(logging.CRITICAL):
        background.submit(lambda: 1 // 0)
        background.submit(lambda: done.append(True))
        assert background.wait(5)
    assert done == [True]
