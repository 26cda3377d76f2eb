"""The worker's `JobContext`: what a task may touch, bound to one job."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.assets.pictures import Picture
from engine.assets.store import AssetStore
from engine.models.manifest import InstalledModel
from engine.paths import Folders
from engine.spec.results import AssetId, Cost, Ran
from engine.spec.task import RunOptions
from engine.worker.memory import PeakMeter, granted_bytes
from engine.worker.pictures import PictureCache
from engine.worker.progress import ProgressReporter

if TYPE_CHECKING:  # onnxruntime is loaded by the first job that needs it, not by a debug task
    from engine.runtime.cancel import CancelToken
    from engine.runtime.sessions import Sessions

LIVE_IMAGE: AssetId = "0" * 64 + ".rgba"
"""Stands for a live job's picture, which is in no store."""


class Workbench:
    """What a worker keeps from job to job: the store, decoded pictures and opened graphs."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self.store = AssetStore(folders.assets)
        self.pictures = PictureCache(self._read)
        self._sessions: Sessions | None = None
        self._token: CancelToken | None = None
        self._reporter: ProgressReporter | None = None

    @property
    def measured(self) -> Path:
        """Folder in which the runtime remembers what it measured on this machine."""
        return self.folders.cache / "runtime"

    @property
    def sessions(self) -> Sessions:
        """Opened graphs; the first use loads onnxruntime."""
        if self._sessions is None:
            from engine.runtime.sessions import Sessions

            self._sessions = Sessions(self.measured)
            self._tell_sessions(self._sessions)
        return self._sessions

    def begin_job(self, token: CancelToken, reporter: ProgressReporter) -> None:
        """Forget what ran in the job before.

        Args:
            token: of the new job; also stops measuring.
            reporter: hears what is measured.
        """
        self._token, self._reporter = token, reporter
        if self._sessions is not None:
            self._tell_sessions(self._sessions)

    def _tell_sessions(self, sessions: Sessions) -> None:
        reporter = self._reporter

        def say(note: str, fraction: float) -> None:
            if reporter is not None:
                reporter.say(note)

        sessions.begin_job(self._token, say)

    def ran(self) -> tuple[Ran, ...]:
        """Return what calculated since `begin_job`."""
        return () if self._sessions is None else self._sessions.ran()

    def _read(self, asset: AssetId) -> Picture:
        from engine.assets.images import read_picture

        return read_picture(self.store.path(asset))


class Context:
    """One job's door to everything; leaving it removes the job's scratch folder.

    Args:
        bench: what outlives the job.
        options: how to run.
        token: set when the user asks to stop.
        reporter: takes progress.
        meter: knows the peak of memory.
        is_live: keep the saved picture in memory instead of storing it.
    """

    def __init__(
        self,
        bench: Workbench,
        options: RunOptions,
        token: CancelToken,
        reporter: ProgressReporter,
        meter: PeakMeter,
        *,
        is_live: bool = False,
    ) -> None:
        self._bench = bench
        self._options = options
        self._token = token
        self._reporter = reporter
        self._meter = meter
        self._is_live = is_live
        self._scratch: Path | None = None
        self.notes: list[str] = []
        self.costs: list[Cost] = []
        self.live_picture: Picture | None = None

    @property
    def options(self) -> RunOptions:
        """How to run."""
        return self._options

    @property
    def token(self) -> CancelToken:
        """Set when the user asks to stop."""
        return self._token

    @property
    def sessions(self) -> Sessions:
        """Opened graphs of this worker."""
        return self._bench.sessions

    @property
    def scratch(self) -> Path:
        """A private folder that is deleted after the job; its name begins with the process id."""
        if self._scratch is None:
            name = f"{os.getpid()}-{secrets.token_hex(6)}"
            self._scratch = self._bench.folders.scratch / name
            self._scratch.mkdir(parents=True)
        return self._scratch

    @property
    def graphs(self) -> Path:
        """Folder for rebuilt graphs, kept between jobs."""
        folder = self._bench.folders.graphs
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def memory_bytes(self) -> int:
        """What this job may use beyond what the process holds already."""
        return granted_bytes(self._options.memory_mb)

    def check(self) -> None:
        """Raise `Cancelled` if the user asked to stop."""
        self._token.check()

    def progress(
        self,
        fraction: float,
        note: str = "",
        *,
        done: int = 0,
        total: int = 0,
        preview: NDArray[Any] | None = None,
    ) -> None:
        """Report counted work, and `check`."""
        self._token.check()
        self._reporter.report(fraction, note, done, total, preview)

    def part(self, low: float, high: float) -> AbstractContextManager[None]:
        """Map progress 0..1 onto `low`..`high`."""
        return self._reporter.part(low, high)

    def note(self, sentence: str) -> None:
        """Keep a sentence for the result, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def cost(self, kind: str, units: float, seconds: float) -> None:
        """Record measured work with the peak of memory so far."""
        self.costs.append(
            Cost(kind=kind, units=units, seconds=seconds, peak_mb=self._meter.megabytes)
        )

    def picture(self, ref: AssetId) -> Picture:
        """Return a decoded picture, from memory if it was used lately."""
        return self._bench.pictures.get(ref)

    def model(self, model_id: str) -> InstalledModel:
        """Return an installed, verified model."""
        from engine.models.catalog import Catalog

        return Catalog(self._bench.folders).installed(model_id)

    def save_picture(self, picture: Picture) -> AssetId:
        """Write a picture to the store; a live job keeps it in memory instead."""
        if self._is_live:
            self.live_picture = picture
            return LIVE_IMAGE
        from engine.assets.images import write_store_picture

        temporary = self._bench.store.temporary(".png")
        try:
            for sentence in write_store_picture(picture, temporary):
                self.note(sentence)
            return self._bench.store.adopt(temporary)
        finally:
            temporary.unlink(missing_ok=True)

    def __enter__(self) -> Context:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._scratch is not None:
            # A memory map may still hold a file there; the host sweeps what is left.
            shutil.rmtree(self._scratch, ignore_errors=True)


def rgba_bytes(picture: Picture) -> bytes:
    """Return a picture as height x width x 4 bytes, sRGB, not premultiplied."""
    rgba = np.empty((picture.height, picture.width, 4), np.uint8)
    rgba[..., :3] = _eight_bit(picture.pixels)
    rgba[..., 3] = 255 if picture.alpha is None else _eight_bit(picture.alpha)
    return rgba.tobytes()


def _eight_bit(values: NDArray[Any]) -> NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return values
    return ((values.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
