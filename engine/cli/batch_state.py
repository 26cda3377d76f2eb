"""What a batch finished, kept beside its results, so that a later run can carry on.

One JSON object a line, appended after each result is on the disk. A line holds the input, its
size and time of change, a digest of all settings, and the file that was written.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATE_NAME = ".gesso-batch.jsonl"


@dataclass(frozen=True)
class Entry:
    """One finished picture.

    Attributes:
        stamp: size and time of change of the input, when it was read.
        settings: digest of the settings.
        output: name of the result.
    """

    stamp: tuple[int, int]
    settings: str
    output: str


class BatchState:
    """The record in one folder of results."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / STATE_NAME
        self._entries: dict[str, Entry] = {}
        self._read()

    def output_of(self, source: Path) -> Path | None:
        """Return what an earlier run wrote for `source`, whatever its settings were."""
        entry = self._entries.get(_key(source))
        return self._folder / entry.output if entry else None

    def is_done(self, source: Path, settings: str) -> bool:
        """Return whether `source`, as it is now, was finished with these settings."""
        entry = self._entries.get(_key(source))
        return (
            entry is not None
            and entry.settings == settings
            and entry.stamp == stamp_of(source)
            and (self._folder / entry.output).is_file()
        )

    def record(self, source: Path, stamp: tuple[int, int], settings: str, output: Path) -> None:
        """Write down that `source`, with the stamp it had when it was read, is finished.

        Raises:
            OSError: the folder cannot be written.
        """
        entry = Entry(stamp, settings, output.name)
        line = json.dumps(
            {
                "input": _key(source),
                "stamp": list(stamp),
                "settings": settings,
                "output": output.name,
            }
        )
        with self._path.open("a", encoding="utf-8") as file:
            # A line that a crash cut short must not swallow this one.
            file.write(("\n" if self._ends_torn() else "") + line + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._entries[_key(source)] = entry

    def _ends_torn(self) -> bool:
        try:
            with self._path.open("rb") as file:
                file.seek(-1, os.SEEK_END)
                return file.read(1) != b"\n"
        except OSError:
            return False

    def _read(self) -> None:
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return
        for line in lines:
            try:
                row = json.loads(line)
                first, second = row["stamp"]
                entry = Entry((int(first), int(second)), row["settings"], Path(row["output"]).name)
                self._entries[row["input"]] = entry
            except (ValueError, KeyError, TypeError):
                # The end of a line that was being written when the power went.
                continue


def settings_digest(*parts: Any) -> str:
    """Return a digest of all that decides what a result looks like."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stamp_of(source: Path) -> tuple[int, int]:
    """Return size and time of change of a file; zeros if it is gone."""
    try:
        status = source.stat()
    except OSError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


def _key(source: Path) -> str:
    return str(source.resolve())
