"""Feature maps too large to hold as they are: half precision, in memory or on disk, by rows."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.errors import DeviceError

_DISK_SPARE = 256 * 2**20
"""Bytes that a drive keeps free."""


class Room:
    """Memory that the maps of one job share."""

    def __init__(self, total: int) -> None:
        """Start with all of it free.

        Args:
            total: bytes; what does not fit goes to disk.
        """
        self._free = total

    def take(self, size: int) -> bool:
        """Take `size` bytes and return True, or return False if there are not so many."""
        if size > self._free:
            return False
        self._free -= size
        return True

    def give_back(self, size: int) -> None:
        """Return what was taken."""
        self._free += size

    @property
    def free(self) -> int:
        """Bytes that are left."""
        return self._free


class RowBuffer:
    """A (height, width, channels) array that is written and read in ranges of rows.

    Rows come first so that a range is one piece of memory or one piece of a file. A file is read
    and written plainly rather than mapped, since mapped pages count as the process's memory.
    """

    def __init__(
        self,
        channels: int,
        height: int,
        width: int,
        dtype: np.dtype[Any],
        room: Room,
        folder: Path,
    ) -> None:
        """Make room.

        Args:
            channels: of the map.
            height: rows.
            width: columns.
            dtype: float16 or float32.
            room: memory to take; without enough, the map goes to disk.
            folder: where to put a file.

        Raises:
            DeviceError: the drive has too little room.
        """
        self.height = height
        self.width = width
        self._channels = channels
        self._dtype = dtype
        self._row_bytes = width * channels * dtype.itemsize
        self._array: NDArray[Any] | None = None
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._room = room
        self._taken = 0
        size = height * self._row_bytes
        if room.take(size):
            self._taken = size
            self._array = np.empty((height, width, channels), dtype)
        else:
            needed = size + _DISK_SPARE
            if shutil.disk_usage(folder).free < needed:
                raise DeviceError(
                    f"Painting at this size needs {needed / 2**30:.1f} GB on the drive of "
                    f"{folder}, which has less.",
                    hint="Free some space, choose a smaller size, or set Texture to 0.",
                )
            self._path = folder / f"map-{uuid.uuid4().hex}"
            self._file = self._path.open("w+b", buffering=0)

    def write(self, top: int, rows: NDArray[Any]) -> None:
        """Store (rows, width, channels) from row `top` on."""
        if self._array is not None:
            self._array[top : top + rows.shape[0]] = rows
            return
        data = memoryview(np.ascontiguousarray(rows, self._dtype).data).cast("B")
        file = self._opened()
        file.seek(top * self._row_bytes)
        written = 0
        try:
            while written < len(data):
                written += file.write(data[written:]) or 0
        except OSError as error:
            raise DeviceError(
                f"The drive could not take a temporary file: {error.strerror or error}.",
                hint="Free some space, choose a smaller size, or set Texture to 0.",
            ) from error

    def read(self, index: NDArray[np.int64]) -> NDArray[Any]:
        """Return the rows in `index` as a contiguous (1, n, width, channels), to be read only."""
        low, high = int(index.min()), int(index.max()) + 1
        held = self._array[low:high] if self._array is not None else self._loaded(low, high)
        if len(index) != high - low or np.any(np.diff(index) != 1):
            held = held[index - low]
        return held[None]

    def close(self) -> None:
        """Give the memory or the file back."""
        self._array = None
        self._room.give_back(self._taken)
        self._taken = 0
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def __del__(self) -> None:
        # Not there if making room failed.
        if hasattr(self, "_taken"):
            self.close()

    def _loaded(self, low: int, high: int) -> NDArray[Any]:
        rows = np.empty((high - low, self.width, self._channels), self._dtype)
        view = memoryview(rows.data).cast("B")
        file = self._opened()
        file.seek(low * self._row_bytes)
        got = 0
        while got < len(view):
            count = os.readv(file.fileno(), [view[got:]]) if hasattr(os, "readv") else 0
            if not count:
                count = file.readinto(view[got:])  # type: ignore[attr-defined]
            if not count:
                raise DeviceError(
                    "A temporary file is shorter than it was written.",
                    hint="Check the drive that holds temporary files.",
                )
            got += count
        return rows

    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise ValueError("The buffer is closed.")
        return self._file
