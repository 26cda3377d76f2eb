"""Graphs that were built once and are kept on disk, checked before each use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from engine.errors import AssetError
from engine.files import write_whole

_checked: dict[Path, tuple[int, int, str]] = {}
"""Path -> (mtime_ns, size, digest) of files that this process has hashed already."""


def stored_graph(folder: Path, name: str, build: Callable[[], bytes]) -> tuple[Path, str]:
    """Return the file of a graph and its SHA-256; build it if it is missing or was damaged.

    Args:
        folder: `JobContext.graphs`.
        name: says what the graph is, down to the digest of its weights and the builder's version;
            the same name always means the same graph.
        build: returns the serialised graph.

    Raises:
        AssetError: the folder cannot be written.
    """
    path = folder / f"{name}.onnx"
    stamp = folder / f"{name}.sha256"
    digest = _digest(path)
    if digest and digest == _recorded(stamp):
        return path, digest
    data = build()
    digest = hashlib.sha256(data).hexdigest()
    try:
        # Another process may build the same graph at the same time.
        write_whole(path, data)
        write_whole(stamp, digest.encode())
    except OSError as error:
        raise AssetError(
            f"A graph could not be written to {folder}: {error.strerror or error}.",
            hint="Free some space on that drive, or check that the folder can be written.",
        ) from error
    return path, digest


def _recorded(stamp: Path) -> str:
    try:
        return stamp.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _digest(path: Path) -> str:
    try:
        status = path.stat()
        known = _checked.get(path)
        if known and known[:2] == (status.st_mtime_ns, status.st_size):
            return known[2]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
    _checked[path] = (status.st_mtime_ns, status.st_size, digest)
    return digest
