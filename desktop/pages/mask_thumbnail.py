"""The small picture of the mask beside its buttons, read again whenever the mask is another."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from desktop.canvas.loading import PictureLoader
from desktop.canvas.pyramid import Pyramid
from desktop.document.model import Document
from desktop.engine_link.bridge import EngineBridge
from engine.api import EngineError

_SIDE_PX = 96
_KEY = "mask"


class MaskThumbnail(QObject):
    """Follows the picture's own mask.

    Signals:
        ready: `QImage` of the mask as it is now; a null one if there is none.
    """

    ready = Signal(QImage)

    def __init__(self, bridge: EngineBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._asset = ""
        self._loader = PictureLoader(self)
        self._loader.loaded.connect(self._on_loaded)

    def show_document(self, document: Document) -> None:
        """Show the mask of `document`, unless it is shown already."""
        mask_id = document.params.get("mask")
        known = {mask.id: mask.asset for mask in document.masks}
        # A recipe names the mask's file itself.
        asset = known.get(mask_id, mask_id) if mask_id else ""
        if asset == self._asset:
            return
        self._asset = asset
        self._loader.forget(_KEY)
        try:
            path = self._bridge.engine.asset_path(asset) if asset else None
        except EngineError:
            path = None
        if path is None:
            self.ready.emit(QImage())
        else:
            self._loader.load(_KEY, path, max_px=_SIDE_PX)

    def wait(self) -> None:
        """Wait for what is being read; for closing."""
        self._loader.wait()

    @Slot(str, object)
    def _on_loaded(self, _key: str, pyramid: Pyramid) -> None:
        self.ready.emit(pyramid.levels[-1])
