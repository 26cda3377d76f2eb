"""Small pictures of jobs: the preview while it runs, the result when it is there."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QImageReader, QPixmap

from desktop.engine_link.bridge import EngineBridge
from engine.api import EngineError, ImageResult, Job

_SIDE_PX = 96
_KEPT = 256


def read_small(path: Path) -> QImage:
    """Return the picture at `path`, `_SIDE_PX` or a little more on its short side; null if unknown.

    Runs off the window's thread: a large PNG takes a good part of a second.
    """
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        square = QSize(_SIDE_PX, _SIDE_PX)
        reader.setScaledSize(size.scaled(square, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    return reader.read()


class Thumbnails(QObject):
    """Keeps the newest few hundred thumbnails and fetches missing ones in the background.

    Signals:
        arrived: id of a job whose picture can now be drawn.
    """

    arrived = Signal(str)

    def __init__(self, bridge: EngineBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._previews: dict[str, tuple[bytes, QPixmap]] = {}
        self._results: OrderedDict[str, QPixmap] = OrderedDict()
        self._asked: set[str] = set()
        bridge.job_removed.connect(self._forget)

    def of(self, job: Job) -> QPixmap | None:
        """Return the picture of a job, or None while there is none."""
        if isinstance(job.result, ImageResult):
            self._previews.pop(job.id, None)
            return self._result(job.id, job.result.image)
        preview = job.progress.preview
        if preview is None:
            known = self._previews.get(job.id)
            return known[1] if known else None
        known = self._previews.get(job.id)
        if known is not None and known[0] is preview:
            return known[1]
        pixmap = QPixmap()
        pixmap.loadFromData(preview)
        self._previews[job.id] = (preview, pixmap)
        return pixmap

    def _result(self, job_id: str, asset: str) -> QPixmap | None:
        known = self._results.get(asset)
        if known is not None:
            self._results.move_to_end(asset)
            return known
        if asset not in self._asked:
            self._asked.add(asset)
            try:
                path = self._bridge.engine.asset_path(asset)
            except EngineError:
                return None
            ticket = self._bridge.call(read_small, path)
            ticket.done.connect(lambda image: self._keep(job_id, asset, image))
        return None

    def _keep(self, job_id: str, asset: str, image: QImage) -> None:
        self._asked.discard(asset)
        self._results[asset] = QPixmap.fromImage(image)
        while len(self._results) > _KEPT:
            self._results.popitem(last=False)
        self.arrived.emit(job_id)

    @Slot(str)
    def _forget(self, job_id: str) -> None:
        self._previews.pop(job_id, None)
