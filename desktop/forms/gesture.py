"""When the moves of a slider begin and end that belong together: one undo step."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

BURST_MS = 600


class SliderGesture(QObject):
    """A press lasts until its release; keys and the wheel come in bursts, each one a gesture.

    Signals:
        started(): before the first move.
        settled(): after the last move; what has been reached is final.
        ended(): after that.
    """

    started = Signal()
    settled = Signal()
    ended = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_active = False
        self._burst = QTimer(self)
        self._burst.setSingleShot(True)
        self._burst.setInterval(BURST_MS)
        self._burst.timeout.connect(self.end)

    @property
    def is_active(self) -> bool:
        """Whether moves belong to a gesture now."""
        return self._is_active

    def begin(self) -> bool:
        """Begin, unless one goes on already; returns whether it began."""
        if self._is_active:
            return False
        self._is_active = True
        self.started.emit()
        return True

    def prolong(self) -> None:
        """Begin or go on with a burst, which ends by itself after a pause."""
        self.begin()
        self._burst.start()

    @Slot()
    def end(self) -> None:
        """End, if one goes on."""
        self._burst.stop()
        if self._is_active:
            self._is_active = False
            self.settled.emit()
            self.ended.emit()
