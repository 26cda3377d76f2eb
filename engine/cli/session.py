"""The engine for the length of one command, and jobs followed to their end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine.cli.report import Report, seconds_text, size_text
from engine.errors import Cancelled, EngineError, WorkerLost, rebuild
from engine.spec.job import Estimate, Job, JobState

if TYPE_CHECKING:
    from engine.api import Engine

_POLL_S = 0.1
_CANCEL_S = 10.0


@contextlib.contextmanager
def open_engine(report: Report) -> Iterator[Engine]:
    """Give an engine over the user's folders, and close it."""
    from engine.api import Engine, Folders

    report.progress("Starting")
    engine = Engine(Folders.of_user())
    try:
        yield engine
    finally:
        engine.close()


class Follower:
    """Watches jobs of one engine and shows the progress of the one that runs.

    Use as a context manager: leaving it by Ctrl+C stops every job that it still follows.
    """

    def __init__(self, engine: Engine, report: Report) -> None:
        self._engine = engine
        self._report = report
        self._open: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def __enter__(self) -> Follower:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self._open:
            self._stop_all()

    def follow(self, job: Job, heading: str, names: Mapping[str, str] | None = None) -> None:
        """Begin to watch a job.

        Args:
            job: that was just submitted.
            heading: stands before its progress.
            names: asset -> file name, for messages.
        """
        self._open[job.id] = heading
        self._names |= names or {}

    def wait(self, job_id: str) -> Job:
        """Return the job when it has ended well.

        Raises:
            EngineError: how it ended otherwise.
        """
        heading = self._open[job_id]
        # Waiting also tells when the job cannot run: its worker was given up.
        while not (job := self._engine.wait(job_id, _POLL_S)).state.is_final:
            self._report.progress(heading + progress_text(job))
        del self._open[job_id]
        self._report.end_progress()
        if job.state is JobState.DONE:
            return job
        raise with_names(error_of(job), self._names)

    def _stop_all(self) -> None:
        """Ask every open job to stop and wait until it did, or until it is not worth it."""
        self._report.end_progress()
        self._report.note("Stopping …")
        for job_id in self._open:
            with contextlib.suppress(EngineError, KeyError):
                self._engine.cancel(job_id)
        for job_id in self._open:
            with contextlib.suppress(EngineError, KeyError, TimeoutError):
                self._engine.wait(job_id, timeout_s=_CANCEL_S)
            with contextlib.suppress(EngineError, KeyError):
                self._engine.remove(job_id)
        self._open.clear()


def error_of(job: Job) -> EngineError:
    """Return why a job that ended did not end well."""
    if job.state is JobState.CANCELLED:
        return Cancelled()
    if job.error is not None:
        return job.error.exception()
    return WorkerLost(f"The job ended unfinished ({job.state.value}).", hint="Run it again.")


def with_names(error: EngineError, names: Mapping[str, str]) -> EngineError:
    """Return `error` with the user's file names in place of names in the store."""
    message, hint = error.message, error.hint
    for asset, name in names.items():
        message, hint = message.replace(asset, name), hint.replace(asset, name)
    return rebuild(error.code, message, hint, error.details())


def progress_text(job: Job) -> str:
    """Return where a job stands, in a few words."""
    if job.state is JobState.QUEUED:
        return "waiting"
    progress = job.progress
    parts = [f"{progress.fraction:4.0%}", progress.note]
    if progress.total:
        parts.append(f"{progress.done}/{progress.total}")
    return " ".join(part for part in parts if part)


def estimate_text(estimate: Estimate) -> str:
    """Return what a run is expected to take, and how well that is known."""
    text = f"About {seconds_text(estimate.seconds)} and {size_text(estimate.peak_mb * 2**20)}"
    if estimate.runs:
        runs = "one earlier run" if estimate.runs == 1 else f"{estimate.runs} earlier runs"
        return f"{text}, by {runs} on this machine."
    note = estimate.note or "A guess: nothing like it ran here yet"
    return f"{text}. {note.removesuffix('.')}."
