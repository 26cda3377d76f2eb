"""Files that are there in full or not at all, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

_PART = re.compile(r"\.gesso-(\d+)-[0-9a-f]{12}\.part")
_LEFT_S = 3600.0
"""A part is swept when it is older: its writer may run on a machine that shares the folder."""

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})

_swept: set[Path] = set()
"""Folders that this process has looked through for parts."""


@contextlib.contextmanager
def replacing(
    path: Path, *, settle: Callable[[Path], object] | None = None, is_precious: bool = True
) -> Iterator[BinaryIO]:
    """Open a new file beside `path` that takes its place when the block ends well.

    The data are on the disk before the name changes, and the name before this returns. Whoever
    reads `path` meanwhile, or after a power cut at any moment, finds the old content whole or the
    new content whole. If anything fails, the new file is removed and what was there stays.

    Args:
        path: where the file shall be, in a folder that is there.
        settle: given the finished new file, moves it into place by other rules than "replace".
        is_precious: wait for the disk; what is not may be lost, but never halved, by a power cut
            on file systems that keep the order of writing and renaming.

    Raises:
        OSError: the folder cannot be written, or the disk is full (`is_full`).
    """
    if path.parent not in _swept:
        _swept.add(path.parent)
        sweep_parts(path.parent)
    # Short and of ASCII letters, so that the new name fits wherever the wanted one does.
    part = path.parent / f".gesso-{os.getpid()}-{secrets.token_hex(6)}.part"
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            if is_precious:
                os.fsync(file.fileno())
        if settle is None:
            part.replace(path)
        else:
            settle(part)
    except BaseException:
        with contextlib.suppress(OSError, ValueError):
            part.unlink(missing_ok=True)
        raise
    if is_precious:
        sync_folder(path.parent)


def write_whole(path: Path, data: bytes, *, is_precious: bool = True) -> None:
    """Put `data` in the place of `path`, wholly or not at all; its folder is made if missing.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, is_precious=is_precious) as file:
        file.write(data)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` last through a power cut, where the system lets one ask for that.

    Windows has no such call and does it by itself; some network drives refuse it. The file is
    whole either way, so a refusal is no failure.
    """
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep_parts(folder: Path) -> None:
    """Remove what writers that were killed long ago have left half-written in `folder`."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a folder of pictures may hold very many
    except (OSError, ValueError):
        return
    for match in filter(None, map(_PART.fullmatch, names)):
        part = folder / match[0]
        with contextlib.suppress(OSError):
            is_old = time.time() - part.stat().st_mtime > _LEFT_S
            if is_old and not process_is_alive(int(match[1])):
                part.unlink()


def process_is_alive(pid: int) -> bool:
    """Return whether a process with this id runs (and is not merely waiting to be reaped)."""
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except (psutil.NoSuchProcess, ValueError, OverflowError):
        return False
    except psutil.Error:
        return True


def is_full(error: OSError) -> bool:
    """Return whether `error` says that the disk, or the user's share of it, is full."""
    return error.errno in _FULL
