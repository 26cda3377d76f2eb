"""Writing a file of the user's choice in full or not at all."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from engine.assets.codecs.sniff import safe_name
from engine.errors import AssetError
from engine.files import is_full, replacing


@contextlib.contextmanager
def written_at_once(
    path: Path, *, settle: Callable[[Path], Path] | None = None
) -> Iterator[BinaryIO]:
    """Open a new file beside `path` that takes its place when the block ends well.

    The data are on the disk before the name changes. If anything fails, the new file is removed
    and what was at `path` before stays.

    Args:
        path: where the file shall be.
        settle: given the finished new file, moves it into place by other rules than "replace".

    Raises:
        AssetError: the disk is full, the folder is missing or may not be written to.
    """
    try:
        with replacing(path, settle=settle) as file:
            yield file
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError | ValueError) -> AssetError:
    """Return what to tell the user when `path` cannot be written."""
    name = safe_name(path)
    folder = safe_name(path.parent)
    code = error.errno if isinstance(error, OSError) else None
    if isinstance(error, OSError) and is_full(error):
        return AssetError(
            f"“{name}” could not be written: the disk is full. Nothing was left behind.",
            asset=name,
            hint="Free some space or choose another folder.",
        )
    if code in (errno.EACCES, errno.EPERM, errno.EROFS):
        return AssetError(
            f"“{name}” could not be written: the folder “{folder}” is read-only.",
            asset=name,
            hint="Choose another folder.",
        )
    if code in (errno.ENOENT, errno.ENOTDIR):
        return AssetError(
            f"“{name}” could not be written: the folder “{folder}” is not there.",
            asset=name,
            hint="Choose another folder.",
        )
    if code == errno.ENAMETOOLONG:
        return AssetError(
            f"The file name “{name}” is too long for this system.",
            asset=name,
            hint="Choose a shorter one.",
        )
    if code == errno.EISDIR:
        return AssetError(f"There is a folder called “{name}” already.", asset=name)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return AssetError(f"“{name}” could not be written: {reason.lower()}.", asset=name)
