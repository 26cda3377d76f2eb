"""The worker's loop in this process, over pipes, with an exit that can be watched."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from engine.spec.task import Lane, RunOptions
from engine.wire.frames import read_frame, write_frame
from engine.wire.messages import (
    Begin,
    Cancel,
    Failed,
    Finished,
    Hello,
    LivePicture,
    Places,
    Progressed,
    Submit,
    decode_from_worker,
    encode,
)
from engine.worker.loop import Worker


class Talk:
    """The host's end of a worker that runs in a thread."""

    def __init__(self) -> None:
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()
        self.out = os.fdopen(to_write, "wb", buffering=0)
        self.back = os.fdopen(from_read, "rb", buffering=0)
        self._theirs = (
            os.fdopen(to_read, "rb", buffering=0),
            os.fdopen(from_write, "wb", buffering=0),
        )
        self.left: list[int] = []
        self.has_left = threading.Event()
        self.thread = threading.Thread(
            target=Worker(*self._theirs, leave=self._leave).run, daemon=True
        )
        self.thread.start()

    def _leave(self, code: int) -> None:
        self.left.append(code)
        self.has_left.set()

    def say(self, message) -> None:
        write_frame(self.out, encode(message))

    def hear(self):
        payload = read_frame(self.back)
        return None if payload is None else decode_from_worker(payload)

    def hear_answer(self):
        while isinstance(message := self.hear(), Progressed):
            pass
        return message

    def close(self) -> None:
        if not self.out.closed:
            self.out.close()
        self.thread.join(5)
        for other in threading.enumerate():
            if other.name == "jobs":  # a real worker ends with its process, this one does not
                other.join(5)
        self.back.close()
        for theirs in self._theirs:
            theirs.close()


@pytest.fixture
def talk(monkeypatch) -> Iterator[Talk]:
    monkeypatch.setenv("GESSO_DEBUG_TASKS", "1")
    talk = Talk()
    yield talk
    talk.close()


@pytest.fixture
def greeted(talk, folders) -> Talk:
    talk.say(Begin(lane=Lane.LIVE, places=Places.of(folders)))
    assert talk.hear().pid == os.getpid()
    return talk


def submit(task: str, job: str = "j", live: bool = False, **params) -> Submit:
    return Submit(job=job, task=task, params=params, options=RunOptions(preview_px=9), live=live)


def test_jobs_are_answered_in_order(greeted):
    for number in range(3):
        greeted.say(submit("debug-sleep", job=f"{number}", seconds=0.01))
    answers = [greeted.hear_answer() for _ in range(3)]
    assert [answer.job for answer in answers] == ["0", "1", "2"]
    assert all(isinstance(answer, Finished) for answer in answers)


def test_a_job_can_be_stopped_before_it_starts(greeted):
    greeted.say(submit("debug-sleep", job="a", seconds=0.3))
    greeted.say(submit("debug-sleep", job="b", seconds=30))
    greeted.say(Cancel(job="b"))
    greeted.say(Cancel(job="no such job"))
    assert isinstance(greeted.hear_answer(), Finished)
    answer = greeted.hear_answer()
    assert isinstance(answer, Failed)
    assert answer.error.code == "cancelled"


@pytest.mark.parametrize(
    ("task", "params", "code"),
    [
        ("no-such-task", {}, "parameter"),
        ("debug-sleep", {"seconds": -1}, "parameter"),
        ("debug-sleep", {"second": 1}, "parameter"),
    ],
)
def test_what_does_not_fit_is_told(greeted, task, params, code):
    greeted.say(submit(task, **params))
    answer = greeted.hear_answer()
    assert isinstance(answer, Failed)
    assert answer.error.code == code


def test_a_live_job_answers_with_pixels(greeted):
    greeted.say(submit("debug-paint", live=True, grey=9, width=2, height=1))
    answer = greeted.hear_answer()
    assert isinstance(answer, LivePicture)
    assert (answer.width, answer.height, answer.rgba) == (2, 1, bytes([9, 9, 9, 255] * 2))


def test_the_end_of_the_stream_ends_the_worker_at_once_even_inside_a_job(greeted):
    greeted.say(submit("debug-spin", seconds=1))
    assert isinstance(greeted.hear(), Progressed)
    greeted.out.close()
    assert greeted.has_left.wait(0.5)
    assert greeted.left[0] == 0


def test_a_host_of_another_version_is_greeted_and_left(talk, folders):
    talk.say(Begin(protocol=999, lane=Lane.LIVE, places=Places.of(folders)))
    assert isinstance(talk.hear(), Hello)
    assert talk.has_left.wait(5)


def test_a_host_that_does_not_greet_is_left(talk):
    talk.say(Cancel(job="a"))
    assert talk.has_left.wait(5)


def test_an_answer_that_is_too_long_for_a_frame_is_told_as_a_failure(greeted, monkeypatch):
    def narrow(sink, payload):
        write_frame(sink, payload, limit=300)

    monkeypatch.setattr("engine.worker.loop.write_frame", narrow)
    greeted.say(submit("debug-sleep", seconds=0))
    answer = greeted.hear_answer()
    assert isinstance(answer, Failed | Finished)
    greeted.say(submit("debug-sleep", job="k" * 150, seconds=0))
    answer = greeted.hear_answer()
    assert isinstance(answer, Failed)
    assert "over the limit" in answer.error.message
