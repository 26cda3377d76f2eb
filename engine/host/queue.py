"""The queue: which jobs there are, in which order, and what may happen to each. No I/O.

Every method that changes something returns the jobs that changed, as they are now; whoever calls
writes them down and tells others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from engine.errors import ParameterError
from engine.host.job import moved, queued_again
from engine.spec.job import ErrorInfo, Estimate, Job, JobState, Progress
from engine.spec.results import AnyResult
from engine.spec.task import Lane, RunOptions


class JobQueue:
    """Jobs of all lanes. Within a lane one runs at a time, in the order of the queue.

    Args:
        lane_of: the lane of a job.
        clock: Unix time in seconds.
    """

    def __init__(self, lane_of: Callable[[Job], Lane], clock: Callable[[], float]) -> None:
        self._lane_of = lane_of
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._order: list[str] = []  # ids of those queued, the next one first
        self._running: dict[Lane, str] = {}
        self.is_paused = False

    def restore(self, jobs: Iterable[Job]) -> None:
        """Take final jobs of an earlier time into the list."""
        for job in jobs:
            if not job.state.is_final:
                raise ParameterError(f"The job {job.id} is not final.")
            self._jobs[job.id] = job

    def jobs(self) -> tuple[Job, ...]:
        """Return all: final and running ones by time of creation, then the queue in its order."""
        queued = set(self._order)
        others = sorted(job_id for job_id in self._jobs if job_id not in queued)
        return tuple(self._jobs[job_id] for job_id in (*others, *self._order))

    def job(self, job_id: str) -> Job:
        """Return one.

        Raises:
            ParameterError: there is none of this id.
        """
        try:
            return self._jobs[job_id]
        except KeyError:
            raise ParameterError(f"There is no job {job_id}.", field="job") from None

    def find(self, job_id: str) -> Job | None:
        """Return one, or None."""
        return self._jobs.get(job_id)

    def running(self, lane: Lane) -> Job | None:
        """Return the job that the lane's worker has, running or being cancelled."""
        job_id = self._running.get(lane)
        return None if job_id is None else self._jobs[job_id]

    def waiting(self, lane: Lane) -> tuple[Job, ...]:
        """Return the lane's queued jobs in order."""
        queued = (self._jobs[job_id] for job_id in self._order)
        return tuple(job for job in queued if self._lane_of(job) is lane)

    def add(self, job: Job, *, first: bool = False) -> Job:
        """Queue a new job."""
        if job.id in self._jobs:
            raise ParameterError(f"There is a job {job.id} already.")
        self._jobs[job.id] = job
        self._order.insert(0 if first else len(self._order), job.id)
        return job

    def start_next(self, lane: Lane) -> Job | None:
        """Start the lane's next job if it is free; None if there is nothing to start."""
        waiting = self.waiting(lane)
        if self.is_paused or lane in self._running or not waiting:
            return None
        job = moved(waiting[0], JobState.RUNNING, started_s=self._clock())
        self._order.remove(job.id)
        self._running[lane] = job.id
        self._jobs[job.id] = job
        return job

    def set_progress(self, job_id: str, progress: Progress) -> Job | None:
        """Note how far a running job is; None if it runs no longer or nothing rose."""
        job = self._jobs.get(job_id)
        if job is None or job.state is not JobState.RUNNING:
            return None
        if progress.fraction < job.progress.fraction:
            return None
        return self._put(msgspec.structs.replace(job, progress=progress))

    def set_estimate(self, job_id: str, estimate: Estimate) -> Job | None:
        """Note what a job is expected to take; None if it is over already."""
        job = self._jobs.get(job_id)
        if job is None or job.state.is_final:
            return None
        return self._put(msgspec.structs.replace(job, estimate=estimate))

    def finish(self, job_id: str, result: AnyResult) -> Job | None:
        """End a running job with its result; one that was asked to stop ends as cancelled."""
        job = self._jobs.get(job_id)
        if job is not None and job.state is JobState.CANCELLING:
            return self._end(job, JobState.CANCELLED)
        if job is None or job.state is not JobState.RUNNING:
            return None
        done = msgspec.structs.replace(job.progress, fraction=1.0, preview=None)
        return self._end(job, JobState.DONE, result=result, progress=done)

    def fail(self, job_id: str, error: ErrorInfo) -> Job | None:
        """End a running or queued job with an error; stopping as asked is no failure."""
        job = self._jobs.get(job_id)
        if job is None or job.state.is_final:
            return None
        if job.state is JobState.CANCELLING or error.code == "cancelled":
            return self._end(job, JobState.CANCELLED)
        return self._end(job, JobState.FAILED, error=error)

    def cancel(self, job_id: str) -> Job | None:
        """Stop a job: a queued one at once, a running one when its worker says so.

        Returns:
            The job as it is now, or None if there was nothing left to stop.

        Raises:
            ParameterError: there is none of this id.
        """
        job = self.job(job_id)
        if job.state is JobState.QUEUED:
            return self._end(job, JobState.CANCELLED)
        if job.state is JobState.RUNNING:
            return self._put(moved(job, JobState.CANCELLING))
        return None

    def retry(self, job_id: str, options: RunOptions | None = None, **changes: Any) -> Job:
        """Queue a job again that failed, was cancelled or interrupted.

        Args:
            job_id: which one.
            options: another way to run it, or None.
            changes: other attributes that change: parameters brought up to date.

        Raises:
            ParameterError: it is in another state, or there is none of this id.
        """
        job = self.job(job_id)
        if options is not None:
            changes |= {"options": options, "estimate": None}
        again = queued_again(job, **changes)
        self._order.append(job_id)
        return self._put(again)

    def move(self, job_id: str, index: int) -> tuple[Job, ...]:
        """Give a queued job another place among those queued, 0 being the next.

        Returns:
            Every queued job in its new order, or nothing if the job is queued no longer: it may
            have been started a moment ago.

        Raises:
            ParameterError: there is none of this id.
        """
        if self.job(job_id).state is not JobState.QUEUED:
            return ()
        self._order.remove(job_id)
        self._order.insert(max(index, 0), job_id)
        return tuple(self._jobs[queued] for queued in self._order)

    def remove(self, job_id: str) -> Job:
        """Take a final job off the list and return it.

        Raises:
            ParameterError: it is not final, or there is none of this id.
        """
        job = self.job(job_id)
        if not job.state.is_final:
            raise ParameterError(
                f"The job {job.label or job.task} is {job.state.value}.",
                hint="Stop it before removing it.",
            )
        return self._jobs.pop(job_id)

    def _put(self, job: Job) -> Job:
        self._jobs[job.id] = job
        return job

    def _end(self, job: Job, state: JobState, **changes: Any) -> Job:
        changes.setdefault("progress", msgspec.structs.replace(job.progress, preview=None))
        ended = moved(job, state, finished_s=self._clock(), **changes)
        if job.state is JobState.QUEUED:
            self._order.remove(job.id)
        lane = self._lane_of(job)
        if self._running.get(lane) == job.id:
            del self._running[lane]
        return self._put(ended)
