"""Copying a network that the user brings into the models folder, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from engine.errors import AssetError, ModelError
from engine.files import sync_folder, write_whole
from engine.models.detect import Signature, recognise
from engine.models.manifest import Manifest, ModelFile, ModelLicence, ModelSource
from engine.models.manifest_file import MANIFEST_NAME, dump_manifest
from engine.models.safe_paths import inside, model_id_from

_CHUNK = 1 << 20

UNKNOWN_LICENCE = ModelLicence(
    spdx="LicenseRef-unknown",
    commercial="unknown",
    note="You added this file. Gesso does not know its licence: ask its maker before you sell "
    "what it makes.",
)


def copy_model(path: Path, signature: Signature, models: Path, taken: set[str]) -> Manifest:
    """Copy `path` and the weights that lie beside it into a new folder under `models`.

    Args:
        path: the .onnx file.
        signature: what was read from it.
        models: the user's models folder.
        taken: ids and folder names that are in use.

    Returns:
        The manifest that was written.

    Raises:
        ModelError: it cannot be used, names files outside its folder, or changed meanwhile.
        AssetError: it cannot be read, or the folder cannot be written.
    """
    recognised = recognise(signature)
    model_id = _free_id(model_id_from(path.stem), taken)
    sources = {"network": (path, "model.onnx")}
    for number, relative in enumerate(signature.external, start=1):
        if relative.casefold() in ("model.onnx", MANIFEST_NAME):
            raise ModelError(
                f"{path.name} keeps weights in a file called {relative!r}, which is taken here.",
                hint="Save it again with its weights inside, or in a file of another name.",
            )
        sources[f"weights-{number}"] = (inside(path.parent, relative), relative)
    try:
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=models) as scratch:
            folder = Path(scratch) / model_id
            folder.mkdir()
            files = tuple(
                _copy(source, inside(folder, relative), role, relative)
                for role, (source, relative) in sources.items()
            )
            if files[0].sha256 != signature.sha256:
                raise ModelError(f"{path.name} changed while it was added.", hint="Add it again.")
            manifest = Manifest(
                id=model_id,
                kind=recognised.kind,
                arch=recognised.arch,
                name=path.stem.replace("_", " ").strip() or model_id,
                summary=recognised.summary,
                licence=UNKNOWN_LICENCE,
                source=ModelSource(kind="folder"),
                files=files,
                contract=recognised.contract,
                recipe=_recipe(path, signature),
            )
            write_whole(folder / MANIFEST_NAME, dump_manifest(manifest).encode())
            folder.rename(models / model_id)
            sync_folder(models)
    except OSError as error:
        raise AssetError(
            f"{path.name} could not be copied to {models}: {error.strerror or error}.",
            asset=str(path),
            hint="Check that the file is readable and that the disk has room.",
        ) from error
    return manifest


def _copy(source: Path, target: Path, role: str, relative: str) -> ModelFile:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            size += writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    return ModelFile(role=role, path=relative, sha256=digest.hexdigest(), size=size)


def _free_id(wanted: str, taken: set[str]) -> str:
    model_id, number = wanted, 2
    while model_id in taken:
        model_id, number = f"{wanted}-{number}", number + 1
    return model_id


def _recipe(path: Path, signature: Signature) -> str:
    by = f", exported by {signature.producer}" if signature.producer else ""
    return f"Added by the user from {path.name}{by} (opset {signature.opset})."
