"""Garbage is collected on the window's thread alone.

Python's collector runs on whichever thread happens to allocate. If that is a thread of the engine
or of the file reader, objects of Qt that became garbage are deleted there, which Qt forbids:
timers cannot be stopped from another thread, and a widget that is being painted may vanish. So
the automatic collection is switched off, and a timer of the window's thread does what it did, by
the same thresholds.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer, Slot

PERIOD_MS = 1000
"""How often is looked. One idle look costs less than a microsecond."""


class Collector(QObject):
    """Collects garbage on the thread that it lives on; nobody else does until it is stopped."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Take over from the automatic collection.

        What is loaded so far, mostly modules, lives as long as the program. Setting it aside makes
        a full collection several times shorter.
        """
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        gc.collect()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Collect the oldest generation whose turn it is, if any's is."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            threshold = self._thresholds[generation]
            if threshold and counts[generation] > threshold:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Give the automatic collection back."""
        if self._timer.isActive():
            self._timer.stop()
            gc.unfreeze()
            gc.enable()
