"""Between the queue and the workers: starts what is next, and sorts what comes back.

Every method is called with the engine's lock held.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from engine.errors import WorkerLost
from engine.host.estimates import Calibration
from engine.host.events import Event, JobChanged, LiveResult, WorkerChanged
from engine.host.journal import Journal
from engine.host.limits import HostLimits
from engine.host.live import LiveDesk
from engine.host.process import WorkerLink, sweep_scratch
from engine.host.queue import JobQueue
from engine.host.supervisor import BUSY, FAILED, READY, Supervisor
from engine.spec.job import ErrorInfo, Job, JobState
from engine.spec.results import TaskResult
from engine.spec.task import Lane, RunOptions
from engine.wire.messages import (
    AskDevices,
    Devices,
    Failed,
    Finished,
    FromWorker,
    LivePicture,
    Progressed,
    Submit,
)


class Coordinator:
    """Moves jobs between the queue and the lanes' workers.

    Args:
        queue: the jobs.
        journal: where they are written down.
        calibration: learns from results.
        start: starts a worker of a lane.
        emit: tells listeners.
        post: has a function called on the host's thread, under the lock.
        limits: patience.
        scratch: folder whose entries begin with the id of the worker that made them.
        clock: seconds that only rise.
    """

    def __init__(
        self,
        queue: JobQueue,
        journal: Journal,
        calibration: Calibration,
        *,
        start: Callable[[Lane], WorkerLink],
        emit: Callable[[Event], None],
        post: Callable[[Callable[[], None]], None],
        limits: HostLimits,
        scratch: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue = queue
        self._journal = journal
        self._calibration = calibration
        self._start = start
        self._emit = emit
        self._post = post
        self._limits = limits
        self._scratch = scratch
        self._clock = clock
        self._desk = LiveDesk()
        self._supervisors: dict[Lane, Supervisor] = {}
        self._queries: deque[tuple[Submit, Future[TaskResult]]] = deque()
        self._asked: dict[str, Future[TaskResult]] = {}
        self._wanted: set[Lane] = set()
        self._device_askers: list[Future[dict[str, Any]]] = []
        self._is_closing = False

    # -- what the client asks for

    def supervisor(self, lane: Lane) -> Supervisor:
        """Return a lane's supervisor."""
        if lane not in self._supervisors:

            def start() -> WorkerLink:
                return self._start(lane)

            self._supervisors[lane] = Supervisor(
                lane, start, self, self._post, self._limits, self._clock
            )
        return self._supervisors[lane]

    def ask_again(self, lane: Lane) -> None:
        """Try a lane again that was given up."""
        self.supervisor(lane).ask_again()

    def warm_up(self, lane: Lane) -> None:
        """Have a worker ready before it is needed."""
        self._wanted.add(lane)

    def has_given_up(self, lane: Lane) -> str:
        """Return why a lane's worker is no longer started, or an empty text."""
        supervisor = self.supervisor(lane)
        return supervisor.message if supervisor.state == FAILED else ""

    def changed(self, job: Job, *, is_new: bool = False) -> None:
        """Write a job down and tell of it."""
        self._journal.put(job)
        self._emit(JobChanged(job=job, is_new=is_new))

    def stop(self, job: Job, lane: Lane) -> None:
        """Have the worker stop a running job."""
        self.supervisor(lane).stop_job(job.id, self._limits.grace_s)

    def live(self, key: str, task: str, params: dict[str, Any], options: RunOptions) -> int:
        """Take a live request and return its number."""
        return self._desk.ask(key, task, params, options)

    def ask(self, submit: Submit) -> Future[TaskResult]:
        """Run a small job beside the queue, on the lane of live editing, and give its result."""
        future: Future[TaskResult] = Future()
        self._queries.append((submit, future))
        return future

    def ask_devices(self) -> Future[dict[str, Any]]:
        """Have a worker say what the machine can calculate on."""
        future: Future[dict[str, Any]] = Future()
        self._device_askers.append(future)
        for supervisor in self._supervisors.values():
            if supervisor.state in (READY, BUSY):
                supervisor.tell(AskDevices())
                return future
        self.warm_up(Lane.LIVE)
        return future

    def pump(self) -> float | None:
        """Start whatever can start; return when to look again, or None."""
        if self._is_closing:
            return None
        for lane in Lane:
            if self._queue.waiting(lane) and not self._queue.is_paused:
                self._start_next_job(lane)
        if self._queries or self._desk.has_waiting:
            self._start_next_live()
        for lane in tuple(self._wanted):
            supervisor = self.supervisor(lane)
            if supervisor.want() or supervisor.state in (BUSY, FAILED):
                self._wanted.discard(lane)
        return self._due()

    def close(self) -> tuple[Supervisor, ...]:
        """Have every worker end; nothing that comes back counts any more."""
        self._is_closing = True
        supervisors = tuple(self._supervisors.values())
        for supervisor in supervisors:
            supervisor.hang_up()
        closing = WorkerLost("Gesso is closing.")
        self._fail_askers(closing)
        return supervisors

    # -- what supervisors tell

    def on_message(self, lane: Lane, message: FromWorker) -> None:
        """Sort a worker's message."""
        if self._is_closing:
            return
        match message:
            case Progressed(job=job_id, progress=progress):
                if job := self._queue.set_progress(job_id, progress):
                    self._emit(JobChanged(job=job))
            case Finished(job=job_id, result=result):
                self.supervisor(lane).job_over(job_id)
                if future := self._asked.pop(job_id, None):
                    future.set_result(result)
                elif self._answer_live(job_id, error="This task gives no picture."):
                    return
                elif job := self._queue.finish(job_id, result):
                    self.changed(job)
                    if job.state is JobState.DONE:
                        self._calibration.learn(job.task, result)
            case LivePicture(job=job_id):
                self.supervisor(lane).job_over(job_id)
                self._answer_live(job_id, message)
            case Failed(job=job_id, error=error):
                self.supervisor(lane).job_over(job_id)
                self._end_badly(job_id, error)
            case Devices(report=report):
                askers, self._device_askers = self._device_askers, []
                for asker in askers:
                    asker.set_result(report)

    def on_lost(self, lane: Lane, job: str | None, error: WorkerLost, pid: int) -> None:
        """Clean up after a worker and end its job."""
        sweep_scratch(self._scratch, pid)
        if self._is_closing:
            return
        if self._device_askers:
            # Whoever was asked can no longer answer; another worker is.
            self.warm_up(Lane.LIVE)
        if job is not None:
            self._end_badly(job, ErrorInfo.of(error))
        if message := self.has_given_up(lane):
            lost = WorkerLost(message, exit_code=error.exit_code, log=error.log)
            if lane is Lane.LIVE:
                self._fail_askers(lost)
                for request in self._desk.drain():
                    self._emit(LiveResult(key=request.key, serial=request.serial, error=message))

    def on_state(self, change: WorkerChanged) -> None:
        """Pass a worker's state on."""
        self._emit(change)
        if change.state == READY and self._device_askers:
            self.supervisor(change.lane).tell(AskDevices())

    # -- inside

    def _start_next_job(self, lane: Lane) -> None:
        supervisor = self.supervisor(lane)
        if not supervisor.want():
            return
        if job := self._queue.start_next(lane):
            self.changed(job)
            supervisor.run(
                Submit(job=job.id, task=job.task, params=job.params, options=job.options)
            )

    def _start_next_live(self) -> None:
        supervisor = self.supervisor(Lane.LIVE)
        if not supervisor.want():
            return
        if self._queries:
            submit, future = self._queries.popleft()
            self._asked[submit.job] = future
            supervisor.run(submit)
        elif request := self._desk.start(self._clock()):
            supervisor.run(
                Submit(
                    job=request.job,
                    task=request.task,
                    params=request.params,
                    options=request.options,
                    live=True,
                )
            )

    def _due(self) -> float | None:
        now = self._clock()
        if request := self._desk.to_stop(now):
            self.supervisor(Lane.LIVE).stop_job(request.job, self._limits.live_grace_s)
        due = [supervisor.tick() for supervisor in self._supervisors.values()]
        return min((at for at in (*due, self._desk.stop_at()) if at is not None), default=None)

    def _end_badly(self, job_id: str, error: ErrorInfo) -> None:
        if future := self._asked.pop(job_id, None):
            future.set_exception(error.exception())
        elif self._answer_live(job_id, error=error.message, is_silent=error.code == "cancelled"):
            return
        elif job := self._queue.fail(job_id, error):
            self.changed(job)

    def _answer_live(
        self,
        job_id: str,
        picture: LivePicture | None = None,
        *,
        error: str = "",
        is_silent: bool = False,
    ) -> bool:
        """End the live request that the worker knows as `job_id`; False if it is none."""
        was_stopped = self._desk.is_stopping
        request = self._desk.end(job_id)
        if request is None:
            return False
        if picture is not None:
            self._emit(
                LiveResult(
                    key=request.key,
                    serial=request.serial,
                    width=picture.width,
                    height=picture.height,
                    rgba=picture.rgba,
                    ran=picture.ran,
                    seconds=picture.seconds,
                )
            )
        elif not (is_silent or was_stopped):
            self._emit(LiveResult(key=request.key, serial=request.serial, error=error))
        return True

    def _fail_askers(self, error: WorkerLost) -> None:
        """Nobody will answer the questions that are open."""
        for _, future in self._queries:
            future.set_exception(error)
        for future in self._asked.values():
            future.set_exception(error)
        for asker in self._device_askers:
            asker.set_exception(error)
        self._queries.clear()
        self._asked.clear()
        self._device_askers.clear()
