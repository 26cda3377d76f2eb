"""Small JSON files that Gesso keeps for itself, written so that a crash leaves the old one."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from engine.files import write_whole

log = logging.getLogger(__name__)


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in `path`; an empty one if there is none or it cannot be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.info("starting %s anew: %s", path.name, error)
        return {}
    return data if isinstance(data, dict) else {}


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Replace `path` by `data` in one step.

    Raises:
        OSError: the folder cannot be written.
    """
    write_whole(path, json.dumps(data, indent=1).encode())
