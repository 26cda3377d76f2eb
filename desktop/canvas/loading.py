"""Reading pictures for display on other threads; the newest request of a key wins."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Signal, Slot
from PySide6.QtGui import QImageReader

from desktop.canvas.pyramid import Pyramid
from desktop.document.background import Background
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

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._serial = 0
        self._newest: dict[str, int] = {}
        # Two at most: each holds a picture, and the engine wants the other cores.
        self._background = Background("pictures", threads=2)
        self._mail = _Mail()
        self._mail.done.connect(self._deliver)

    def load(self, key: str, path: Path, *, max_px: int = 0) -> None:
        """Read `path` and emit `loaded` or `failed` with `key`.

        Args:
            key: whose picture it is: "content", "result". An older request of it is dropped.
            path: the file.
            max_px: longest side of what is kept; 0 keeps everything.
        """
        self._serial += 1
        self._newest[key] = self._serial
        serial, newest, mail = self._serial, self._newest, self._mail

        def read() -> None:
            if newest.get(key) == serial:
                pyramid, message = read_pyramid(path, max_px=max_px)
                mail.done.emit(key, serial, pyramid, message)

        self._background.submit(read)

    def forget(self, key: str) -> None:
        """Let a request under way come to nothing."""
        self._newest.pop(key, None)

    def wait(self) -> None:
        """Wait until no file is being read; for tests and for closing."""
        self._background.wait()

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


class _Mail(QObject):
    """Carries word from the threads; a task holds it, so it outlives an owner that closes."""

    done = Signal(str, int, object, str)


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
