"""The engine as Qt objects: events become signals of the window's thread, slow calls do not block.

Events arrive on the host's thread, many a second. They are gathered under a lock, the newest of
each job, live key and lane winning, and handed over at most thirty times a second. Calls that may
take longer than a frame run on two threads and answer through a `Ticket`.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop.engine_link.contract import EngineLike
from engine.api import (
    EngineError,
    Event,
    Job,
    JobChanged,
    JobState,
    LiveResult,
    RunOptions,
    WorkerChanged,
)

log = logging.getLogger(__name__)

FRAME_MS = 33
"""Shortest time between two deliveries of events."""


class Ticket(QObject):
    """An answer that is still to come.

    Signals:
        done: the value, in the window's thread.
        failed: the `EngineError`.
    """

    done = Signal(object)
    failed = Signal(object)

    def __init__(self, number: int, parent: QObject) -> None:
        super().__init__(parent)
        self.number = number
        self.is_dropped = False

    def drop(self) -> None:
        """The answer is no longer wanted; the call itself runs to its end."""
        self.is_dropped = True


class EngineBridge(QObject):
    """The only way from the window to the engine.

    Signals:
        job_added: a `Job` that was not there before.
        job_changed: a `Job` as it is now; also sent for a new one.
        job_removed: id of a job that left the list.
        job_finished: a `Job` that has become final, once per run.
        live_result: a `LiveResult`.
        worker_changed: a `WorkerChanged`.
    """

    job_added = Signal(object)
    job_changed = Signal(object)
    job_removed = Signal(str)
    job_finished = Signal(object)
    live_result = Signal(object)
    worker_changed = Signal(object)

    _arrived = Signal()
    _answered = Signal(int, object, object)

    def __init__(self, engine: EngineLike, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, str], Event] = {}
        self._is_announced = False
        self._is_closed = False
        self._delivered_s = 0.0
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="window-call")
        self._tickets: dict[int, Ticket] = {}
        self._numbers = itertools.count(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._deliver)
        self._arrived.connect(self._schedule, Qt.ConnectionType.QueuedConnection)
        self._answered.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        # Listening begins first, so that no job falls between the list and the events.
        self._unsubscribe = engine.subscribe(self._gather)
        self._final: dict[str, int] = {
            job.id: job.attempt for job in engine.jobs() if job.state.is_final
        }
        self._known: set[str] = {job.id for job in engine.jobs()}

    @property
    def engine(self) -> EngineLike:
        """The engine itself, for calls that return at once."""
        return self._engine

    # -- events -------------------------------------------------------------------------------

    def _gather(self, event: Event) -> None:
        """Keep the newest event of each kind; called on the host's thread."""
        with self._lock:
            key = _key(event)
            older = self._pending.pop(key, None)
            if isinstance(event, JobChanged) and isinstance(older, JobChanged) and older.is_new:
                event = msgspec.structs.replace(event, is_new=True)
            self._pending[key] = event
            if self._is_announced or self._is_closed:
                return
            self._is_announced = True
        self._arrived.emit()

    @Slot()
    def _schedule(self) -> None:
        elapsed_ms = (time.monotonic() - self._delivered_s) * 1000
        if elapsed_ms >= FRAME_MS:
            self._deliver()
        elif not self._timer.isActive():
            self._timer.start(max(1, round(FRAME_MS - elapsed_ms)))

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            events = list(self._pending.values())
            self._pending.clear()
            self._is_announced = False
        self._delivered_s = time.monotonic()
        if self._is_closed:
            return
        for event in events:
            match event:
                case JobChanged():
                    self._deliver_job(event)
                case LiveResult():
                    self.live_result.emit(event)
                case WorkerChanged():
                    self.worker_changed.emit(event)

    def _deliver_job(self, event: JobChanged) -> None:
        job = event.job
        if event.is_removed:
            self._known.discard(job.id)
            self._final.pop(job.id, None)
            self.job_removed.emit(job.id)
            return
        if job.id not in self._known:
            self._known.add(job.id)
            self.job_added.emit(job)
        self.job_changed.emit(job)
        if not job.state.is_final:
            self._final.pop(job.id, None)
        elif self._final.get(job.id) != job.attempt:
            self._final[job.id] = job.attempt
            self.job_finished.emit(job)

    # -- calls that may take time ---------------------------------------------------------------

    def call(self, function: Callable[..., Any], *arguments: Any) -> Ticket:
        """Run `function` on another thread and return the ticket for its answer."""
        ticket = Ticket(next(self._numbers), self)
        self._tickets[ticket.number] = ticket
        future = self._pool.submit(function, *arguments)
        number = ticket.number
        future.add_done_callback(lambda done: self._settle(number, done))
        return ticket

    def _settle(self, number: int, future: Future[Any]) -> None:
        """Pass an answer on to the window's thread; called on a thread of the pool."""
        if future.cancelled() or self._is_closed:
            return
        self._answered.emit(number, future, None)

    @Slot(int, object, object)
    def _answer(self, number: int, future: Future[Any], _: object) -> None:
        ticket = self._tickets.pop(number, None)
        if ticket is None:
            return
        error = future.exception()
        if ticket.is_dropped:
            pass
        elif error is None:
            ticket.done.emit(future.result())
        elif isinstance(error, EngineError):
            ticket.failed.emit(error)
        else:
            log.error("a call to the engine failed", exc_info=error)
            ticket.failed.emit(EngineError(str(error) or type(error).__name__))
        ticket.deleteLater()

    def import_file(self, path: Path) -> Ticket:
        """Copy a file into the store; the answer is its asset id."""
        return self.call(self._engine.import_file, path)

    def import_bytes(self, data: bytes, suffix: str) -> Ticket:
        """Put bytes into the store; the answer is the asset id."""
        return self.call(self._engine.import_bytes, data, suffix)

    def add_model(self, path: Path) -> Ticket:
        """Recognise and add a model file; the answer is its `ModelInfo`."""
        return self.call(self._engine.add_model, path)

    def export(self, asset: str, target: Path, options: Any, recipe: Any) -> Ticket:
        """Write an asset to a file; the answer is the path that was written."""
        return self.call(self._engine.export, asset, target, options, recipe)

    def device_report(self) -> Ticket:
        """Ask what can calculate here; the answer is a `DeviceReport`."""
        return self.call(self._engine.device_report)

    # -- calls that return at once ----------------------------------------------------------------

    def jobs(self) -> tuple[Job, ...]:
        """Return every job in the list."""
        return self._engine.jobs()

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop; nothing happens if it has ended meanwhile."""
        self._try(lambda: self._engine.cancel(job_id))

    def cancel_running(self) -> None:
        """Ask every running job to stop."""
        for job in self._engine.jobs():
            if job.state is JobState.RUNNING:
                self.cancel(job.id)

    def retry(self, job_id: str, options: RunOptions | None = None) -> None:
        """Queue a final job again, on `options` if they are given."""
        self._try(lambda: self._engine.retry(job_id, options=options))

    def remove(self, job_ids: Iterable[str]) -> None:
        """Take final jobs off the list."""
        for job_id in tuple(job_ids):
            self._try(lambda job_id=job_id: self._engine.remove(job_id))  # type: ignore[misc]

    def _try(self, function: Callable[[], object]) -> None:
        try:
            function()
        except EngineError as error:
            # The list on the screen is a frame behind: the job may be gone or final already.
            log.info("%s", error)

    def close(self) -> None:
        """Hear no more, drop what is pending; the engine itself is closed by its owner."""
        if self._is_closed:
            return
        self._is_closed = True
        self._unsubscribe()
        self._timer.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _key(event: Event) -> tuple[str, str]:
    match event:
        case JobChanged():
            return "job", event.job.id
        case LiveResult():
            return "live", event.key
        case WorkerChanged():
            return "worker", event.lane.value
