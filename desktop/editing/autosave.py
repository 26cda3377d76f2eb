"""Every change reaches the disk within half a second, without the window waiting for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.document.background import Background
from desktop.document.project import Project, Work
from engine.api import EngineError

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
        self._background = Background("autosave")
        self._mail = _Mail()
        self._mail.saved.connect(self.saved)
        self._mail.failed.connect(self.failed)
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
        self._background.wait()

    def stop(self) -> None:
        """Write what is pending and do nothing more."""
        self.flush()
        self._timer.stop()

    @Slot()
    def _start(self) -> None:
        project, work, mail = self._project, self._work(), self._mail

        def write() -> None:
            try:
                project.write(work)
            except (OSError, EngineError) as error:
                log.info("autosave: %s", error)
                mail.failed.emit(str(error))
            else:
                mail.saved.emit()

        self._background.submit(write)


class _Mail(QObject):
    """Carries word from the thread; the task holds it, so it outlives an owner that closes."""

    saved = Signal()
    failed = Signal(str)
