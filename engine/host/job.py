"""From which state a job may go to which, and what changes on the way."""

from __future__ import annotations

import secrets
import time
from typing import Any

import msgspec

from engine.errors import ParameterError
from engine.spec.job import Job, JobState, Progress

TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset(
        {JobState.RUNNING, JobState.CANCELLED, JobState.FAILED, JobState.INTERRUPTED}
    ),
    JobState.RUNNING: frozenset(
        {
            JobState.CANCELLING,
            JobState.DONE,
            JobState.FAILED,
            JobState.CANCELLED,
            JobState.INTERRUPTED,
        }
    ),
    JobState.CANCELLING: frozenset({JobState.CANCELLED, JobState.INTERRUPTED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.QUEUED}),
    JobState.CANCELLED: frozenset({JobState.QUEUED}),
    JobState.INTERRUPTED: frozenset({JobState.QUEUED}),
}
"""A stop that was asked for wins over whatever the worker says afterwards. Retrying a final job
that gave no result puts the same job back into the queue."""


def moved(job: Job, state: JobState, **changes: Any) -> Job:
    """Return `job` in another state.

    Raises:
        ParameterError: it cannot go there from where it is.
    """
    if state not in TRANSITIONS[job.state]:
        raise ParameterError(
            f"The job {job.label or job.task} is {job.state.value} and cannot become {state.value}."
        )
    return msgspec.structs.replace(job, state=state, **changes)


def queued_again(job: Job, **changes: Any) -> Job:
    """Return a final job as it stands in the queue for its next attempt.

    Raises:
        ParameterError: it is not final, or it is done.
    """
    return moved(
        job,
        JobState.QUEUED,
        progress=Progress(),
        result=None,
        error=None,
        attempt=job.attempt + 1,
        started_s=0.0,
        finished_s=0.0,
        **changes,
    )


class JobIds:
    """Gives ids that are unique across processes and sort by time of creation."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """Return a new id: 16 hex digits of nanoseconds, a dash, 6 random ones."""
        self._last = max(self._last + 1, time.time_ns())
        return f"{self._last:016x}-{secrets.token_hex(3)}"
