"""Logging for the host, the workers and the command line.

Libraries only call `logging.getLogger(__name__)`; a program calls `to_file` or `to_stderr` once.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def to_file(path: Path, level: int = logging.INFO) -> None:
    """Send the log to `path`, which is kept below two megabytes with one older copy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=2_000_000, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter(_FORMAT))
    _install(handler, level)


def to_stderr(level: int | str = logging.WARNING, *, with_time: bool = False) -> None:
    """Send the log to standard error.

    Args:
        level: the least that is shown.
        with_time: also say when and where, for a stream that is a file.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORMAT if with_time else "%(levelname)s: %(message)s"))
    _install(handler, level)


def _install(handler: logging.Handler, level: int | str) -> None:
    if isinstance(level, str):
        level = logging.getLevelNamesMapping()[level]
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(min(level, root.level) if root.handlers[1:] else level)
