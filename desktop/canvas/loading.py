"""Reading pictures for display on other threads; the newest request of a key wins."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSize, QThreadPool, Signal, Slot
from PySide6.QtGui import QImageReader

from desktop.canvas.pyramid import Pyramid
from desktop.i18n import tr

log = logging.getLogger(__name__)

LARGEST_MP = 600


class PictureLoader(QObject):
    """Reads files into pyramids without the window waiting.

    Signals:
        loaded(key, pyramid): the newest request of `key` is there.
        failed(key, message): it cannot be read.
    """

    loaded = Signal(str, object)
    failed = Signal(str, str)
    _done = Signal(str, int, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._serial = 0
        self._newest: dict[str, int] = {}
        self._pool = QThreadPool(self)
        # Two at most: each holds a picture, and the engine wants the other cores.
        self._pool.setMaxThreadCount(2)
        self._done.connect(self._deliver)

    def load(self, key: str, path: Path, *, max_px: int = 0) -> None:
        """Read `path` and emit `loaded` or `failed` with `key`.

        Args:
            key: whose picture it is: "content", "result". An older request of it is dropped.
            path: the file.
            max_px: longest side of what is kept; 0 keeps everything.
        """
        self._serial += 1
        self._newest[key] = self._serial
        self._pool.start(_Read(self, key, self._serial, path, max_px))

    def forget(self, key: str) -> None:
        """Let a request under way come to nothing."""
        self._newest.pop(key, None)

    def wait(self) -> None:
        """Wait until no file is being read; for tests and for closing."""
        self._pool.waitForDone()

    def is_wanted(self, key: str, serial: int) -> bool:
        """Return whether a request is still the newest of its key."""
        return self._newest.get(key) == serial

    @Slot(str, int, object, str)
    def _deliver(self, key: str, serial: int, pyramid: object, message: str) -> None:
        if not self.is_wanted(key, serial):
            return
        del self._newest[key]
        if isinstance(pyramid, Pyramid):
            self.loaded.emit(key, pyramid)
        else:
            self.failed.emit(key, message)

    def report(self, key: str, serial: int, pyramid: Pyramid | None, message: str) -> None:
        """Hand over what a thread has read."""
        self._done.emit(key, serial, pyramid, message)


class _Read(QRunnable):
    def __init__(
        self, owner: PictureLoader, key: str, serial: int, path: Path, max_px: int
    ) -> None:
        super().__init__()
        self._owner = owner
        self._key = key
        self._serial = serial
        self._path = path
        self._max_px = max_px

    def run(self) -> None:
        if not self._owner.is_wanted(self._key, self._serial):
            return
        pyramid, message = read_pyramid(self._path, max_px=self._max_px)
        self._owner.report(self._key, self._serial, pyramid, message)


def read_pyramid(path: Path, *, max_px: int = 0) -> tuple[Pyramid | None, str]:
    """Return the upright picture in `path`, or None and one sentence on why there is none."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    # A file's suffix may lie; its first bytes do not.
    reader.setDecideFormatFromContent(True)
    # Qt refuses pictures beyond 256 MB by default; a scanned poster is larger.
    QImageReader.setAllocationLimit(LARGEST_MP * 8)
    size = reader.size()
    if size.isValid() and size.width() * size.height() > LARGEST_MP * 1_000_000:
        return None, tr("{name} is too large to be shown.", name=path.name)
    full = QSize(size)
    if max_px and size.isValid() and max(size.width(), size.height()) > max_px:
        factor = max_px / max(size.width(), size.height())
        reader.setScaledSize(
            QSize(max(1, round(size.width() * factor)), max(1, round(size.height() * factor)))
        )
    image = reader.read()
    if image.isNull():
        log.info("cannot show a picture: %s", reader.errorString())
        return None, tr(
            "{name} cannot be shown: it is no picture that can be read.", name=path.name
        )
    if not full.isValid():
        full = image.size()
    elif (full.width() > full.height()) != (image.width() > image.height()):
        full.transpose()
    return Pyramid.of(image, (full.width(), full.height())), ""
