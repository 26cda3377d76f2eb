"""Which model files were read in full, and what their SHA-256 was.

A file is read once and again when its size or its time of change differs; the results are kept
in `verified.json`. Losing that file costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from pathlib import Path

from engine.errors import ModelError
from engine.models.json_file import read_json, write_json
from engine.models.manifest import ModelFile

log = logging.getLogger(__name__)

_CHUNK = 1 << 20


class Verifier:
    """The memory of verified files. Safe from several threads; processes may share the file."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._lock = threading.Lock()

    def remembered(self, path: Path) -> str | None:
        """Return the SHA-256 that `path` had when it was read last, if it has not changed since."""
        stamp = _stamp(path)
        entry = read_json(self._record).get(str(path))
        if stamp is None or not isinstance(entry, dict) or entry.get("stamp") != stamp:
            return None
        digest = entry.get("sha256")
        return digest if isinstance(digest, str) else None

    def digest(self, path: Path, *, afresh: bool = False) -> str:
        """Return the SHA-256 of `path`, reading it unless that is known.

        Args:
            path: absolute.
            afresh: read it in any case.

        Raises:
            OSError: it cannot be read.
        """
        with self._lock:
            known = None if afresh else self.remembered(path)
            if known:
                return known
            stamp = _stamp(path)
            digest = sha256_of(path)
            if stamp == _stamp(path):
                self._remember(path, digest, stamp)
            return digest

    def check(self, path: Path, file: ModelFile, *, model_id: str, afresh: bool = False) -> None:
        """Compare `path` with what the manifest says of it.

        Raises:
            ModelError: it is missing or differs.
        """
        try:
            size = path.stat().st_size
            digest = self.digest(path, afresh=afresh) if size == file.size else ""
        except OSError as error:
            raise ModelError(
                f"{path} of the model {model_id!r} cannot be read: {error.strerror}.",
                model_id=model_id,
                hint="Install the model again.",
            ) from error
        if digest == file.sha256:
            return
        what = (
            f"has {size:,} bytes where {file.size:,} belong"
            if size != file.size
            else "has the right size but not the right content"
        )
        raise ModelError(
            f"{path} of the model {model_id!r} is damaged or was exchanged: it {what}.",
            model_id=model_id,
            hint="Install the model again.",
        )

    def _remember(self, path: Path, digest: str, stamp: list[int] | None) -> None:
        record = {p: e for p, e in read_json(self._record).items() if _stamp(Path(p))}
        record[str(path)] = {"stamp": stamp, "sha256": digest}
        try:
            write_json(self._record, record)
        except OSError as error:
            log.info("cannot remember verified files: %s", error)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hex digits.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _stamp(path: Path) -> list[int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]
