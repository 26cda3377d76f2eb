"""How much memory there is for a job, and how much it took at most."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import psutil

RESERVE_BYTES = 768 * 2**20
"""Left to the rest of the machine, the window included."""

LEAST_BYTES = 128 * 2**20
"""What a job is always granted, so that it tries rather than refuses."""

_MODEST_BYTES = 2**30
"""What a job takes, if there is so much, before it contents itself with a share."""

_PERIOD_S = 0.05
_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_CGROUP = Path("/sys/fs/cgroup")


def granted_bytes(memory_mb: int) -> int:
    """Return what a job may use beyond what the process holds already.

    Args:
        memory_mb: the user's limit in MiB, or 0 for a quarter of what the machine can spare: more
            makes nothing faster, and other programs want to run beside.
    """
    spare = int(psutil.virtual_memory().available)
    container = _container_bytes()
    if container is not None:
        spare = min(spare, container)
    spare -= RESERVE_BYTES
    wanted = memory_mb * 2**20 if memory_mb else max(spare // 4, _MODEST_BYTES)
    return max(min(spare, wanted), LEAST_BYTES)


def _container_bytes() -> int | None:
    """Return what a container's own limit leaves, or None where there is none."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_CGROUP / "memory.current").read_text(encoding="ascii").strip()
        return None if limit == "max" else max(int(limit) - int(used), 0)
    except (OSError, ValueError):
        return None


class PeakMeter:
    """Measures the highest resident memory of this process while it is entered.

    Linux keeps the high-water mark itself and lets a process reset its own; elsewhere, and in
    containers that forbid the reset, a thread looks twenty times a second.

    Args:
        on_tick: called by the same thread at each look, for work that has to happen now and then.
    """

    def __init__(self, on_tick: Callable[[], None] | None = None) -> None:
        self._on_tick = on_tick
        self._process = psutil.Process(os.getpid())
        self._highest = 0
        self._has_mark = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak", daemon=True)

    @property
    def megabytes(self) -> float:
        """Highest resident memory so far, in MiB."""
        self._look()
        return self._highest / 2**20

    def __enter__(self) -> PeakMeter:
        self._has_mark = _reset_mark()
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._look()

    def _look(self) -> None:
        mark = _read_mark() if self._has_mark else None
        now = mark if mark is not None else int(self._process.memory_info().rss)
        self._highest = max(self._highest, now)

    def _watch(self) -> None:
        while not self._stop.wait(_PERIOD_S):
            if not self._has_mark:
                self._look()
            if self._on_tick is not None:
                self._on_tick()


def _reset_mark() -> bool:
    """Set the kernel's high-water mark back to the present (proc(5): write 5 to clear_refs)."""
    try:
        _CLEAR_REFS.write_text("5", encoding="ascii")
    except OSError:
        return False
    return _read_mark() is not None


def _read_mark() -> int | None:
    try:
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        return None
    return None
