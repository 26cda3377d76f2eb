"""A model as lists show it."""

from __future__ import annotations

import msgspec

from engine.models.manifest import ModelKind, ModelState


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list of models.

    Attributes:
        id: unique name; what `installed` and style ids take.
        name, summary: for the user.
        kind: what a task asks for; None if the manifest could not be read.
        arch: which pipeline runs it.
        state: whether it can be used now.
        reason: why not, and what to do, in a sentence or two; empty when available.
        size: bytes of all files.
        licence: SPDX identifier, or "LicenseRef-unknown".
        commercial: whether results may be sold: "yes", "no" or "unknown".
        attribution: what must be named.
        note: what is known of the origin.
        origin: "bundled", "package" or "folder".
        path: the folder of its files, or of its manifest while they are not there.
        notes: what the user should know, one sentence each: a clash of names.
    """

    id: str
    name: str
    summary: str = ""
    kind: ModelKind | None = None
    arch: str = ""
    state: ModelState = ModelState.AVAILABLE
    reason: str = ""
    size: int = 0
    licence: str = ""
    commercial: str = "unknown"
    attribution: str = ""
    note: str = ""
    origin: str = "folder"
    path: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_available(self) -> bool:
        """Whether it can be used now."""
        return self.state is ModelState.AVAILABLE
