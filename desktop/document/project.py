"""The working folder of an open project: always on disk, whatever happens to the window.

    <state>/projects/<id>/
      document.json    the document and how it is looked at
      undo.json        the steps that undo and redo can take
      history.jsonl    results (see `desktop.document.history`)
      lock.json        who has it open; left behind by a crash

Both JSON files carry the same serial number. `undo.json` is written first, so after a kill
between the two it is the newer one, and it holds the newer document as well.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from desktop.document import lock
from desktop.document.history import History
from desktop.document.migrations import SCHEMA, migrated
from desktop.document.model import Document, ViewState
from engine.api import AssetError, write_whole

log = logging.getLogger(__name__)


class UndoMemory(msgspec.Struct, frozen=True, kw_only=True):
    """The undo stack as values.

    Attributes:
        labels: of the steps, oldest first.
        documents: the state before the first step and after each; one more than labels.
        index: how many steps are done; those after it can be redone.
        clean_index: the number of steps at which the project was last saved, or -1.
    """

    labels: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    index: int = 0
    clean_index: int = -1

    def is_sound(self) -> bool:
        """Return whether the parts fit together."""
        return len(self.documents) == len(self.labels) + 1 and 0 <= self.index <= len(self.labels)


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """All of a project but its results.

    Attributes:
        document: what is on the canvas.
        view: how it is looked at.
        title: for lists; mostly the picture's name.
        saved_to: path of the `.gesso` file, or empty if it was never saved.
        saved_stamp: size and modification time of that file when it was last written or read.
        is_modified: whether there are changes since.
        undo: the undo stack, or None.
    """

    document: Document = Document()
    view: ViewState = ViewState()
    title: str = ""
    saved_to: str = ""
    saved_stamp: str = ""
    is_modified: bool = False
    undo: UndoMemory | None = None


@dataclass(frozen=True)
class Summary:
    """A working folder as a start page or recovery dialog shows it.

    Attributes:
        folder: where it is.
        title: of the project.
        modified_s: last change, Unix time in seconds.
        was_lost: its process ended without closing it.
        is_open: a living process has it open.
        is_modified: it holds changes that are in no `.gesso` file.
        saved_to: path of its `.gesso` file, or empty.
        is_damaged: its document cannot be read.
    """

    folder: Path
    title: str
    modified_s: float
    was_lost: bool = False
    is_open: bool = False
    is_modified: bool = False
    saved_to: str = ""
    is_damaged: bool = False


class Project:
    """An open working folder. Made by `create` or `open`; ends with `close` or `discard`."""

    def __init__(self, folder: Path, serial: int) -> None:
        self.folder = folder
        self.history = History(folder / "history.jsonl")
        self._serial = serial

    @property
    def id(self) -> str:
        """Name of the folder; sorts by time of creation."""
        return self.folder.name

    @classmethod
    def create(cls, root: Path, work: Work | None = None) -> Project:
        """Make a new working folder under `root` and open it."""
        folder = root / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        folder.mkdir(parents=True)
        project = cls._locked(folder, serial=0)
        project.write(work or Work())
        return project

    @classmethod
    def open(cls, folder: Path) -> Project:
        """Open a working folder, be it closed or left behind.

        Raises:
            AssetError: it is open elsewhere, or there is no such folder.
        """
        if not (folder / "document.json").exists():
            raise AssetError(f"There is no project in {folder.name}.", asset=str(folder))
        return cls._locked(folder, serial=_serial_of(folder))

    @classmethod
    def _locked(cls, folder: Path, serial: int) -> Project:
        if not lock.acquire(folder / "lock.json"):
            raise AssetError(
                "This project is open in another window of Gesso.",
                asset=str(folder),
                hint="Close it there first.",
            )
        _sweep_parts(folder)
        return cls(folder, serial)

    def read(self) -> Work:
        """Return what was last written, with the undo stack if it fits.

        Raises:
            AssetError: the document is damaged or from a newer Gesso.
        """
        return read_work(self.folder)

    def write(self, work: Work) -> None:
        """Put `work` on disk; it can be read back whole after a kill at any moment."""
        self._serial += 1
        if work.undo is not None:
            undo = {"schema": SCHEMA, "serial": self._serial, "undo": work.undo}
            write_whole(self.folder / "undo.json", msgspec.json.encode(undo))
        data = {
            "schema": SCHEMA,
            "serial": self._serial,
            "modified_s": time.time(),
            "work": msgspec.structs.replace(work, undo=None),
        }
        write_whole(self.folder / "document.json", msgspec.json.encode(data))

    def close(self) -> None:
        """Let go of the folder and keep it, for the next session."""
        lock.release(self.folder / "lock.json")

    def discard(self) -> None:
        """Delete the folder: its work is saved elsewhere, or not wanted."""
        shutil.rmtree(self.folder, ignore_errors=True)


def read_work(folder: Path) -> Work:
    """Return the work in a folder without opening it; see `Project.read`."""
    try:
        data = _decoded(folder / "document.json")
        work = msgspec.convert(migrated(data["work"], data["schema"]), Work)
    except (msgspec.MsgspecError, OSError, KeyError, TypeError) as error:
        raise AssetError(
            f"The project in {folder.name} is damaged and cannot be read.",
            asset=str(folder),
            hint="Its results are listed in history.jsonl beside it.",
        ) from error
    undo, serial = _read_undo(folder)
    if undo is None or serial < data["serial"]:
        return work
    current = undo.documents[undo.index]
    if serial == data["serial"] and current != work.document:
        log.info("the undo steps of %s do not lead to its document; left out", folder.name)
        return work
    is_modified = work.is_modified or serial > data["serial"]
    return msgspec.structs.replace(work, document=current, undo=undo, is_modified=is_modified)


def _sweep_parts(folder: Path) -> None:
    """Delete what writes that were cut short left; nobody else writes where we hold the lock."""
    for part in folder.glob(".*.part"):
        part.unlink(missing_ok=True)


def summaries(root: Path) -> tuple[Summary, ...]:
    """Return every working folder under `root`, the newest first."""
    if not root.exists():
        return ()
    found = [_summary(f) for f in root.iterdir() if (f / "document.json").exists()]
    return tuple(sorted(found, key=lambda s: s.modified_s, reverse=True))


def orphans(root: Path) -> tuple[Summary, ...]:
    """Return the working folders whose process ended without closing them."""
    return tuple(s for s in summaries(root) if s.was_lost)


def stamp_of(path: Path) -> str:
    """Return what changes when the file at `path` is written: `Work.saved_stamp`."""
    status = path.stat()
    return f"{status.st_size}:{status.st_mtime_ns}"


def folder_of(root: Path, saved: Path) -> Path | None:
    """Return the closed working folder that a `.gesso` file was last saved from, if unchanged.

    Opening that folder instead of the file brings the undo steps back.
    """
    try:
        stamp = stamp_of(saved)
    except OSError:
        return None
    for summary in summaries(root):
        if summary.is_open or summary.is_damaged or summary.saved_to != str(saved):
            continue
        if read_work(summary.folder).saved_stamp == stamp:
            return summary.folder
    return None


def _summary(folder: Path) -> Summary:
    holder = lock.holder(folder / "lock.json")
    is_open = holder is not None and bool(holder.pid) and holder.is_alive()
    was_lost = holder is not None and not is_open
    try:
        data = _decoded(folder / "document.json")
        work = read_work(folder)
    except (AssetError, msgspec.MsgspecError, OSError):
        modified_s = (folder / "document.json").stat().st_mtime
        return Summary(folder, folder.name, modified_s, was_lost, is_open, is_damaged=True)
    return Summary(
        folder,
        work.title or (work.document.content.name if work.document.content else ""),
        float(data.get("modified_s", 0.0)),
        was_lost,
        is_open,
        work.is_modified,
        work.saved_to,
    )


def _read_undo(folder: Path) -> tuple[UndoMemory | None, int]:
    """Return the undo steps and their serial; None where they are missing, old or damaged.

    Undo steps are a convenience: unlike the document they are not brought up from older schemas.
    """
    try:
        data = _decoded(folder / "undo.json")
        if data["schema"] != SCHEMA:
            return None, 0
        undo = msgspec.convert(data["undo"], UndoMemory)
        serial = int(data["serial"])
    except (msgspec.MsgspecError, OSError, KeyError, TypeError):
        return None, 0
    return (undo, serial) if undo.is_sound() else (None, 0)


def _serial_of(folder: Path) -> int:
    serials = [0]
    for name in ("document.json", "undo.json"):
        try:
            serials.append(int(_decoded(folder / name)["serial"]))
        except (msgspec.MsgspecError, OSError, KeyError, TypeError, ValueError):
            continue
    return max(serials)


def _decoded(path: Path) -> dict[str, Any]:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
