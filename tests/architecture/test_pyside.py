"""The binding keeps its hands off the interpreter's own objects.

PySide6 6.12 on CPython 3.11 drops a reference to None, True or False with each call of a slot, and
ends the process after a few thousand.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal, Slot


class Receiver(QObject):
    said = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.said.connect(self.hear)

    @Slot(object)
    def hear(self, value: object) -> None:
        self.count += 1


def test_reference_counts_stay_steady_over_many_signals():
    watched = (None, True, False)
    receiver = Receiver()
    for value in watched:
        receiver.said.emit(value)
    before = [sys.getrefcount(value) for value in watched]
    for number in range(20_000):
        receiver.said.emit(watched[number % 3])
    after = [sys.getrefcount(value) for value in watched]
    assert receiver.count == 20_003
    assert all(abs(b - a) < 500 for a, b in zip(before, after, strict=True)), (before, after)
