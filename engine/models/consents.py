"""What the user agreed to: one entry per model, bound to the terms that were shown."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

from engine.models.json_file import read_json, write_json
from engine.models.manifest import Manifest


class Consents:
    """The agreements in `consents.json`. Other terms under the same id ask again."""

    def __init__(self, record: Path) -> None:
        self._record = record

    def is_needed(self, manifest: Manifest) -> bool:
        """Return whether the user must still agree to the terms of `manifest`."""
        if not manifest.licence.consent:
            return False
        entry = read_json(self._record).get(manifest.id)
        return not (isinstance(entry, dict) and entry.get("terms") == _terms(manifest))

    def give(self, manifest: Manifest) -> None:
        """Remember that the user agreed.

        Raises:
            OSError: it cannot be written.
        """
        record = read_json(self._record)
        record[manifest.id] = {
            "terms": _terms(manifest),
            "spdx": manifest.licence.spdx,
            "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        }
        write_json(self._record, record)


def _terms(manifest: Manifest) -> str:
    licence = manifest.licence
    parts = (licence.spdx, licence.text, licence.attribution, licence.commercial, licence.note)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
