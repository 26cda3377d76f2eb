"""Which files of the store are still wanted.

Assets are found by their shape in plain data, wherever a document, an undo step or a result
mentions one, so a new field cannot be forgotten here. Sweeping is left to who owns the store,
and is meant for the moment a project is closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from desktop.document.history import read_records
from desktop.document.model import Document
from engine.api import AssetId

_ASSET = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


def assets_in(data: Any) -> frozenset[AssetId]:
    """Return every asset id that structs or plain data mention, at any depth."""
    found: set[AssetId] = set()
    _collect(msgspec.to_builtins(data), found)
    return frozenset(found)


def referenced(
    documents: Iterable[Document] = (), generations: Iterable[Any] = ()
) -> frozenset[AssetId]:
    """Return what documents (with those of the undo stack) and kept results refer to."""
    found: set[AssetId] = set()
    for document in documents:
        found |= assets_in(document)
    for generation in generations:
        found |= assets_in(generation)
    return frozenset(found)


def referenced_by_folder(project: Path) -> frozenset[AssetId]:
    """Return what a project's working folder refers to, results marked as deleted left out.

    Raises:
        msgspec.DecodeError: a file is damaged. Nothing may be swept then: what the damaged
            project refers to is not known.
    """
    found: set[AssetId] = set()
    for name in ("document.json", "undo.json"):
        path = project / name
        if path.exists():
            found |= assets_in(msgspec.json.decode(path.read_bytes()))
    deleted: dict[str, bool] = {}
    generations = []
    for record in read_records(project / "history.jsonl"):
        if hasattr(record, "result"):
            generations.append(record)
        if record.deleted is not None:
            deleted[record.id] = record.deleted
    return frozenset(found) | referenced(
        generations=[g for g in generations if not deleted.get(g.id, False)]
    )


def _collect(data: Any, found: set[AssetId]) -> None:
    match data:
        case str():
            found.update(_ASSET.findall(data))
        case dict():
            for value in data.values():
                _collect(value, found)
        case list() | tuple():
            for value in data:
                _collect(value, found)
        case _:
            pass
