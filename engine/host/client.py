"""The engine as the window, the command line and scripts use it.

Lives in the user's process, owns the queue, starts workers; safe from any thread. What it
promises is written in docs/decisions/0001-contracts.md.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any

from engine.assets.store import AssetStore
from engine.errors import EngineError, ParameterError, WorkerLost
from engine.host.coordinator import Coordinator
from engine.host.estimates import Calibration
from engine.host.events import Event, JobChanged
from engine.host.files import FileDoor
from engine.host.foresight import Foresight, assets_in, spec_of
from engine.host.job import JobIds
from engine.host.journal import Journal
from engine.host.limits import HostLimits
from engine.host.models import ModelDoor
from engine.host.process import WorkerFactory, start_worker, sweep_scratch
from engine.host.queue import JobQueue
from engine.host.thread import HostThread
from engine.paths import Folders
from engine.spec.job import Estimate, Job, JobState
from engine.spec.results import TaskResult
from engine.spec.task import Lane, RunOptions, TaskParams
from engine.spec.validate import dump_params, load_params, validated
from engine.tasks import TASKS, find_task
from engine.wire.messages import Submit

log = logging.getLogger(__name__)

_ANSWER_S = 60.0
"""How long a question to a worker may take, its start included."""


class Engine(FileDoor, ModelDoor):
    """The engine. Close it, or use it as a context manager, to end its workers.

    Args:
        folders: the user's.
        workers: starts a worker; None starts processes.
        limits: how long to wait for what.

    Raises:
        AssetError: the folders cannot be written to.
    """

    def __init__(
        self,
        folders: Folders,
        *,
        workers: WorkerFactory | None = None,
        limits: HostLimits | None = None,
    ) -> None:
        self.folders = folders
        self._store = AssetStore(folders.assets)
        self._ids = JobIds()
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._is_closed = False
        self._journal = Journal(folders.state)
        calibration = Calibration(folders.state / "calibration.json")
        self._foresight = Foresight(calibration, self._store)
        self._queue = JobQueue(_lane_of, time.time)
        self._queue.restore(self._journal.jobs)
        self._thread = HostThread(self._tick)
        self._coordinator = Coordinator(
            self._queue,
            self._journal,
            calibration,
            start=lambda lane: (workers or start_worker)(lane, folders),
            emit=self._emit,
            post=self._post,
            limits=limits or HostLimits(),
            scratch=folders.scratch,
        )
        self._thread.post(self._store.sweep)
        self._thread.post(functools.partial(sweep_scratch, folders.scratch))
        self._thread.start()

    def close(self) -> None:
        """End the workers; jobs that have not ended can be resumed after the next start."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            supervisors = self._coordinator.close()
            self._changed.notify_all()
        for supervisor in supervisors:
            supervisor.end(patience_s=3.0)
        self._thread.stop()
        self._journal.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` for every event, on the host's thread; return what ends that."""
        return self._thread.subscribe(listener)

    # -- jobs

    def submit(
        self,
        params: TaskParams,
        *,
        options: RunOptions = RunOptions(),  # noqa: B008 - frozen
        label: str = "",
        first: bool = False,
    ) -> Job:
        """Queue a job.

        Args:
            params: of a task in `engine.tasks.TASKS`.
            options: how to run.
            label: what the user reads in lists.
            first: put it before all others.

        Raises:
            ParameterError: a parameter is out of range, or there is no such task.
            AssetError: a file that it names is not in the store.
        """
        spec = spec_of(params)
        data = dump_params(validated(params))
        for asset in assets_in(data):
            self._store.path(asset)
        with self._lock:
            self._require_open()
            job = self._queue.add(
                Job(
                    id=self._ids.next(),
                    task=spec.id,
                    version=spec.version,
                    params=data,
                    options=options,
                    label=label.encode("utf-8", "replace").decode(),
                    created_s=time.time(),
                ),
                first=first,
            )
            self._coordinator.ask_again(spec.lane)
            self._coordinator.changed(job, is_new=True)
        self._thread.post(functools.partial(self._foretell, job.id))
        return job

    def cancel(self, job_id: str) -> None:
        """Stop a job. A queued one ends at once, a running one within about a second.

        Raises:
            ParameterError: there is no such job.
        """
        with self._lock:
            job = self._queue.cancel(job_id)
            if job is None:
                return
            self._coordinator.changed(job)
            if job.state is JobState.CANCELLING:
                self._coordinator.stop(job, _lane_of(job))

    def retry(self, job_id: str, *, options: RunOptions | None = None) -> Job:
        """Queue a job again that failed, was cancelled or was interrupted; its id stays.

        Args:
            job_id: which one.
            options: another way to run it; None keeps its own.

        Raises:
            ParameterError: it is in another state, or its settings no longer fit.
        """
        with self._lock:
            self._require_open()
            old = self._queue.job(job_id)
            spec = find_task(old.task)
            params = dump_params(load_params(spec, old.params, old.version))
            job = self._queue.retry(job_id, options, params=params, version=spec.version)
            self._coordinator.ask_again(spec.lane)
            self._coordinator.changed(job)
        self._thread.post(functools.partial(self._foretell, job_id))
        return job

    def move(self, job_id: str, index: int) -> None:
        """Give a queued job another place among those queued; 0 is the next to run.

        Nothing happens if it has been started meanwhile.

        Raises:
            ParameterError: there is no such job.
        """
        with self._lock:
            for job in self._queue.move(job_id, index):
                self._emit(JobChanged(job=job))

    def remove(self, job_id: str) -> None:
        """Take a final job off the list; its result stays in the store.

        Raises:
            ParameterError: it is not final, or there is no such job.
        """
        with self._lock:
            job = self._queue.remove(job_id)
            self._journal.gone(job_id)
            self._emit(JobChanged(job=job, is_removed=True))

    def pause(self, paused: bool) -> None:
        """Start no further job until told otherwise; the running one goes on."""
        with self._lock:
            self._queue.is_paused = paused
            for lane in () if paused else Lane:
                self._coordinator.ask_again(lane)
        self._thread.post(_look)

    @property
    def is_paused(self) -> bool:
        """Whether no further job is started."""
        return self._queue.is_paused

    def jobs(self) -> tuple[Job, ...]:
        """Return every job: those that run or have ended by age, then the queue in its order."""
        with self._lock:
            return self._queue.jobs()

    def job(self, job_id: str) -> Job:
        """Return one job as it is now.

        Raises:
            ParameterError: there is no such job.
        """
        with self._lock:
            return self._queue.job(job_id)

    def wait(self, job_id: str, timeout_s: float | None = None) -> Job:
        """Wait until a job is final and return it, or return it as it is after `timeout_s`.

        Not for listeners: it would wait for itself.

        Raises:
            ParameterError: there is no such job.
            WorkerLost: it cannot run, because its worker was given up or the engine is closing.
        """
        end = None if timeout_s is None else time.monotonic() + timeout_s
        with self._lock:
            while True:
                job = self._queue.job(job_id)
                left = None if end is None else end - time.monotonic()
                if job.state.is_final or (left is not None and left <= 0):
                    return job
                if self._is_closed:
                    raise WorkerLost("Gesso is closing.")
                if reason := self._coordinator.has_given_up(_lane_of(job)):
                    raise WorkerLost(reason)
                self._changed.wait(left)

    def estimate(
        self,
        params: TaskParams,
        options: RunOptions = RunOptions(),  # noqa: B008 - frozen
    ) -> Estimate:
        """Return what a run will take, from what earlier runs took on this machine.

        Raises:
            ParameterError: a parameter is out of range.
            AssetError: a file that it names cannot be read.
        """
        spec = spec_of(params)
        return self._foresight.estimate(spec, validated(params), options)

    # -- live editing

    def live(self, key: str, params: TaskParams, options: RunOptions) -> int:
        """Ask for a quick look; the newest request of a key wins.

        Args:
            key: who asks; the answer (`LiveResult`) repeats it.
            params: of a task whose `has_preview` is true.
            options: how to run; `preview_px` must be above 0.

        Returns:
            A rising number that the answer repeats.

        Raises:
            ParameterError: a parameter is out of range.
        """
        spec = spec_of(params)
        if options.preview_px <= 0:
            raise ParameterError("Live editing needs a size for its picture.", field="preview_px")
        data = dump_params(validated(params))
        with self._lock:
            self._require_open()
            self._coordinator.ask_again(Lane.LIVE)
            serial = self._coordinator.live(key, spec.id, data, options)
        self._thread.post(_look)
        return serial

    def warm_up(self, lane: Lane) -> None:
        """Start a lane's worker before it is needed, also after it was given up."""
        with self._lock:
            self._require_open()
            self._coordinator.ask_again(lane)
            self._coordinator.warm_up(lane)
        self._thread.post(_look)

    # -- inside

    def _ask(self, params: TaskParams) -> TaskResult:
        """Run a small task beside the queue and wait for its result."""
        spec = spec_of(params)
        submit = Submit(
            job=f"ask-{self._ids.next()}",
            task=spec.id,
            params=dump_params(validated(params)),
            options=RunOptions(),
        )
        result: TaskResult = self._answered(lambda: self._coordinator.ask(submit))
        return result

    def _ask_devices(self) -> dict[str, Any]:
        """Have a worker say what the machine can calculate on."""
        report: dict[str, Any] = self._answered(self._coordinator.ask_devices)
        return report

    def _answered(self, ask: Callable[[], Future[Any]]) -> Any:
        with self._lock:
            self._require_open()
            self._coordinator.ask_again(Lane.LIVE)
            answer = ask()
        self._thread.post(_look)
        try:
            return answer.result(_ANSWER_S)
        except TimeoutError as error:
            raise WorkerLost(
                f"The engine gave no answer within {_ANSWER_S:.0f} s.", hint="Try again."
            ) from error

    def _emit(self, event: Event) -> None:
        self._thread.emit(event)
        self._changed.notify_all()

    def _post(self, function: Callable[[], None]) -> None:
        def locked() -> None:
            with self._lock:
                function()

        self._thread.post(locked)

    def _tick(self) -> float | None:
        with self._lock:
            return self._coordinator.pump()

    def _require_open(self) -> None:
        if self._is_closed:
            raise WorkerLost("Gesso is closing.")

    def _foretell(self, job_id: str) -> None:
        """Give a job its estimate; on the host's thread, because it may look at files."""
        with self._lock:
            job = self._queue.find(job_id)
        if job is None or job.state.is_final:
            return
        try:
            spec = find_task(job.task)
            estimate = self._foresight.estimate(
                spec, load_params(spec, job.params, job.version), job.options
            )
        except EngineError as error:
            log.debug("no estimate for job %s: %s", job_id, error)
            return
        with self._lock:
            changed = self._queue.set_estimate(job_id, estimate)
            if changed is not None:
                self._coordinator.changed(changed)


def _look() -> None:
    """Do nothing: the host's thread wakes and looks what can start."""


def _lane_of(job: Job) -> Lane:
    """Return a job's lane; a task that is no longer known can only wait in the main one."""
    for spec in TASKS:
        if spec.id == job.task:
            return spec.lane
    return Lane.MAIN
