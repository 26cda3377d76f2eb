"""What the self-test stands on: a home of its own, its report, and how it measures."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget


@contextlib.contextmanager
def home_of_its_own() -> Iterator[Path]:
    """Put every folder of the user's under a new one, inside `GESSO_HOME` if that is set."""
    before = os.environ.get("GESSO_HOME")
    if before:
        Path(before).mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="selftest-", dir=before or None))
    os.environ["GESSO_HOME"] = str(home)
    try:
        yield home
    finally:
        if before is None:
            del os.environ["GESSO_HOME"]
        else:
            os.environ["GESSO_HOME"] = before
        shutil.rmtree(home, ignore_errors=True)


class Report:
    """Lines on standard output, if the program has one, and in a file, if one is wanted."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("w", encoding="utf-8") if path is not None else None
        self.failures = 0

    def line(self, text: str) -> None:
        """Write one line, at once."""
        # A windowed program on Windows starts without standard streams.
        if sys.stdout is not None:
            with contextlib.suppress(OSError):
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
        if self._file is not None:
            self._file.write(text + "\n")
            self._file.flush()

    def failed(self, text: str) -> None:
        """Write a line about a failure, and count it."""
        self.failures += 1
        self.line(f"FAILED {text}")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def pixels_of(image: QImage, size: tuple[int, int] | None = None) -> np.ndarray:
    """Return the colours of an image, height x width x 3, float32 in 0..255.

    Args:
        image: any format.
        size: width and height to scale it to first.
    """
    import numpy as np
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage

    if size is not None:
        image = image.scaled(
            *size,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    pixels = rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3)
    return pixels.astype(np.float32)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean absolute difference of two pictures of one size, 0..255."""
    import numpy as np

    return float(np.mean(np.abs(one - other)))


def loaded_by(pid: int) -> set[str]:
    """Return the names of the files that a process has mapped, in lower case."""
    import psutil

    try:
        return {Path(part.path).name.lower() for part in psutil.Process(pid).memory_maps()}
    except psutil.Error:
        return set()


def watch_first_paint(window: QWidget) -> list[float]:
    """Return a list that receives the time at which the window's first paint was done."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    painted: list[float] = []

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not painted:
                window.removeEventFilter(self)
                # Children paint after their parent, and all of them before the next event.
                QTimer.singleShot(0, lambda: painted.append(time.time()))
            return super().eventFilter(watched, event)

    window.installEventFilter(Watcher(window))
    return painted
