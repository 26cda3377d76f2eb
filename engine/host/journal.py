"""The journal: every job in a file, so that the queue outlives the process.

One JSON record a line, only ever appended while Gesso runs. A line is handed to the system before
the change is announced, so it survives the death of the process; a thread then has it written to
the disk (fsync), so a power cut costs at most the last moment.

Two Gessos at once never share a file. Each takes the first free slot: `jobs.jsonl`,
`jobs-2.jsonl`, and so on, held by a lock on the `.lock` file beside it that the system releases
when the process ends in whatever way. Whoever starts takes over the jobs of every slot that
nobody holds, writes them to its own file, and only then empties the other, so that a death in
between at worst records a job twice, under the same id.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
from pathlib import Path
from typing import IO

import msgspec

from engine.errors import AssetError
from engine.files import replacing
from engine.spec.job import Job, JobState, Progress

log = logging.getLogger(__name__)

KEPT_FINAL = 500
"""Final jobs that are kept from one start to the next."""

_SLOTS = 64
_HELD = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}


class _Put(msgspec.Struct, frozen=True, tag="put"):
    job: Job


class _Gone(msgspec.Struct, frozen=True, tag="gone"):
    id: str


_records: msgspec.json.Decoder[_Put | _Gone] = msgspec.json.Decoder(_Put | _Gone)


class Journal:
    """This process's slot, and the jobs that were found at the start.

    Args:
        folder: of the user's state.

    Raises:
        AssetError: the folder cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock, self._path = _take_slot(folder)
            jobs = self._gather(folder)
            self.jobs = tuple(_after_a_restart(job) for job in _kept(jobs))
            self._rewrite()
            self._release_others()
            self._file = self._path.open("ab", buffering=0)
        except OSError as error:
            raise AssetError(
                f"Gesso cannot write its list of jobs to {folder}: {error.strerror or error}.",
                hint="Check that you may write to it and that the disk is not full, or set "
                "GESSO_HOME to another folder.",
            ) from error
        self._is_torn = False
        self._dirty = threading.Event()
        self._closing = False
        self._syncer = threading.Thread(target=self._sync, name="journal", daemon=True)
        self._syncer.start()

    def put(self, job: Job) -> None:
        """Record a job as it is now."""
        self._append(_Put(_bare(job)))

    def gone(self, job_id: str) -> None:
        """Record that a job left the list."""
        self._append(_Gone(job_id))

    def close(self) -> None:
        """Write everything to the disk and give the slot back; what comes later is not recorded."""
        self._closing = True
        self._dirty.set()
        self._syncer.join()
        self._sync_now()
        self._file.close()
        self._lock.close()

    def _append(self, record: _Put | _Gone) -> None:
        if self._closing:
            return
        # One write call a line: a death cannot tear it, and appending is atomic for the system.
        # Only a full disk can; the next line then begins on one of its own.
        line = b"\n" * self._is_torn + msgspec.json.encode(record) + b"\n"
        try:
            written = self._file.write(line)
        except OSError as error:
            log.error("the list of jobs could not be written: %s", error)  # noqa: TRY400
            return
        self._is_torn = written < len(line)
        if self._is_torn:
            log.error("the list of jobs could not be written: the disk is full")
        self._dirty.set()

    def _sync(self) -> None:
        while not self._closing:
            self._dirty.wait()
            self._dirty.clear()
            self._sync_now()

    def _sync_now(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            log.warning("the list of jobs could not be written to the disk: %s", error)

    def _gather(self, folder: Path) -> dict[str, Job]:
        """Return the jobs of this slot and of every slot that nobody holds."""
        self._others: list[tuple[IO[bytes], Path]] = []
        jobs: dict[str, Job] = {}
        for path in sorted(folder.glob("jobs*.jsonl")):
            if path == self._path:
                continue
            lock = None
            try:
                lock = _try_lock(path.with_suffix(".lock"))
                if lock is None:
                    continue
                jobs.update(read_jobs(path))
            except OSError as error:
                # Another user's, or damaged: it stays as it is, and ours goes on without it.
                log.warning("%s cannot be read: %s", path.name, error)
                if lock is not None:
                    lock.close()
            else:
                self._others.append((lock, path))
        return {**jobs, **read_jobs(self._path)}

    def _rewrite(self) -> None:
        with replacing(self._path) as file:
            for job in self.jobs:
                file.write(msgspec.json.encode(_Put(_bare(job))) + b"\n")

    def _release_others(self) -> None:
        for lock, path in self._others:
            path.unlink(missing_ok=True)
            lock.close()


def read_jobs(path: Path) -> dict[str, Job]:
    """Return the jobs that a journal's file leads to, by id; lines that are none are passed over.

    The last line may be torn by a power cut, others may come from a newer Gesso.
    """
    jobs: dict[str, Job] = {}
    odd: list[tuple[int, Exception]] = []
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    record = _records.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    odd.append((number, error))
                    continue
                match record:
                    case _Put(job):
                        jobs[job.id] = job
                    case _Gone(job_id):
                        jobs.pop(job_id, None)
    except FileNotFoundError:
        return jobs
    if odd:
        first, why = odd[0]
        level = logging.INFO if first == number else logging.WARNING
        more = f", nor are {len(odd) - 1} others" if len(odd) > 1 else ""
        log.log(level, "line %d of %s is not understood%s: %s", first, path.name, more, why)
    return jobs


def _after_a_restart(job: Job) -> Job:
    """Return a job as it stands after its process ended: what had not ended is interrupted."""
    if job.state.is_final:
        return job
    state = JobState.CANCELLED if job.state is JobState.CANCELLING else JobState.INTERRUPTED
    return msgspec.structs.replace(job, state=state)


def _kept(jobs: dict[str, Job]) -> list[Job]:
    """Return all jobs that are not final and the newest of the others, oldest first."""
    ordered = [jobs[job_id] for job_id in sorted(jobs)]
    final = [job.id for job in ordered if job.state.is_final]
    dropped = set(final[: max(len(final) - KEPT_FINAL, 0)])
    return [job for job in ordered if job.id not in dropped]


def _bare(job: Job) -> Job:
    """Return a job without its preview, which is only of the moment."""
    if job.progress.preview is None:
        return job
    progress: Progress = msgspec.structs.replace(job.progress, preview=None)
    return msgspec.structs.replace(job, progress=progress)


def _take_slot(folder: Path) -> tuple[IO[bytes], Path]:
    for number in range(1, _SLOTS + 1):
        name = "jobs" if number == 1 else f"jobs-{number}"
        lock = _try_lock(folder / f"{name}.lock")
        if lock is not None:
            return lock, folder / f"{name}.jsonl"
    raise OSError("too many Gessos are open at once")


def _try_lock(path: Path) -> IO[bytes] | None:
    """Return the open, locked file, or None if another process holds it.

    Raises:
        OSError: the file cannot be opened, or the file system knows no locks.
    """
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        if error.errno in _HELD:
            return None
        raise
    return file
