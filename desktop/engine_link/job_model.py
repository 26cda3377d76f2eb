"""The jobs as a Qt list, newest first, and the sentences that describe one."""

from __future__ import annotations

import time
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from desktop.engine_link.bridge import EngineBridge
from desktop.i18n import tr, tr_data
from engine.api import TASKS, Job, JobState, Ran

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_SHORT = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}


class JobRole(IntEnum):
    """What a row can be asked for."""

    JOB = Qt.ItemDataRole.UserRole + 1
    ID = Qt.ItemDataRole.UserRole + 2


class JobModel(QAbstractListModel):
    """Every job that the engine knows, the newest first."""

    def __init__(self, bridge: EngineBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = sorted(bridge.jobs(), key=lambda job: job.id, reverse=True)
        bridge.job_changed.connect(self._put)
        bridge.job_removed.connect(self._drop)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Return the number of jobs."""
        return 0 if parent.isValid() else len(self._jobs)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a job, its id, or what is read out of it."""
        if not index.isValid() or not 0 <= index.row() < len(self._jobs):
            return None
        job = self._jobs[index.row()]
        match role:
            case JobRole.JOB:
                return job
            case JobRole.ID:
                return job.id
            case Qt.ItemDataRole.DisplayRole:
                return title_of(job)
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return f"{title_of(job)}. {status_of(job, time.time())}"
            case _:
                return None

    def job_at(self, row: int) -> Job | None:
        """Return the job of a row."""
        return self._jobs[row] if 0 <= row < len(self._jobs) else None

    def row_of(self, job_id: str) -> int:
        """Return the row of a job, or -1."""
        return next((row for row, job in enumerate(self._jobs) if job.id == job_id), -1)

    def jobs(self) -> tuple[Job, ...]:
        """Return every job, the newest first."""
        return tuple(self._jobs)

    @Slot(object)
    def _put(self, job: Job) -> None:
        row = self.row_of(job.id)
        if row >= 0:
            self._jobs[row] = job
            index = self.index(row)
            self.dataChanged.emit(index, index)
            return
        row = next((r for r, other in enumerate(self._jobs) if other.id < job.id), len(self._jobs))
        self.beginInsertRows(QModelIndex(), row, row)
        self._jobs.insert(row, job)
        self.endInsertRows()

    @Slot(str)
    def _drop(self, job_id: str) -> None:
        row = self.row_of(job_id)
        if row >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._jobs[row]
            self.endRemoveRows()


def title_of(job: Job) -> str:
    """Return what a job is called: its label, or the name of its task."""
    return job.label or task_title(job)


def task_title(job: Job) -> str:
    """Return the name of the job's task."""
    return next((tr_data(spec.title) for spec in TASKS if spec.id == job.task), job.task)


def status_of(job: Job, now_s: float) -> str:
    """Return one line on where a job stands.

    Args:
        job: the job.
        now_s: Unix time, for elapsed and remaining time.
    """
    match job.state:
        case JobState.QUEUED:
            if job.estimate is not None and job.estimate.runs:
                time_text = duration(job.estimate.seconds)
                return tr("Waiting · about {time}", time=time_text)
            return tr("Waiting")
        case JobState.RUNNING:
            return _running(job, now_s)
        case JobState.CANCELLING:
            return tr("Stopping…")
        case JobState.DONE:
            took = duration(max(0.0, job.finished_s - job.started_s))
            ran = summary(job.result.ran[-1]) if job.result and job.result.ran else ""
            done = tr("Done in {time}", time=took)
            return f"{done} · {ran}" if ran else done
        case JobState.FAILED:
            if job.error is None:
                return tr("Failed")
            hint = tr_data(job.error.hint)
            return f"{tr_data(job.error.message)} {hint}".strip()
        case JobState.CANCELLED:
            return tr("Stopped")
        case JobState.INTERRUPTED:
            return tr("Interrupted when Gesso closed")


def _running(job: Job, now_s: float) -> str:
    return " · ".join(part for part in (work_of(job), *times_of(job, now_s)) if part)


def work_of(job: Job) -> str:
    """Return what a running job is doing, counted: "Painting strips 12 of 96"."""
    if job.state is JobState.CANCELLING:
        return tr("Stopping…")
    progress = job.progress
    note = tr_data(progress.note)
    if progress.total:
        counted = tr("{done} of {total}", done=progress.done, total=progress.total)
        return f"{note} {counted}".strip()
    return note or tr("Running")


def times_of(job: Job, now_s: float) -> tuple[str, str]:
    """Return how long a running job has run, and about how long it still takes; or empty."""
    if job.state is not JobState.RUNNING or not job.started_s:
        return "", ""
    left = remaining_s(job, now_s)
    return (
        duration(float(round(now_s - job.started_s))),
        "" if left is None else tr("about {time} left", time=duration(float(round(left)))),
    )


def remaining_s(job: Job, now_s: float) -> float | None:
    """Return the seconds that a running job still needs, or None while that would be a guess."""
    if job.state is not JobState.RUNNING or not job.started_s:
        return None
    elapsed = max(0.0, now_s - job.started_s)
    fraction = job.progress.fraction
    # The first share includes loading a model, so its pace says nothing of the rest.
    if fraction >= 0.08 and elapsed >= 1.0:
        return elapsed * (1.0 - fraction) / fraction
    if job.estimate is not None and job.estimate.runs:
        return max(0.0, job.estimate.seconds - elapsed)
    return None


def duration(seconds: float) -> str:
    """Return a length of time as it is said: 0.8 s, 12 s, 3 min 20 s, 1 h 05 min."""
    if seconds < 9.95 and seconds != round(seconds):
        return tr("{n} s", n=f"{seconds:.1f}")
    whole = max(0, round(seconds))
    if whole < 60:
        return tr("{n} s", n=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return tr("{m} min {s} s", m=minutes, s=f"{rest:02d}")
    hours, minutes = divmod(minutes, 60)
    return tr("{h} h {m} min", h=hours, m=f"{minutes:02d}")


def summary(ran: Ran) -> str:
    """Return one short line on what calculated: `CPU · OpenVINO bf16 · 2 threads`."""
    parts = [ran.device]
    if ran.provider and ran.provider != ran.device:
        parts.append(ran.provider)
    parts[-1] = f"{parts[-1]} {_SHORT.get(ran.precision, ran.precision)}"
    if ran.device == "CPU":
        threads = tr("1 thread") if ran.threads == 1 else tr("{n} threads", n=ran.threads)
        parts.append(threads)
    return " · ".join(parts)
