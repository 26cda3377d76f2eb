"""Every change reaches the disk within half a second, without the window waiting for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal, Slot

from desktop.document.project import Project, Work
from engine.errors import EngineError

log = logging.getLogger(__name__)

DELAY_MS = 400
LONGEST_DELAY_S = 2.0


class Autosave(QObject):
    """Writes a project's work a moment after it changed.

    A burst of changes is written once, 400 ms after its last, but a drag that never pauses is
    written every two seconds. Writing happens on a thread of its own; values are immutable, so
    there is nothing to copy.

    Signals:
        saved(): what was current when the write began is on disk.
        failed(message): it could not be written; the next change tries again.
    """

    saved = Signal()
    failed = Signal(str)

    def __init__(
        self,
        project: Project,
        work: Callable[[], Work],
        parent: QObject | None = None,
        *,
        delay_ms: int = DELAY_MS,
    ) -> None:
        """Watch over `project`.

        Args:
            project: where to write.
            work: gives the current work; called on the window's thread.
            parent: owner.
            delay_ms: how long to wait for further changes.
        """
        super().__init__(parent)
        self._project = project
        self._work = work
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._start)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._first_change_s = 0.0

    @property
    def is_pending(self) -> bool:
        """Whether a change is not on its way to the disk yet."""
        return self._timer.isActive()

    @Slot()
    def touch(self, *_change: object) -> None:
        """Something changed; fits `DocumentStore.changed`."""
        now = time.monotonic()
        if not self._timer.isActive():
            self._first_change_s = now
        elif now - self._first_change_s > LONGEST_DELAY_S:
            return
        self._timer.start()

    def flush(self) -> None:
        """Write now what is pending, and wait until it is on disk."""
        if self._timer.isActive():
            self._timer.stop()
            self._start()
        self._pool.waitForDone()

    def stop(self) -> None:
        """Write what is pending and do nothing more."""
        self.flush()
        self._timer.stop()

    @Slot()
    def _start(self) -> None:
        self._pool.start(_Write(self, self._project, self._work()))


class _Write(QRunnable):
    _order = threading.Lock()

    def __init__(self, owner: Autosave, project: Project, work: Work) -> None:
        super().__init__()
        self._owner = owner
        self._project = project
        self._value = work

    def run(self) -> None:
        try:
            with self._order:
                self._project.write(self._value)
        except (OSError, EngineError) as error:
            log.info("autosave: %s", error)
            self._owner.failed.emit(str(error))
        else:
            self._owner.saved.emit()
