"""What was made: an append-only file of results, apart from undo.

Each line is one JSON record: a `Generation`, or a `Mark` that stars or deletes an earlier one.
Nothing is ever rewritten, so a kill can at worst cut the last line short; a cut line is passed
over when reading and closed off before the next one is added.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import msgspec

from engine.api import AssetId, Ran, RunOptions

log = logging.getLogger(__name__)


class Generation(msgspec.Struct, frozen=True, kw_only=True, tag="generation"):
    """One result and all that led to it.

    Attributes:
        id: the job's id.
        task: id of the task.
        version: version of its declaration.
        params: the parameters as plain data, with assets in them.
        document: the form's values at that time, with mask ids; empty if not known.
        options: how it was run.
        result: the picture.
        width, height: of the result in pixels.
        ran: what calculated.
        seconds: wall time.
        created_s: Unix time in seconds.
        label: what the user reads.
        starred: whether the user marked it.
        deleted: whether the user took it out of the list.
    """

    id: str
    task: str
    version: int = 1
    params: dict[str, Any]
    document: dict[str, Any] = {}
    options: RunOptions = RunOptions()
    result: AssetId
    width: int
    height: int
    ran: tuple[Ran, ...] = ()
    seconds: float = 0.0
    created_s: float = 0.0
    label: str = ""
    starred: bool = False
    deleted: bool = False


class Mark(msgspec.Struct, frozen=True, kw_only=True, tag="mark"):
    """A later word on an earlier result; None leaves a flag as it is."""

    id: str
    starred: bool | None = None
    deleted: bool | None = None


_Record = Generation | Mark
_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[_Record] = msgspec.json.Decoder(_Record)


class History:
    """The results of one project, newest last."""

    def __init__(self, path: Path) -> None:
        """Read `path`; it need not exist yet."""
        self._path = path
        self._all: dict[str, Generation] = {}
        for record in read_records(path):
            self._apply(record)

    def all(self, *, with_deleted: bool = False) -> tuple[Generation, ...]:
        """Return the results, oldest first."""
        return tuple(g for g in self._all.values() if with_deleted or not g.deleted)

    def get(self, generation_id: str) -> Generation:
        """Return one result.

        Raises:
            KeyError: it is not known.
        """
        return self._all[generation_id]

    def add(self, generation: Generation) -> None:
        """Append a result; it is on disk when this returns."""
        self._append(generation)

    def star(self, generation_id: str, starred: bool) -> None:
        """Mark a result, or take the mark away.

        Raises:
            KeyError: it is not known.
        """
        if self.get(generation_id).starred != starred:
            self._append(Mark(id=generation_id, starred=starred))

    def delete(self, generation_id: str, deleted: bool = True) -> None:
        """Take a result out of the list, or put it back.

        Raises:
            KeyError: it is not known.
        """
        if self.get(generation_id).deleted != deleted:
            self._append(Mark(id=generation_id, deleted=deleted))

    def _apply(self, record: _Record) -> None:
        if isinstance(record, Generation):
            self._all[record.id] = record
            return
        known = self._all.get(record.id)
        if known is None:
            return
        starred = known.starred if record.starred is None else record.starred
        deleted = known.deleted if record.deleted is None else record.deleted
        self._all[record.id] = msgspec.structs.replace(known, starred=starred, deleted=deleted)

    def _append(self, record: _Record) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = _ENCODER.encode(record) + b"\n"
        with self._path.open("ab+") as file:
            end = file.seek(0, os.SEEK_END)
            if end:
                file.seek(end - 1)
                if file.read(1) != b"\n":
                    line = b"\n" + line
            # One write call: a kill leaves a prefix of it, never a mixture.
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._apply(record)


def read_records(path: Path) -> list[_Record]:
    """Return every readable record of `path`, in order; none if there is no such file."""
    if not path.exists():
        return []
    records: list[_Record] = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append(_DECODER.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            log.info("passed over line %d of %s, which was cut short", number, path.name)
    return records
