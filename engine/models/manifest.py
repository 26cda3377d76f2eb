"""The manifest of a model: one TOML file that says what it is, whence, under which licence."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any

import msgspec


class ModelKind(Enum):
    """What a task asks for."""

    STYLE = "style"


class ModelState(Enum):
    """Whether a model can be used now."""

    AVAILABLE = "available"
    NOT_INSTALLED = "not-installed"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"
    NEEDS_CONSENT = "needs-consent"


class ModelLicence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Under which terms the weights may be used.

    Attributes:
        spdx: identifier, or "LicenseRef-unknown".
        text: name of the licence's file beside the manifest or in resources/licences.
        attribution: what must be named.
        commercial: whether results may be sold: "yes", "no" or "unknown".
        note: what is known of the origin.
        consent: whether the user must agree to the terms before the first use.
    """

    spdx: str
    text: str = ""
    attribution: str = ""
    commercial: str = "unknown"
    note: str = ""
    consent: bool = False


class ModelSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the files come from.

    Attributes:
        kind: "bundled" (beside the manifest), "package" (a PyPI distribution) or "folder".
        distribution: name of the PyPI distribution.
        version: its exact version.
    """

    kind: str
    distribution: str = ""
    version: str = ""


class ModelFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of a model.

    Attributes:
        role: what the pipeline calls it.
        path: relative to the model's folder or the distribution's root; never outside it.
        sha256: 64 hex digits.
        size: bytes.
    """

    role: str
    path: str
    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything Gesso knows of one model.

    Attributes:
        schema: version of this format.
        id: unique name.
        kind: what a task asks for.
        arch: which pipeline runs it: "magenta-any", "magenta-26", "image-to-image".
        name, summary: for the user.
        licence, source, files: see the types.
        contract: what the pipeline must know: layout, range, size_multiple, fixed sizes.
        recipe: how the weights were made or obtained.
    """

    schema: int = 1
    id: str
    kind: ModelKind
    arch: str
    version: str = "1"
    name: str
    summary: str = ""
    licence: ModelLicence
    source: ModelSource
    files: tuple[ModelFile, ...]
    contract: dict[str, Any] = {}
    recipe: str = ""


class InstalledModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model whose files were found and verified.

    Attributes:
        manifest: what it is.
        files: role -> absolute path.
    """

    manifest: Manifest
    files: dict[str, Path]

    def digest(self, role: str) -> str:
        """Return the SHA-256 of the file in `role`.

        Raises:
            KeyError: there is no such file.
        """
        for file in self.manifest.files:
            if file.role == role:
                return file.sha256
        raise KeyError(role)
