from __future__ import annotations

from engine.host.live import PATIENCE_S, LiveDesk
from engine.spec.task import RunOptions


def ask(desk: LiveDesk, key: str) -> int:
    return desk.ask(key, "debug-paint", {}, RunOptions(preview_px=1))


def test_a_newer_request_takes_the_place_of_the_waiting_one():
    desk = LiveDesk()
    ask(desk, "a")
    ask(desk, "b")
    newest = ask(desk, "a")
    started = desk.start(0.0)
    assert (started.key, started.serial) == ("a", newest)
    assert desk.start(0.0) is None, "one at a time"
    assert desk.end(started.job) == started
    assert desk.start(0.0).key == "b"
    assert not desk.has_waiting


def test_a_quick_request_is_not_stopped_and_a_slow_one_is_once():
    desk = LiveDesk()
    ask(desk, "a")
    desk.start(10.0)
    assert desk.stop_at() is None
    ask(desk, "a")
    assert desk.stop_at() == 10.0 + PATIENCE_S
    assert desk.to_stop(10.0 + PATIENCE_S / 2) is None
    assert desk.to_stop(10.0 + PATIENCE_S).serial == 1
    assert desk.to_stop(11.0) is None


def test_another_key_stops_nothing():
    desk = LiveDesk()
    ask(desk, "a")
    desk.start(0.0)
    ask(desk, "b")
    assert desk.to_stop(99.0) is None


def test_after_a_stopped_request_the_next_one_may_finish():
    desk = LiveDesk()
    ask(desk, "a")
    first = desk.start(0.0)
    ask(desk, "a")
    desk.to_stop(1.0)
    desk.end(first.job)
    second = desk.start(1.0)
    ask(desk, "a")
    assert desk.to_stop(99.0) is None
    desk.end(second.job)
    desk.start(100.0)
    ask(desk, "a")
    assert desk.to_stop(101.0) is not None


def test_an_answer_to_something_else_ends_nothing():
    desk = LiveDesk()
    ask(desk, "a")
    desk.start(0.0)
    assert desk.end("live-7") is None
    assert desk.running is not None
    assert len(desk.drain()) == 1
    assert desk.running is None
