"""A job as everybody outside the host sees it: an immutable picture of one moment."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from engine.errors import EngineError, rebuild
from engine.spec.results import AnyResult
from engine.spec.task import RunOptions


class JobState(Enum):
    """Where a job stands. The last four are final, but an interrupted job can be resumed."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in _FINAL


_FINAL = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED})


class ErrorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An `EngineError` as data."""

    code: str
    message: str
    hint: str = ""
    details: dict[str, str] = {}

    @classmethod
    def of(cls, error: EngineError) -> ErrorInfo:
        """Return `error` as data."""
        return cls(code=error.code, message=error.message, hint=error.hint, details=error.details())

    def exception(self) -> EngineError:
        """Return the error again."""
        return rebuild(self.code, self.message, self.hint, self.details)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is, in counted work.

    Attributes:
        fraction: 0..1, never falling within one job.
        note: what is being done: "Painting strips".
        done: units finished of the present step, e.g. strips.
        total: units of the present step; 0 if it has no countable units.
        preview: a small picture as encoded JPEG bytes, or None.
    """

    fraction: float = 0.0
    note: str = ""
    done: int = 0
    total: int = 0
    preview: bytes | None = None


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a run will take, before it runs.

    Attributes:
        seconds: expected wall time.
        peak_mb: expected highest memory.
        runs: how many past runs of this kind on this machine it is learned from; 0 is a guess.
        note: what the user should know: "No run of this kind yet: a guess".
    """

    seconds: float
    peak_mb: float
    runs: int = 0
    note: str = ""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One request and what became of it.

    Attributes:
        id: unique, sorts by time of creation.
        task: id of the task.
        version: version of the task's declaration when it was submitted.
        params: the parameters as plain data; `engine.spec.validate.load_params` rebuilds them.
        options: how to run.
        label: what the user reads in lists: the content's file name.
        state: where it stands.
        progress: how far it is.
        estimate: what was expected before it ran.
        result: when done.
        error: when failed.
        attempt: 1 for the first run, 2 after a retry.
        created_s, started_s, finished_s: Unix time in seconds; 0 when not yet.
    """

    id: str
    task: str
    version: int = 1
    params: dict[str, Any]
    options: RunOptions = RunOptions()
    label: str = ""
    state: JobState = JobState.QUEUED
    progress: Progress = Progress()
    estimate: Estimate | None = None
    result: AnyResult | None = None
    error: ErrorInfo | None = None
    attempt: int = 1
    created_s: float = 0.0
    started_s: float = 0.0
    finished_s: float = 0.0
