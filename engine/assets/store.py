"""The asset store: files named by the SHA-256 of their bytes.

A file appears under its final name only when it is whole and on disk (temporary file, fsync,
`os.replace`), so neither a crash nor a full disk leaves half a picture behind. Equal files are
kept once.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
from pathlib import Path

from engine.errors import AssetError
from engine.files import is_full, process_is_alive, sync_folder
from engine.spec.results import AssetId

_ID = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")
_CHUNK = 2**20
_NO_KERNEL_COPY = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}


class AssetStore:
    """Content-addressed files under one folder, shared by every process of the user."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    def path(self, asset: AssetId) -> Path:
        """Return the file of `asset`.

        Raises:
            AssetError: this is no asset id, or there is no such file.
        """
        path = self._place(asset)
        if not _is_there(path):
            raise AssetError(
                f"The file {asset[:12]}… is no longer in Gesso's store.",
                asset=asset,
                hint="Add the original file again.",
            )
        return path

    def __contains__(self, asset: object) -> bool:
        return (
            isinstance(asset, str)
            and _ID.fullmatch(asset) is not None
            and _is_there(self._place(asset))
        )

    def import_file(self, path: Path) -> AssetId:
        """Copy a file into the store and return its id; it is on disk when this returns.

        Raises:
            AssetError: it is missing, empty, no ordinary file or unreadable, or the disk is full.
        """
        try:
            info = path.stat()
        except OSError as error:
            raise _unreadable(path, error) from error
        if stat.S_ISDIR(info.st_mode):
            raise AssetError(
                f"{path.name} is a folder.", asset=path.name, hint="Choose a file inside it."
            )
        if not stat.S_ISREG(info.st_mode):
            raise AssetError(f"{path.name} is a device, not a file.", asset=path.name)
        if info.st_size == 0:
            raise AssetError(f"{path.name} is empty.", asset=path.name)
        self._require_room(info.st_size, path.name)
        temporary = self.temporary(path.suffix)
        try:
            with path.open("rb", buffering=0) as source:
                return self._take(source.fileno(), temporary, path, info.st_size)
        except OSError as error:
            raise _unreadable(path, error) from error
        finally:
            temporary.unlink(missing_ok=True)

    def import_bytes(self, data: bytes, suffix: str) -> AssetId:
        """Store bytes and return their id; they are on disk when this returns.

        Raises:
            AssetError: there are none, or the disk is full.
        """
        if not data:
            raise AssetError("There is nothing to store: no bytes.")
        self._require_room(len(data), f"a {suffix or 'file'}")
        temporary = self.temporary(suffix)
        try:
            temporary.write_bytes(data)
            return self.adopt(temporary)
        except OSError as error:
            raise self._unwritable(error, len(data)) from error
        finally:
            temporary.unlink(missing_ok=True)

    def temporary(self, suffix: str) -> Path:
        """Return a new name inside the store's folder to write to, for `adopt`."""
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error, 0) from error
        return self._incoming / f"{os.getpid()}-{secrets.token_hex(6)}.{clean_suffix(suffix)}"

    def adopt(self, temporary: Path) -> AssetId:
        """Move a finished file from `temporary` into the store and return its id.

        Raises:
            AssetError: it is missing or empty, or the disk is full.
        """
        try:
            size = temporary.stat().st_size
            if size == 0:
                raise AssetError("The file that should be stored is empty.", asset=temporary.name)
            with temporary.open("rb+") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            return self._settle(temporary, digest)
        except OSError as error:
            raise self._unwritable(error, 0) from error

    def sweep(self) -> None:
        """Remove what writers that no longer run have left half-written."""
        try:
            found = list(self._incoming.iterdir())
        except OSError:
            return
        for left in found:
            pid = left.name.partition("-")[0]
            if not (pid.isdigit() and process_is_alive(int(pid))):
                with contextlib.suppress(OSError):  # one that stays must not keep the others
                    left.unlink()

    def _take(self, source: int, temporary: Path, path: Path, size: int) -> AssetId:
        try:
            with temporary.open("x+b", buffering=0) as target:
                digest = _copy(source, target.fileno())
                os.fsync(target.fileno())
            return self._settle(temporary, digest)
        except OSError as error:
            if is_full(error) or error.filename == str(temporary):
                raise self._unwritable(error, size) from error
            raise

    def _settle(self, temporary: Path, digest: str) -> AssetId:
        asset = f"{digest}.{clean_suffix(temporary.suffix)}"
        target = self._place(asset)
        # One of another size was damaged by other hands; adding the file again mends it.
        if _is_there(target) and target.stat().st_size == temporary.stat().st_size:
            temporary.unlink()
            return asset
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.replace(target)
        except PermissionError:
            # Windows replaces no file that is open: another process stored the same a moment ago.
            if not _is_there(target):
                raise
            temporary.unlink()
        sync_folder(target.parent)
        return asset

    def _place(self, asset: AssetId) -> Path:
        if not _ID.fullmatch(asset):
            raise AssetError(f"{asset[:80]!r} is not the name of a stored file.", asset=asset[:80])
        return self._root / asset[:2] / asset

    def _require_room(self, size: int, name: str) -> None:
        folder = self._root
        while not _is_there(folder, is_folder=True) and folder != folder.parent:
            folder = folder.parent
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            return  # a system that does not say; writing will tell
        if size > free:
            raise AssetError(
                f"There is not enough room on the disk for {name}: "
                f"it needs {_megabytes(size)}, {_megabytes(free)} are free.",
                asset=name,
                hint="Make room on the disk, or choose another folder for Gesso's files.",
            )

    def _unwritable(self, error: OSError, size: int) -> AssetError:
        if is_full(error):
            need = f" {_megabytes(size)} were needed." if size else ""
            return AssetError(
                f"The disk is full.{need}",
                hint="Make room on the disk, or choose another folder for Gesso's files.",
            )
        return AssetError(
            f"Gesso cannot write to its store in {self._root}: {error.strerror or error}.",
            hint="Check that the folder exists and that you may write to it.",
        )


