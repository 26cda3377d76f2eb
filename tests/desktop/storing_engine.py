"""A scripted engine that really keeps files, for the page that paints."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fake_engine import FakeEngine
from PySide6.QtGui import QColor, QImage

from engine.api import (
    AssetError,
    ImageResult,
    Job,
    JobState,
    LiveResult,
    ModelError,
    Progress,
    Ran,
    Recipe,
    RunOptions,
    StyleInfo,
    StyleKind,
    TaskParams,
)

RAN = Ran(device="CPU", provider="OpenVINO", precision="bfloat16", threads=2)


def style(key: str, kind: StyleKind = StyleKind.BUILT_IN, *, reason: str = "") -> StyleInfo:
    return StyleInfo(
        id=f"{kind.value}:{key}",
        key=key,
        kind=kind,
        titles={"en": key.capitalize(), "zh_CN": f"风格{key}"},
        reason=reason,
    )


def write_picture(path: Path, color: str, width: int = 120, height: int = 80) -> Path:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    assert image.save(str(path))
    return path


class StoringEngine(FakeEngine):
    """Keeps what is imported; answers live requests and jobs when the test says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.style_list = [style("ember"), style("tide"), style("oil", StyleKind.PAINTING)]
        self.style_list.append(style("gone", reason="Its file is missing."))
        self.lives: list[tuple[int, TaskParams, RunOptions]] = []
        self.exports: list[tuple[str, Path, Any, Recipe | None]] = []
        self.recipes: dict[str, Recipe] = {}
        self.removed: list[str] = []

    # -- script -----------------------------------------------------------------------------------

    def answer_live(self, color: str = "#3060c0", *, error: str = "", back: int = 0) -> None:
        """Answer the newest live request, or one before it."""
        serial = self.lives[-1 - back][0]
        if error:
            self.emit(LiveResult(key="style", serial=serial, error=error))
            return
        image = QImage(60, 40, QImage.Format.Format_RGBA8888)
        image.fill(QColor(color))
        rgba = bytes(image.constBits())
        self.emit(
            LiveResult(
                key="style", serial=serial, width=60, height=40, rgba=rgba, ran=(RAN,), seconds=0.03
            )
        )

    def finish_painting(self, job_id: str, color: str = "#c03060") -> Job:
        """End a job with a picture that is really there."""
        path = write_picture(self.folder / "painted.png", color)
        result = ImageResult(
            image=self.import_file(path), width=120, height=80, ran=(RAN,), seconds=2.5
        )
        return self.change(
            job_id,
            state=JobState.DONE,
            result=result,
            progress=Progress(fraction=1.0),
            started_s=1000.0,
            finished_s=1002.5,
        )

    # -- the engine's methods ---------------------------------------------------------------------

    def import_file(self, path: Path) -> str:
        self.gate.wait(10)
        if self.fault is not None:
            raise self.fault
        data = path.read_bytes()
        asset = f"{hashlib.sha256(data).hexdigest()}{path.suffix.lower()}"
        if not (self.folder / asset).exists():
            shutil.copyfile(path, self.folder / asset)
        return asset

    def import_bytes(self, data: bytes, suffix: str) -> str:
        self.gate.wait(10)
        if self.fault is not None:
            raise self.fault
        self.calls.append(("import_bytes", len(data), suffix))
        asset = f"{hashlib.sha256(data).hexdigest()}.{suffix.lstrip('.')}"
        (self.folder / asset).write_bytes(data)
        return asset

    def picture_info(self, path: Path) -> Any:
        image = QImage(str(path))
        if image.isNull():
            raise AssetError(f"{path.name} is no picture that can be read.", asset=str(path))
        return SimpleNamespace(width=image.width(), height=image.height(), path=path)

    def read_recipe(self, path: Path) -> Recipe | None:
        return self.recipes.get(path.name)

    def live(self, key: str, params: TaskParams, options: RunOptions) -> int:
        serial = len(self.lives) + 1
        self.lives.append((serial, params, options))
        return serial

    def add_model(self, path: Path) -> Any:
        if path.stat().st_size == 0:
            raise ModelError(f"{path.name} is no style network.", hint="It is empty.")
        self.style_list.append(style(path.stem, StyleKind.MODEL))
        return SimpleNamespace(id=path.stem, name=path.stem.capitalize())

    def remove_model(self, model_id: str) -> None:
        self.removed.append(model_id)
        self.style_list = [s for s in self.style_list if s.key != model_id]

    def export(self, asset: str, target: Path, options: Any, recipe: Recipe | None) -> Path:
        self.exports.append((asset, target, options, recipe))
        shutil.copyfile(self.asset_path(asset), target)
        return target
