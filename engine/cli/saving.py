"""How results are written, and the recipe that goes into them."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import EngineError, ParameterError
from engine.models.catalog import Catalog
from engine.models.styles import BUILT_IN_MODEL, PAINTING_MODEL
from engine.spec.job import Job
from engine.spec.results import ImageResult

if TYPE_CHECKING:
    from engine.api import Engine
    from engine.assets.export import ExportOptions
    from engine.assets.recipe import Recipe

_FORMATS = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".webp": "webp",
    ".tif": "tiff",
    ".tiff": "tiff",
}


@dataclass(frozen=True)
class Saving:
    """What the command line says of the files it writes.

    Attributes:
        metadata: "full", "provenance" or "none".
        quality: of lossy formats, or None for the usual one.
        names: asset -> file name, for the recipe's list of inputs.
    """

    metadata: str = "full"
    quality: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, namespace: argparse.Namespace, names: Mapping[str, str]) -> Saving:
        """Return what was asked for."""
        return cls(namespace.metadata, namespace.quality, names)

    def plain(self) -> list[Any]:
        """Return what decides what a file looks like, for a digest."""
        return [self.metadata, self.quality]

    def options(self, suffix: str, *, overwrite: bool) -> ExportOptions:
        """Return the options of an export to a file with that suffix.

        Raises:
            ParameterError: Gesso does not write such files.
        """
        from engine.assets.export import ExportFormat, ExportMetadata, ExportOptions

        if suffix.lower() not in _FORMATS:
            raise ParameterError(
                f"Gesso does not write {suffix or 'files without a suffix'}.",
                field="output",
                hint=f"It writes {', '.join(_FORMATS)}.",
            )
        options = ExportOptions(
            format=ExportFormat(_FORMATS[suffix.lower()]),
            metadata=ExportMetadata(self.metadata),
            overwrite=overwrite,
        )
        if self.quality is None:
            return options
        return msgspec.structs.replace(options, quality=self.quality)

    def recipe(self, engine: Engine, job: Job) -> Recipe:
        """Return how a finished job's picture was made."""
        from engine.assets.recipe import Recipe

        result = job.result
        size = (result.width, result.height) if isinstance(result, ImageResult) else (0, 0)
        when = datetime.datetime.fromtimestamp(job.finished_s or job.created_s).astimezone()
        named = [name for asset, name in self.names.items() if asset in str(job.params)]
        return Recipe(
            task=job.task,
            task_version=job.version,
            params=job.params,
            options=msgspec.to_builtins(job.options),
            inputs=tuple(dict.fromkeys([job.label, *named])) if job.label else tuple(named),
            models=_model_digests(engine, job),
            ran=result.ran if result is not None else (),
            created=when.isoformat(timespec="seconds"),
            width=size[0],
            height=size[1],
        )


def _model_digests(engine: Engine, job: Job) -> dict[str, str]:
    """Return "<model>/<role>" -> SHA-256 of the models behind a job's styles."""
    catalog = Catalog(engine.folders)
    wanted: dict[str, None] = {}
    for use in job.params.get("styles", ()):
        kind, _, key = str(use["style"]).partition(":")
        model = {"built-in": BUILT_IN_MODEL, "model": key}.get(kind, PAINTING_MODEL)
        wanted[model] = None
    digests: dict[str, str] = {}
    for model in wanted:
        try:
            files = catalog.manifest(model).files
        except EngineError:
            # It was removed while the job ran; the picture is no less finished.
            continue
        digests |= {f"{model}/{file.role}": file.sha256 for file in files}
    return digests