def clean_suffix(suffix: str) -> str:
    """Return a suffix as asset ids have it: lower case, no dot, "bin" if it is unusual."""
    text = suffix.lower().lstrip(".")
    return text if re.fullmatch(r"[a-z0-9]{1,8}", text) else "bin"


def _is_there(path: Path, *, is_folder: bool = False) -> bool:
    """Return whether a file or folder can be seen; one behind a closed door cannot."""
    try:
        return path.is_dir() if is_folder else path.is_file()
    except OSError:
        return False


def _copy(source: int, target: int) -> str:
    """Copy one open file to another, inside the kernel where it can; return the digest.

    `copy_file_range` shares the blocks on file systems that can (Btrfs, XFS, bcachefs). The
    digest is then taken of the copy, so it is right even if somebody writes to the source.
    """
    if hasattr(os, "copy_file_range"):
        try:
            copied = 0
            while count := os.copy_file_range(source, target, 2**30):
                copied += count
            if copied:
                return _digest(target)
        except OSError as error:
            if error.errno not in _NO_KERNEL_COPY:
                raise
    os.lseek(source, 0, os.SEEK_SET)
    os.lseek(target, 0, os.SEEK_SET)
    os.ftruncate(target, 0)
    digest = hashlib.sha256()
    while block := os.read(source, _CHUNK):
        digest.update(block)
        view = memoryview(block)
        while view:
            view = view[os.write(target, view) :]
    return digest.hexdigest()


def _digest(file: int) -> str:
    digest = hashlib.sha256()
    os.lseek(file, 0, os.SEEK_SET)
    while block := os.read(file, _CHUNK):
        digest.update(block)
    return digest.hexdigest()


def _unreadable(path: Path, error: OSError) -> AssetError:
    match error:
        case FileNotFoundError():
            return AssetError(
                f"{path.name} does not exist.", asset=path.name, hint="Was it moved or renamed?"
            )
        case PermissionError():
            return AssetError(
                f"{path.name} cannot be opened.",
                asset=path.name,
                hint="Check that you may read it.",
            )
        case _:
            return AssetError(
                f"{path.name} cannot be read: {error.strerror or error}.", asset=path.name
            )


def _megabytes(size: int) -> str:
    return f"{max(size / 1e6, 0.1):,.1f} MB"
