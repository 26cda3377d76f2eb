"""A file that says which process has a project open."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec
import psutil


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """The process that holds a lock.

    Attributes:
        pid: its process id.
        started_s: when it started: ids are used again, this pair is not.
    """

    pid: int
    started_s: float

    def is_alive(self) -> bool:
        """Return whether that very process still runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started_s) < 1.0
            return bool(same and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            # Somebody else's process under an old number of ours, or a system that will not tell.
            return bool(psutil.pid_exists(self.pid))


def holder(path: Path) -> Holder | None:
    """Return who holds the lock at `path`, dead or alive; None if nobody does."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Holder)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, OSError):
        return Holder(pid=0, started_s=0.0)


def acquire(path: Path) -> bool:
    """Take the lock; False if a living process has it. A dead process's lock is taken over."""
    present = holder(path)
    if present is not None:
        if present.pid and present.is_alive():
            return False
        path.unlink(missing_ok=True)
    me = Holder(pid=os.getpid(), started_s=psutil.Process().create_time())
    handle, name = tempfile.mkstemp(prefix=".lock.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(me))
        return _place(part, path)
    finally:
        part.unlink(missing_ok=True)


def release(path: Path) -> None:
    """Give the lock back."""
    path.unlink(missing_ok=True)


def _place(part: Path, path: Path) -> bool:
    """Give `part` the name `path` unless somebody else was quicker."""
    try:
        if os.name == "nt":
            part.rename(path)  # fails there if the name is taken
            return True
        with contextlib.suppress(NotImplementedError):
            path.hardlink_to(part)
            return True
        part.replace(path)
    except FileExistsError:
        return False
    except OSError:
        # A file system without hard links: a small window is better than no project.
        part.replace(path)
    return True
