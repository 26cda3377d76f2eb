"""A scripted engine: the same methods as the real one, and a hand on everything that happens."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from engine.api import (
    AssetError,
    EngineError,
    ErrorInfo,
    Estimate,
    Event,
    ImageResult,
    Job,
    JobChanged,
    JobState,
    Lane,
    Progress,
    Ran,
    RunOptions,
    TaskParams,
    dump_params,
)

RAN = Ran(device="CPU", provider="OpenVINO", precision="bfloat16", threads=2)


class FakeEngine:
    """Fits `EngineLike`; nothing happens by itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listeners: list[Callable[[Event], None]] = []
        self.calls: list[tuple[Any, ...]] = []
        self.is_closed = False
        self.model_list: list[Any] = []
        self.style_list: list[Any] = []
        self.fault: EngineError | None = None
        self.gate = threading.Event()
        self.gate.set()
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)

    # -- script -----------------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        for listener in tuple(self.listeners):
            listener(event)

    def put(self, job: Job, *, is_new: bool = False) -> Job:
        self._jobs[job.id] = job
        self.emit(JobChanged(job=job, is_new=is_new))
        return job

    def change(self, job_id: str, **values: Any) -> Job:
        return self.put(msgspec.structs.replace(self._jobs[job_id], **values))

    def add(self, label: str = "harbour.jpg", **values: Any) -> Job:
        number = next(self._numbers)
        job = Job(id=f"{number:06d}", task="stylize", params={}, label=label, created_s=1000.0)
        return self.put(msgspec.structs.replace(job, **values), is_new=True)

    def finish(self, job_id: str, *, seconds: float = 12.4, image: str = "") -> Job:
        job = self._jobs[job_id]
        started = job.started_s or 1000.0
        result = ImageResult(image=image or f"{'0' * 64}.png", width=8, height=8, ran=(RAN,))
        return self.change(
            job_id,
            state=JobState.DONE,
            result=result,
            progress=Progress(fraction=1.0),
            started_s=started,
            finished_s=started + seconds,
        )

    def fail(self, job_id: str, error: EngineError) -> Job:
        return self.change(job_id, state=JobState.FAILED, error=ErrorInfo.of(error))

    # -- the engine's methods ---------------------------------------------------------------------

    def close(self) -> None:
        self.is_closed = True

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def import_file(self, path: Path) -> str:
        self.gate.wait(10)
        self.calls.append(("import_file", path, threading.current_thread().name))
        if self.fault is not None:
            raise self.fault
        return f"{'a' * 64}{path.suffix}"

    def import_bytes(self, data: bytes, suffix: str) -> str:
        self.calls.append(("import_bytes", len(data), suffix))
        return f"{'b' * 64}.{suffix.lstrip('.')}"

    def asset_path(self, asset: str) -> Path:
        path = self.folder / asset
        if not path.exists():
            raise AssetError("There is no such file in the store.", asset=asset)
        return path

    def picture_info(self, path: Path) -> Any:
        return SimpleNamespace(width=8, height=8, path=path)

    def submit(
        self,
        params: TaskParams,
        *,
        options: RunOptions = RunOptions(),  # noqa: B008 - frozen
        label: str = "",
        first: bool = False,
    ) -> Job:
        self.calls.append(("submit", params, options, label, first))
        return self.add(label, params=dump_params(params), options=options)

    def cancel(self, job_id: str) -> None:
        self.calls.append(("cancel", job_id))
        if job_id not in self._jobs:
            raise EngineError("There is no such job.")
        running = self._jobs[job_id].state is JobState.RUNNING
        self.change(job_id, state=JobState.CANCELLING if running else JobState.CANCELLED)

    def retry(self, job_id: str, *, options: RunOptions | None = None) -> Job:
        self.calls.append(("retry", job_id, options))
        job = self._jobs[job_id]
        return self.change(
            job_id,
            state=JobState.QUEUED,
            attempt=job.attempt + 1,
            options=options or job.options,
            error=None,
            result=None,
            progress=Progress(),
        )

    def move(self, job_id: str, index: int) -> None:
        self.calls.append(("move", job_id, index))

    def remove(self, job_id: str) -> None:
        self.calls.append(("remove", job_id))
        job = self._jobs.pop(job_id)
        self.emit(JobChanged(job=job, is_removed=True))

    def pause(self, paused: bool) -> None:
        self.calls.append(("pause", paused))

    def jobs(self) -> tuple[Job, ...]:
        return tuple(self._jobs.values())

    def job(self, job_id: str) -> Job:
        return self._jobs[job_id]

    def estimate(
        self,
        params: TaskParams,
        options: RunOptions = RunOptions(),  # noqa: B008 - frozen
    ) -> Estimate:
        return Estimate(seconds=12.0, peak_mb=900.0, runs=3)

    def live(self, key: str, params: TaskParams, options: RunOptions) -> int:
        self.calls.append(("live", key))
        return len(self.calls)

    def warm_up(self, lane: Lane) -> None:
        self.calls.append(("warm_up", lane))

    def models(self) -> Sequence[Any]:
        return tuple(self.model_list)

    def add_model(self, path: Path) -> Any:
        self.calls.append(("add_model", path))
        return SimpleNamespace(id="x")

    def styles(self) -> Sequence[Any]:
        return tuple(self.style_list)

    def export(self, asset: str, target: Path, options: Any, recipe: Any) -> Path:
        self.calls.append(("export", asset, target))
        return target

    def read_recipe(self, path: Path) -> Any:
        return None

    def device_report(self) -> Any:
        self.calls.append(("device_report", threading.current_thread().name))
        return SimpleNamespace(
            processor="AMD EPYC 9B45",
            logical=4,
            physical=2,
            usable=2,
            memory_mb=24 * 1024,
            free_mb=18.3 * 1024,
            onnxruntime="1.31.1",
            onnxruntime_fault="",
            openvino="1.8.1",
            openvino_state="",
            cuda=False,
            cuda_state="No NVIDIA graphics card was found.",
            free_vram_mb=0.0,
        )
