"""What a task may touch: its only door to files, models, sessions and the user."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from engine.assets.pictures import Picture
from engine.models.manifest import InstalledModel
from engine.runtime.cancel import CancelToken
from engine.runtime.sessions import Sessions
from engine.spec.results import AssetId
from engine.spec.task import RunOptions


class JobContext(Protocol):
    """The context of one job; a worker's implementation and a test's both fit it."""

    @property
    def options(self) -> RunOptions:
        """How to run."""

    @property
    def token(self) -> CancelToken:
        """Set when the user asks to stop; pass it to every `Session.run`."""

    @property
    def sessions(self) -> Sessions:
        """Opens graphs; remembers for the result which ones really ran, and how."""

    @property
    def scratch(self) -> Path:
        """A private folder that is deleted after the job."""

    @property
    def graphs(self) -> Path:
        """Folder for graphs rebuilt from model files, kept between jobs."""

    @property
    def memory_bytes(self) -> int:
        """What this job may use beyond what the process holds already."""

    def check(self) -> None:
        """Raise `Cancelled` if the user asked to stop. Call it at least every 50 ms of work."""

    def progress(
        self,
        fraction: float,
        note: str = "",
        *,
        done: int = 0,
        total: int = 0,
        preview: NDArray[Any] | None = None,
    ) -> None:
        """Report counted work, and `check`.

        Args:
            fraction: 0..1 of this context (of this part, inside `part`).
            note: what is being done, in a few words.
            done: finished units of the present step.
            total: units of the present step.
            preview: (height, width, 3) uint8, shrunk and encoded by the context.
        """

    def part(self, low: float, high: float) -> AbstractContextManager[None]:
        """Within this context, map progress 0..1 onto `low`..`high`; parts nest."""

    def note(self, sentence: str) -> None:
        """Tell the user something with the result; the same sentence is kept once."""

    def cost(self, kind: str, units: float, seconds: float) -> None:
        """Record measured work, from which estimates learn."""

    def picture(self, ref: AssetId) -> Picture:
        """Return a decoded picture.

        Raises:
            AssetError: it is unknown or cannot be read.
        """

    def model(self, model_id: str) -> InstalledModel:
        """Return an installed, verified model.

        Raises:
            ModelError: it is missing, damaged, unsupported or needs consent.
        """

    def save_picture(self, picture: Picture) -> AssetId:
        """Write a picture to the store and return its id; it is on disk when this returns."""
