"""Starting a worker process and talking to it; what differs between systems is here."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from engine.errors import EngineError, WorkerLost
from engine.files import process_is_alive
from engine.paths import WORKER_WORD, Folders, is_frozen, program_folder
from engine.spec.task import Lane
from engine.wire.frames import FrameError, read_frame, write_frame
from engine.wire.messages import (
    Begin,
    FromHost,
    FromWorker,
    Places,
    ProtocolError,
    decode_from_worker,
    encode,
)

ENGINE_PROGRAM = "gesso-engine"
_LOG_BYTES = 2_000_000


class WorkerLink(Protocol):
    """A worker as the supervisor sees it: a process, or a script in a test."""

    @property
    def pid(self) -> int:
        """Process id."""

    @property
    def log(self) -> Path:
        """File with everything it printed."""

    def send(self, message: FromHost) -> None:
        """Hand over a message.

        Raises:
            OSError: the worker is gone.
        """

    def receive(self) -> FromWorker | None:
        """Wait for a message; None once the worker has gone or says nothing sensible."""

    def kill(self) -> None:
        """End it at once; harmless if it has ended."""

    def hang_up(self) -> None:
        """Close its input, upon which it ends by itself."""

    def wait(self) -> int:
        """Wait for its end and return the exit code, negative for a signal."""


WorkerFactory = Callable[[Lane, Folders], WorkerLink]


def worker_command(log: Path) -> list[str]:
    """Return the command that starts a worker, from source or packaged."""
    arguments = ["--log", str(log)]
    if is_frozen():
        # A program of its own beside the window's: it holds no Qt.
        suffix = ".exe" if os.name == "nt" else ""
        return [str(program_folder() / f"{ENGINE_PROGRAM}{suffix}"), WORKER_WORD, *arguments]
    # -P: what lies in the folder that the user is in must not be taken for one of our modules.
    return [sys.executable, "-P", "-m", "engine.worker", *arguments]


class WorkerProcess:
    """A worker in a process of its own, over its standard streams."""

    def __init__(self, lane: Lane, folders: Folders) -> None:
        self.log = folders.logs / f"worker-{lane.value}.log"
        _keep_short(self.log)
        environment = dict(os.environ)
        if not is_frozen():
            # The worker runs in the same source tree, wherever the host was started.
            before = environment.get("PYTHONPATH")
            parts = [str(program_folder()), *([before] if before else [])]
            environment["PYTHONPATH"] = os.pathsep.join(parts)
        try:
            with self.log.open("ab") as errors:
                self._process = subprocess.Popen(
                    worker_command(self.log),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,  # for what goes wrong before the worker has opened its log
                    bufsize=0,
                    env=environment,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except OSError as error:
            raise WorkerLost(
                f"The engine's program could not be started: {error.strerror or error}.",
                hint="Install Gesso again.",
            ) from error
        with contextlib.suppress(OSError):  # it has ended already; receive() and wait() tell
            self.send(Begin(lane=lane, places=Places.of(folders)))

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def send(self, message: FromHost) -> None:
        """Hand over a message.

        Raises:
            OSError: the worker is gone.
        """
        if self._process.stdin is None or self._process.stdin.closed:
            raise BrokenPipeError
        write_frame(self._process.stdin, encode(message))

    def receive(self) -> FromWorker | None:
        """Wait for a message; None once the worker has gone or says nothing sensible."""
        if self._process.stdout is None:  # pragma: no cover - it was asked for
            return None
        try:
            payload = read_frame(self._process.stdout)  # type: ignore[arg-type]
            return None if payload is None else decode_from_worker(payload)
        except (OSError, ValueError, MemoryError, FrameError, ProtocolError):
            return None

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def hang_up(self) -> None:
        """Close its input."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def wait(self) -> int:
        """Wait for its end, clean up, and return the exit code."""
        code = self._process.wait()
        self.hang_up()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code


def start_worker(lane: Lane, folders: Folders) -> WorkerLink:
    """Start a worker process: the ordinary `WorkerFactory`.

    Raises:
        WorkerLost: the program could not be started.
    """
    return WorkerProcess(lane, folders)


def sweep_scratch(folder: Path, ended_pid: int | None = None) -> None:
    """Remove the scratch folders of workers that have ended; their names begin with the id.

    Args:
        folder: of all scratch folders.
        ended_pid: only those of this worker, which is known to have ended.
    """
    if not folder.is_dir():
        return
    for left in folder.iterdir():
        pid = left.name.partition("-")[0]
        if ended_pid is not None:
            is_over = pid == str(ended_pid)
        else:
            is_over = not (pid.isdigit() and process_is_alive(int(pid)))
        if is_over:
            shutil.rmtree(left, ignore_errors=True)


def resident_mb(pid: int) -> float:
    """Return a process's resident memory in MiB, 0 if it has ended."""
    import psutil

    try:
        return float(psutil.Process(pid).memory_info().rss / 2**20)
    except psutil.Error:
        return 0.0


def exit_sentence(code: int) -> str:
    """Return what an exit code means, for the user."""
    if code >= 0:
        return f"it ended with code {code}"
    names = {
        -4: "an instruction this processor does not know",
        -6: "it gave up after a fault of its own",
        -7: "a fault in its memory",
        -8: "a fault in its arithmetic",
        -9: "the system ended it, which mostly means that memory ran out",
        -11: "a fault in its memory",
    }
    return names.get(code, f"signal {-code}")


def _keep_short(log: Path) -> None:
    """Put a log aside that has grown long, before a new worker writes to it."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
    except FileNotFoundError:
        return
    except OSError as error:
        raise EngineError(f"The log {log} cannot be written: {error.strerror or error}.") from error
