"""The models of this installation: found, checked, added, removed."""

from __future__ import annotations

import datetime
import difflib
import shutil
from dataclasses import replace
from pathlib import Path

from engine.errors import AssetError, ModelError
from engine.models.adding import copy_model
from engine.models.consents import Consents
from engine.models.detect import Signature
from engine.models.info import ModelInfo
from engine.models.manifest import InstalledModel, Manifest, ModelState
from engine.models.sources import Found, scan
from engine.models.verification import Verifier
from engine.paths import Folders, resources


class Catalog:
    """Every model that Gesso can see, in the order bundled, packages, the user's own.

    The folders are looked at afresh on each call, so that a model that was just put there shows;
    contents are read in full only by `installed` and `verify`, and only once while unchanged.
    """

    def __init__(self, folders: Folders, *, bundled: Path | None = None) -> None:
        self._folders = folders
        self._bundled = bundled if bundled is not None else resources() / "models"
        self._verifier = Verifier(folders.state / "verified.json")
        self._consents = Consents(folders.config / "consents.json")

    def models(self) -> tuple[ModelInfo, ...]:
        """Return every model, also those that cannot be used now, with the reason."""
        return tuple(found.info() for found in self._found())

    def info(self, model_id: str) -> ModelInfo:
        """Return one model.

        Raises:
            ModelError: there is none of this id.
        """
        return self._find(model_id).info()

    def manifest(self, model_id: str) -> Manifest:
        """Return the manifest of a model, whether or not its files are there.

        Raises:
            ModelError: there is none of this id, or its manifest cannot be read.
        """
        found = self._find(model_id)
        if found.manifest is None:
            raise ModelError(found.reason, model_id=model_id)
        return found.manifest

    def installed(self, model_id: str) -> InstalledModel:
        """Return a model whose files are there and are what the manifest says.

        Raises:
            ModelError: it is unknown, missing, damaged, unsupported or needs consent.
        """
        found = self._find(model_id)
        if found.state is not ModelState.AVAILABLE or found.manifest is None:
            raise ModelError(
                f"The model {model_id!r} cannot be used. {found.reason}", model_id=model_id
            )
        files = found.files()
        for file in found.manifest.files:
            self._verifier.check(files[file.role], file, model_id=model_id)
        return InstalledModel(manifest=found.manifest, files=files)

    def verify(self, model_id: str) -> ModelInfo:
        """Read every file of a model again and return what it is now.

        Raises:
            ModelError: there is none of this id.
        """
        found = self._find(model_id)
        if found.state is ModelState.AVAILABLE and found.manifest is not None:
            files = found.files()
            try:
                for file in found.manifest.files:
                    path = files[file.role]
                    self._verifier.check(path, file, model_id=model_id, afresh=True)
            except ModelError as error:
                found = replace(found, state=ModelState.DAMAGED, reason=str(error))
        return found.info()

    def consent(self, model_id: str) -> ModelInfo:
        """Remember that the user agreed to the terms of a model.

        Raises:
            ModelError: there is none of this id.
            AssetError: it cannot be written down.
        """
        try:
            self._consents.give(self.manifest(model_id))
        except OSError as error:
            raise AssetError(f"Your consent could not be saved: {error.strerror}.") from error
        return self.info(model_id)

    def add_file(self, path: Path, signature: Signature) -> ModelInfo:
        """Copy a network that the user brings into the models folder, with a manifest.

        A file that is there already is not added twice; the model it belongs to is returned.

        Args:
            path: the .onnx file.
            signature: what `engine.pipelines.inspect_model` read from it.

        Raises:
            ModelError: it is not a model that Gesso can use, or changed since it was read.
            AssetError: it cannot be read or copied.
        """
        found = self._found()
        for one in found:
            files = one.manifest.files if one.manifest is not None else ()
            if one.is_usable_twin(signature.sha256) and len(files) == 1 + len(signature.external):
                return one.info()
        taken = {one.id for one in found} | {one.folder.name for one in found}
        manifest = copy_model(path, signature, self._folders.models, taken)
        return self.info(manifest.id)

    def remove(self, model_id: str) -> Path:
        """Move a model of the user to `removed`, and return where it lies now.

        Raises:
            ModelError: there is none of this id, or it came with Gesso.
            AssetError: it cannot be moved.
        """
        found = self._find(model_id)
        if found.origin != "folder":
            raise ModelError(
                f"The model {model_id!r} came with Gesso and stays.",
                model_id=model_id,
                hint="Only models that you added can be removed.",
            )
        day = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
        target = self._folders.data / "removed" / f"{day} {found.folder.name}"
        number = 2
        while target.exists():
            target = target.with_name(f"{day} {found.folder.name} {number}")
            number += 1
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(found.folder, target)
        except OSError as error:
            raise AssetError(
                f"{found.folder} could not be moved to {target}: {error.strerror}.",
                asset=str(found.folder),
                hint="Close programs that use it and try again.",
            ) from error
        return target

    def _found(self) -> tuple[Found, ...]:
        return tuple(self._judged(one) for one in scan(self._bundled, self._folders.models))

    def _judged(self, found: Found) -> Found:
        """Return `found` with what was learned earlier: damage that was seen, missing consent."""
        if found.state is not ModelState.AVAILABLE or found.manifest is None:
            return found
        files = found.files()
        for file in found.manifest.files:
            seen = self._verifier.remembered(files[file.role])
            if seen is not None and seen != file.sha256:
                reason = (
                    f"The file {file.path} has the right size but not the right content. "
                    "Install the model again."
                )
                return replace(found, state=ModelState.DAMAGED, reason=reason)
        if self._consents.is_needed(found.manifest):
            reason = f"Its licence, {found.manifest.licence.spdx}, has to be accepted first."
            return replace(found, state=ModelState.NEEDS_CONSENT, reason=reason)
        return found

    def _find(self, model_id: str) -> Found:
        found = {one.id: one for one in self._found()}
        if model_id in found:
            return found[model_id]
        near = difflib.get_close_matches(model_id, found, n=1)
        raise ModelError(
            f"There is no model called {model_id!r}.",
            model_id=model_id,
            hint=f"Did you mean {near[0]!r}?" if near else "See: gesso models list",
        )
