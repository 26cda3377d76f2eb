"""What the window asks of the engine, so that a scripted one fits where the real one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from engine.api import (
    AssetId,
    Estimate,
    Event,
    Job,
    Lane,
    RunOptions,
    TaskParams,
)


class EngineLike(Protocol):
    """The part of `engine.api.Engine` that the window uses (docs/decisions/0001)."""

    def close(self) -> None:
        """Stop the workers; the queue is kept."""

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` on the host's thread for every event; return "unsubscribe"."""

    def import_file(self, path: Path) -> AssetId:
        """Copy a file into the store."""

    def import_bytes(self, data: bytes, suffix: str) -> AssetId:
        """Put bytes into the store."""

    def asset_path(self, asset: AssetId) -> Path:
        """Return where an asset lies."""

    def picture_info(self, path: Path) -> Any:
        """Return size, depth and recipe of a picture file."""

    def submit(
        self, params: TaskParams, *, options: RunOptions = ..., label: str = "", first: bool = False
    ) -> Job:
        """Put a job into the queue."""

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop."""

    def retry(self, job_id: str, *, options: RunOptions | None = None) -> Job:
        """Queue a final job again."""

    def move(self, job_id: str, index: int) -> None:
        """Move a queued job among those still queued."""

    def remove(self, job_id: str) -> None:
        """Take a final job off the list."""

    def pause(self, paused: bool) -> None:
        """Start no further job until told otherwise."""

    def jobs(self) -> tuple[Job, ...]:
        """Return every job in the list."""

    def job(self, job_id: str) -> Job:
        """Return one job."""

    def estimate(self, params: TaskParams, options: RunOptions = ...) -> Estimate:
        """Return what a run will take."""

    def live(self, key: str, params: TaskParams, options: RunOptions) -> int:
        """Ask for a live preview; the newest request of a key wins."""

    def warm_up(self, lane: Lane) -> None:
        """Start the worker of a lane."""

    def models(self) -> Sequence[Any]:
        """Return the models that are known."""

    def add_model(self, path: Path) -> Any:
        """Recognise a model file and add it."""

    def remove_model(self, model_id: str) -> None:
        """Take one of the user's models away; its files are kept aside."""

    def styles(self) -> Sequence[Any]:
        """Return the styles that can be used."""

    def export(self, asset: AssetId, target: Path, options: Any, recipe: Any) -> Path:
        """Write an asset to a file of the user's choice."""

    def read_recipe(self, path: Path) -> Any:
        """Return the recipe inside a file, or None."""

    def device_report(self) -> Any:
        """Return what can calculate on this machine."""
