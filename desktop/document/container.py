"""A project in one `.gesso` file: a ZIP that carries everything it refers to.

    mimetype           application/x-gesso, first and stored, so that tools can tell the type
    document.json      {schema, work}
    history.jsonl      results that were not deleted
    assets/<sha256>.<suffix>

Reading trusts nothing: names are matched against what is expected and never become paths,
assets must be stored rather than packed (so their sum cannot exceed the file), sizes are bounded
while reading, and each asset must have the hash that it is called by.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from desktop.document.garbage import assets_in, referenced
from desktop.document.history import Generation
from desktop.document.migrations import SCHEMA, migrated
from desktop.document.project import Work
from engine.api import AssetError, AssetId, replacing

MIMETYPE = b"application/x-gesso"
MAX_ENTRIES = 20_000
MAX_JSON_BYTES = 64 << 20

_ASSET_ENTRY = re.compile(r"^assets/([0-9a-f]{64}\.[a-z0-9]{1,8})$")
_CHUNK = 1 << 20


class AssetStore(Protocol):
    """What saving and opening need of the engine."""

    def asset_path(self, asset: AssetId) -> Path:
        """Return the file of an asset."""

    def import_file(self, path: Path) -> AssetId:
        """Copy a file into the store and return its id."""


@dataclass(frozen=True)
class Opened:
    """What a `.gesso` file held; its assets are in the store by now.

    Attributes:
        work: document and view.
        generations: results, oldest first.
        missing: assets that are referred to but were not in the file.
    """

    work: Work
    generations: tuple[Generation, ...]
    missing: tuple[AssetId, ...] = ()


def save(
    path: Path, work: Work, generations: Iterable[Generation], store: AssetStore
) -> tuple[AssetId, ...]:
    """Write a project to `path`, wholly or not at all.

    The undo steps stay behind: who is given the file need not see what was taken out of it.

    Returns:
        Assets that are referred to but no longer in the store.

    Raises:
        AssetError: the file cannot be written.
    """
    kept = [g for g in generations if not g.deleted]
    work = msgspec.structs.replace(work, undo=None, saved_to="", saved_stamp="", is_modified=False)
    missing: list[AssetId] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
            archive.writestr(_entry("mimetype", zipfile.ZIP_STORED), MIMETYPE)
            document = msgspec.json.encode({"schema": SCHEMA, "work": work})
            archive.writestr(_entry("document.json", zipfile.ZIP_DEFLATED), document)
            lines = b"".join(msgspec.json.encode(g) + b"\n" for g in kept)
            archive.writestr(_entry("history.jsonl", zipfile.ZIP_DEFLATED), lines)
            wanted = sorted(referenced([work.document], kept))
            missing.extend(asset for asset in wanted if not _add_asset(archive, asset, store))
    except OSError as error:
        raise AssetError(
            f"{path.name} could not be written: {error.strerror or error}.",
            asset=str(path),
            hint="Choose another folder, or make room on the disk.",
        ) from error
    return tuple(missing)


def load(path: Path, store: AssetStore) -> Opened:
    """Read a project, and put its assets into the store.

    Raises:
        AssetError: it cannot be read, is no project, is damaged, or is from a newer Gesso.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _checked_entries(path, archive)
            data = msgspec.json.decode(
                _bounded(path, archive, entries["document.json"]), type=dict[str, Any]
            )
            work = msgspec.convert(migrated(data["work"], data["schema"]), Work)
            generations = _generations(path, archive, entries)
            present = _import_assets(path, archive, entries, store)
    except (zipfile.BadZipFile, msgspec.MsgspecError, KeyError, TypeError, EOFError) as error:
        raise _damaged(path, "it is not a whole Gesso project") from error
    except (OSError, NotImplementedError, RuntimeError) as error:
        raise AssetError(f"{path.name} cannot be read: {error}.", asset=str(path)) from error
    wanted = assets_in(work) | assets_in(generations)
    return Opened(work, generations, tuple(sorted(wanted - present)))


def _entry(name: str, method: int) -> zipfile.ZipInfo:
    # A fixed date keeps the file the same for the same content.
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = method
    return info


def _add_asset(archive: zipfile.ZipFile, asset: AssetId, store: AssetStore) -> bool:
    try:
        source = store.asset_path(asset)
        if not source.exists():
            return False
    except AssetError:
        return False
    info = _entry(f"assets/{asset}", zipfile.ZIP_STORED)
    info.file_size = source.stat().st_size
    with source.open("rb") as reader, archive.open(info, "w") as writer:
        shutil.copyfileobj(reader, writer, _CHUNK)
    return True


def _checked_entries(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise _damaged(path, "it has too many parts")
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.filename in entries:
            raise _damaged(path, "it holds the same part twice")
        entries[info.filename] = info
    if not infos or infos[0].filename != "mimetype" or infos[0].file_size > len(MIMETYPE):
        raise _damaged(path, "it is not a Gesso project")
    if archive.read(infos[0]) != MIMETYPE:
        raise _damaged(path, "it is not a Gesso project")
    stored = [i for i in infos if _ASSET_ENTRY.match(i.filename)]
    if any(i.compress_type != zipfile.ZIP_STORED for i in stored):
        raise _damaged(path, "it holds packed pictures")
    # Entries that overlap would let a small file unfold into a large one.
    if sum(i.file_size for i in stored) > path.stat().st_size:
        raise _damaged(path, "its parts are larger than the file")
    return entries


def _bounded(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as reader:
        data = reader.read(MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        raise _damaged(path, f"{info.filename} is too large")
    return data


def _generations(
    path: Path, archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]
) -> tuple[Generation, ...]:
    if "history.jsonl" not in entries:
        return ()
    lines = _bounded(path, archive, entries["history.jsonl"]).splitlines()
    return tuple(msgspec.json.decode(line, type=Generation) for line in lines if line.strip())


def _import_assets(
    path: Path,
    archive: zipfile.ZipFile,
    entries: dict[str, zipfile.ZipInfo],
    store: AssetStore,
) -> frozenset[AssetId]:
    present = set()
    with tempfile.TemporaryDirectory(prefix="gesso-open-") as scratch:
        for info in entries.values():
            match = _ASSET_ENTRY.match(info.filename)
            if match is None:
                continue
            asset = match[1]
            target = Path(scratch) / asset
            digest = hashlib.sha256()
            with archive.open(info) as reader, target.open("wb") as writer:
                while chunk := reader.read(_CHUNK):
                    digest.update(chunk)
                    writer.write(chunk)
            if digest.hexdigest() != asset.partition(".")[0]:
                raise _damaged(path, f"the picture {asset[:12]}… was changed")
            store.import_file(target)
            target.unlink()
            present.add(asset)
    return frozenset(present)


def _damaged(path: Path, why: str) -> AssetError:
    return AssetError(
        f"{path.name} cannot be opened: {why}.",
        asset=str(path),
        hint="Try an earlier copy of the file.",
    )
