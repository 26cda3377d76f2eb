"""One lane's worker: starting it, watching it, stopping its job, giving it up.

Every method is called with the engine's lock held. A thread per worker reads its messages and
posts them to the host's thread; a generation number tells messages of an earlier worker apart.
"""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from typing import Protocol

from engine.errors import EngineError, WorkerLost
from engine.host.events import WorkerChanged
from engine.host.limits import HostLimits
from engine.host.process import WorkerLink, exit_sentence, resident_mb
from engine.spec.task import Lane
from engine.wire.messages import PROTOCOL, Cancel, FromHost, FromWorker, Hello, Submit

log = logging.getLogger(__name__)

STOPPED, STARTING, READY, BUSY, FAILED = "stopped", "starting", "ready", "busy", "failed"


class Overseer(Protocol):
    """Who hears from a supervisor."""

    def on_message(self, lane: Lane, message: FromWorker) -> None:
        """A worker said something other than hello."""

    def on_lost(self, lane: Lane, job: str | None, error: WorkerLost, pid: int) -> None:
        """A worker ended, with a job or without; `error` says how, also if it was wanted."""

    def on_state(self, change: WorkerChanged) -> None:
        """A worker's state changed."""


class Supervisor:
    """Keeps at most one worker of a lane.

    Args:
        lane: which one.
        start: starts a worker.
        overseer: hears of everything.
        post: has a function called on the host's thread, under the lock.
        limits: patience.
        clock: seconds that only rise.
    """

    def __init__(
        self,
        lane: Lane,
        start: Callable[[], WorkerLink],
        overseer: Overseer,
        post: Callable[[Callable[[], None]], None],
        limits: HostLimits,
        clock: Callable[[], float],
    ) -> None:
        self.lane = lane
        self.state = STOPPED
        self._start = start
        self._overseer = overseer
        self._post = post
        self._limits = limits
        self._clock = clock
        self._link: WorkerLink | None = None
        self._reader: threading.Thread | None = None
        self._generation = 0
        self._job: str | None = None
        self._crashes: list[float] = []
        self._is_leaving = False
        self._not_before = 0.0
        self._kill_at: float | None = None
        self._idle_from = 0.0
        self.message = ""

    @property
    def pid(self) -> int:
        """Process id of the worker, or 0."""
        return 0 if self._link is None else self._link.pid

    def want(self) -> bool:
        """Have a worker started unless it is; return whether it can take a job now."""
        if self.state == STOPPED and self._link is None and self._clock() >= self._not_before:
            self._launch()
        return self.state == READY and not self._is_leaving

    def ask_again(self) -> None:
        """Forget earlier crashes: somebody wants to try once more."""
        if self.state == FAILED and self._link is None:
            self._crashes.clear()
            self._not_before = 0.0
            self.message = ""
            self._set(STOPPED)

    def run(self, submit: Submit) -> None:
        """Hand a job to the ready worker."""
        self._job = submit.job
        self._set(BUSY)
        self.tell(submit)

    def tell(self, message: FromHost) -> None:
        """Send a message; a worker that is gone is noticed by its reader."""
        if self._link is not None:
            try:
                self._link.send(message)
            except OSError as error:
                log.debug("the worker of lane %s hears nothing: %s", self.lane.value, error)

    def stop_job(self, job: str, grace_s: float) -> None:
        """Ask the running job to stop, and end the worker if it has not after `grace_s`."""
        if self._job == job and self._kill_at is None:
            self._kill_at = self._clock() + grace_s
            self.tell(Cancel(job=job))

    def job_over(self, job: str) -> bool:
        """Note that the worker is free again; False if it had another job."""
        if self._job != job:
            return False
        self._job = None
        if not self._is_leaving:
            self._kill_at = None
            self._idle_from = self._clock()
            self._set(READY)
        return True

    def hang_up(self) -> None:
        """Have the worker end by itself, soon."""
        if self._link is not None and not self._is_leaving:
            self._is_leaving = True
            self._kill_at = self._clock() + self._limits.hang_up_s
            self._link.hang_up()

    def end(self, patience_s: float) -> None:
        """Wait for a worker that was hung up on; end it if it does not. Needs no lock."""
        link, reader = self._link, self._reader
        if link is None or reader is None:
            return
        reader.join(patience_s)
        if reader.is_alive():
            link.kill()
            reader.join(patience_s)

    def tick(self) -> float | None:
        """Do what is due; return when something will be, or None."""
        now = self._clock()
        if self._link is None:
            waits = self.state == STOPPED and self._not_before > now
            return self._not_before if waits else None
        if self._kill_at is not None:
            if now >= self._kill_at:
                # Its end comes through the reader; from here on it is no crash.
                self._is_leaving = self._is_leaving or self._job is not None
                self._kill_at = None
                self._link.kill()
            return self._kill_at
        if self.state != READY:
            return None
        idle_s = self._limits.live_idle_s if self.lane is Lane.LIVE else self._limits.idle_s
        if now >= self._idle_from + idle_s:
            self.hang_up()
            return self._kill_at
        return self._idle_from + idle_s

    def _launch(self) -> None:
        self._generation += 1
        self._is_leaving = False
        self._job = None
        try:
            self._link = self._start()
        except EngineError as error:
            self._count_crash(error.message)
            self._overseer.on_lost(self.lane, None, WorkerLost(error.message, hint=error.hint), 0)
            return
        self._kill_at = self._clock() + self._limits.hello_s
        self.message = ""
        self._set(STARTING)
        self._reader = threading.Thread(
            target=self._read,
            args=(self._link, self._generation),
            name=f"read-{self.lane.value}",
            daemon=True,
        )
        self._reader.start()

    def _read(self, link: WorkerLink, generation: int) -> None:
        while (message := link.receive()) is not None:
            self._post(functools.partial(self._on_message, generation, message))
        link.kill()  # it has ended, or what it says makes no sense
        self._post(functools.partial(self._on_end, generation, link.wait()))

    def _on_message(self, generation: int, message: FromWorker) -> None:
        if generation != self._generation:
            return
        if not isinstance(message, Hello):
            self._overseer.on_message(self.lane, message)
        elif message.protocol != PROTOCOL:
            self._crashes = [self._clock()] * self._limits.crashes
            self.message = (
                f"The engine's program is of another version ({message.version}). "
                "Install Gesso again."
            )
            if self._link is not None:
                self._link.kill()
        elif not self._is_leaving:
            self._kill_at = None
            self._idle_from = self._clock()
            self._set(READY)

    def _on_end(self, generation: int, code: int) -> None:
        if generation != self._generation or self._link is None:
            return
        pid, path, job = self._link.pid, str(self._link.log), self._job
        had_greeted = self.state in (READY, BUSY)
        self._link = self._reader = self._job = self._kill_at = None
        what = "The engine ended" if had_greeted else "The engine could not be started"
        error = WorkerLost(
            f"{what}: {exit_sentence(code)}.",
            exit_code=code,
            log=path,
            hint="Try again, or on the CPU; the log says more.",
        )
        if self._is_leaving:
            self._set(STOPPED, log_path=path)
        else:
            log.info("worker of lane %s: %s", self.lane.value, error.message)
            self._count_crash(error.message, path)
        self._overseer.on_lost(self.lane, job, error, pid)

    def _count_crash(self, sentence: str, path: str = "") -> None:
        now = self._clock()
        window = self._limits.crash_window_s
        self._crashes = [when for when in self._crashes if now - when < window] + [now]
        count = len(self._crashes)
        if count >= self._limits.crashes:
            self.message = self.message or (
                f"{sentence} It happened {count} times within a minute, so Gesso has stopped "
                "starting it. Start a job to try again."
            )
            self._set(FAILED, log_path=path)
        else:
            self._not_before = now + (count - 1) * self._limits.back_off_s
            self._set(STOPPED, log_path=path)

    def _set(self, state: str, log_path: str = "") -> None:
        self.state = state
        self._overseer.on_state(
            WorkerChanged(
                lane=self.lane,
                state=state,
                pid=self.pid,
                memory_mb=resident_mb(self.pid) if self.pid else 0.0,
                message=self.message,
                log=log_path if self._link is None else str(self._link.log),
            )
        )
