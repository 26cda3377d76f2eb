"""What the style page's canvas shows: the photograph, previews of it, and results."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from desktop.canvas.compare import CompareMode
from desktop.canvas.loading import PictureLoader
from desktop.canvas.pyramid import Pyramid
from desktop.canvas.view import CanvasView
from desktop.document.model import Document
from desktop.engine_link.bridge import EngineBridge
from engine.api import EngineError

_CONTENT = "content"


class StyleStage(QObject):
    """Puts pictures on the canvas in the right order, however their reading and painting race.

    Signals:
        content_wanted: another photograph is being read; what was previewed belongs to the last.
        content_shown: the photograph is on the canvas, or gone from it.
        trouble: a sentence for the user.
    """

    content_wanted = Signal()
    content_shown = Signal()
    trouble = Signal(str)

    def __init__(
        self, canvas: CanvasView, bridge: EngineBridge, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._bridge = bridge
        self._asset = ""
        self._is_reading = False
        self._is_compared = False
        self._early: Pyramid | None = None
        self._result: Pyramid | None = None
        self._loader = PictureLoader(self)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_unreadable)

    def show_document(self, document: Document) -> None:
        """Show the document's photograph, unless it is there already."""
        asset = document.content.asset if document.content is not None else ""
        if asset == self._asset and not self._is_compared:
            return
        if asset != self._asset:
            self.content_wanted.emit()
        self._asset = asset
        self._is_compared = False
        self._early = None
        self._result = None
        self._loader.forget(_CONTENT)
        self._is_reading = False
        if not asset:
            self._clear()
            return
        try:
            path = self._bridge.engine.asset_path(asset)
        except EngineError as error:
            self.trouble.emit(str(error))
            self._clear()
            return
        self._is_reading = True
        self._loader.load(_CONTENT, path)

    def show_preview(self, image: QImage) -> None:
        """Show a preview; one that comes before its photograph waits for it."""
        pyramid = Pyramid.of(image)
        if self._is_reading:
            self._early = pyramid
        elif self._canvas.has_picture and self._result is None:
            self._canvas.show_after(pyramid)

    def show_result(self, pyramid: Pyramid) -> None:
        """Show a result; previews that are still on their way no longer replace it."""
        self._result = pyramid
        if not self._is_reading:
            self._canvas.show_after(pyramid)

    def leave_result(self) -> None:
        """Let previews replace the result that is shown."""
        self._result = None

    def compare_with(self, pyramid: Pyramid) -> None:
        """Put a result where the photograph was, under the divider, until the next change."""
        self._is_compared = True
        self._canvas.show_before(pyramid)
        self._canvas.set_mode(CompareMode.SPLIT)

    def wait(self) -> None:
        """Wait for what is being read; for closing."""
        self._loader.wait()

    def _clear(self) -> None:
        self._canvas.show_before(None)
        self.content_shown.emit()

    @Slot(str, object)
    def _on_loaded(self, _key: str, pyramid: Pyramid) -> None:
        self._is_reading = False
        self._canvas.show_before(pyramid)
        self._canvas.show_after(self._result or self._early)
        self._early = None
        self.content_shown.emit()

    @Slot(str, str)
    def _on_unreadable(self, _key: str, message: str) -> None:
        self._is_reading = False
        self._early = None
        self._clear()
        self.trouble.emit(message)
