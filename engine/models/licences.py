"""The licences of models: their texts and what must be named."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from engine.errors import ModelError
from engine.models.info import ModelInfo
from engine.models.manifest import Manifest
from engine.models.safe_paths import inside
from engine.paths import resources


def licence_text(manifest: Manifest, folder: Path, licences: Path | None = None) -> str:
    """Return the full text of a model's licence; empty if none came with it.

    Args:
        manifest: of the model.
        folder: where its manifest lies; a text there wins over ours.
        licences: folder of texts; `resources/licences` if not given.
    """
    licences = licences if licences is not None else resources() / "licences"
    names = [n for n in (manifest.licence.text, f"{manifest.licence.spdx}.txt") if n]
    for root in (folder, licences):
        for name in names:
            try:
                return inside(root, name).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError, ModelError):
                continue
    return ""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What must or should be said of one licence, and the models that stand under it.

    Attributes:
        licence: SPDX identifier.
        models: names of the models.
        attributions: what must be named, without doubles.
        commercial: the narrowest answer among the models: "no" before "unknown" before "yes".
    """

    licence: str
    models: tuple[str, ...]
    attributions: tuple[str, ...] = ()
    commercial: str = "unknown"


def notices(models: Iterable[ModelInfo]) -> tuple[Notice, ...]:
    """Return one notice per licence, in alphabetical order; unreadable models are left out."""
    groups: dict[str, list[ModelInfo]] = {}
    for model in models:
        if model.licence:
            groups.setdefault(model.licence, []).append(model)
    strictness = ("no", "unknown", "yes")
    return tuple(
        Notice(
            licence=licence,
            models=tuple(m.name for m in group),
            attributions=tuple(dict.fromkeys(m.attribution for m in group if m.attribution)),
            commercial=min((m.commercial for m in group), key=strictness.index),
        )
        for licence, group in sorted(groups.items())
    )
