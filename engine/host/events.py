"""What the host tells whoever listens: the window, the command line, a server."""

from __future__ import annotations

import msgspec

from engine.spec.job import Job
from engine.spec.results import Ran
from engine.spec.task import Lane


class JobChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A job is new, has moved on, or is gone.

    Attributes:
        job: as it is now.
        is_new: first event of this job.
        is_removed: it is no longer in the list.
    """

    job: Job
    is_new: bool = False
    is_removed: bool = False


class LiveResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a live request; older requests of the same key get none.

    Attributes:
        key: who asked.
        serial: number that `Engine.live` returned.
        width, height: of the picture.
        rgba: height x width x 4 bytes, sRGB, not premultiplied; empty after an error.
        ran: what calculated.
        seconds: time in the worker.
        error: one sentence, or empty.
    """

    key: str
    serial: int
    width: int = 0
    height: int = 0
    rgba: bytes = b""
    ran: tuple[Ran, ...] = ()
    seconds: float = 0.0
    error: str = ""


class WorkerChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A worker process started, became ready, stopped or was given up.

    Attributes:
        lane: which one.
        state: "stopped", "starting", "ready", "busy", "failed".
        pid: its process id, or 0.
        memory_mb: resident memory.
        message: one sentence when it failed.
        log: path of its log file.
    """

    lane: Lane
    state: str
    pid: int = 0
    memory_mb: float = 0.0
    message: str = ""
    log: str = ""


Event = JobChanged | LiveResult | WorkerChanged
