from __future__ import annotations

import functools
import threading

import pytest

from engine.errors import Cancelled
from engine.runtime.cancel import CancelToken


def test_a_hook_is_called_once_however_often_one_asks() -> None:
    token, calls = CancelToken(), []
    token.add_hook(lambda: calls.append(1))
    token.set()
    token.set()
    assert calls == [1]


def test_a_hook_that_comes_late_is_called_at_once() -> None:
    token, calls = CancelToken(), []
    token.set()
    token.add_hook(lambda: calls.append(1))
    assert calls == [1]


def test_a_hook_is_forgotten_after_its_block() -> None:
    token, calls = CancelToken(), []
    with token.calling(lambda: calls.append(1)):
        pass
    token.set()
    assert calls == []


def test_check_raises_only_when_set() -> None:
    token = CancelToken()
    token.check()
    token.set()
    with pytest.raises(Cancelled):
        token.check()


def test_hooks_added_while_it_is_set_are_all_called_once() -> None:
    token = CancelToken()
    calls: list[int] = []
    thread = threading.Timer(0.005, token.set)
    thread.start()
    number = 0
    while not token.is_set:
        token.add_hook(functools.partial(calls.append, number))
        number += 1
    thread.join()
    assert sorted(calls) == list(range(number))
