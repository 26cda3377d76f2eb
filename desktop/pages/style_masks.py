"""Masks of the style page: which one is being painted, and its way into the document."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from desktop.canvas.convert import decoded, grey_array
from desktop.canvas.mask_buffer import MaskBuffer
from desktop.canvas.view import CanvasView, Tool
from desktop.document import edits
from desktop.document.model import Document
from desktop.editing.store import DocumentStore
from desktop.engine_link.bridge import EngineBridge, Ticket
from desktop.i18n import tr
from engine.api import EngineError

WHOLE = -1
"""The target that is the picture's own mask; 0 and up are the styles' masks."""


@dataclass(frozen=True, eq=False)
class _Stroke:
    """What was painted, on its way into the store.

    Attributes:
        target: whose mask it is.
        style: which style stood there.
        state: what `buffer` calls the pixels until there is an asset.
        buffer: where it was painted.
        png: the whole mask.
    """

    target: int
    style: str
    state: str
    buffer: MaskBuffer | None
    png: bytes


class MaskDesk(QObject):
    """Lets one mask at a time be painted on the canvas, and writes each stroke into the document.

    A stroke becomes a file in the store, the document refers to it, and undo brings back the
    reference; the painter then finds the pixels in its own memory or reads the file again.

    Signals:
        target_changed: the number of the style whose mask is painted, `WHOLE`, or None.
        trouble: a sentence for the user.
    """

    target_changed = Signal(object)
    trouble = Signal(str)

    def __init__(
        self,
        canvas: CanvasView,
        store: DocumentStore,
        bridge: EngineBridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._store = store
        self._bridge = bridge
        self._target: int | None = None
        self._style = ""
        self._strokes: deque[_Stroke] = deque()
        self._ticket: Ticket | None = None
        canvas.maskEdited.connect(self._on_edited)
        store.changed.connect(self._on_changed)

    @property
    def target(self) -> int | None:
        """The number of the style whose mask is painted, `WHOLE`, or None."""
        return self._target

    @Slot(int, str)
    def do(self, target: int, what: str) -> None:
        """Do with the mask of `target` what a button asks for: "paint", "invert" or "clear"."""
        match what:
            case "paint" if self._target == target:
                self.close()
            case "paint":
                self.paint(target)
            case "invert":
                self.paint(target)
                self._canvas.mask_painter.invert()
            case "clear":
                self.clear(target)

    def paint(self, target: int) -> None:
        """Open the mask of `target` for painting with the brush, an empty one if there is none."""
        if not self._canvas.has_picture:
            self.trouble.emit(tr("Open a picture first; a mask is painted on it."))
            return
        self.flush()
        if target != WHOLE and not self._style_at(target):
            return
        self._target = target
        self._style = self._style_at(target)
        self._show()
        self._canvas.set_tool(Tool.BRUSH)
        self.target_changed.emit(target)

    def close(self) -> None:
        """Stop painting; the mask stays in force."""
        if self._target is None:
            return
        self.flush()
        self._target = None
        self._canvas.edit_mask(None)
        self.target_changed.emit(None)

    def clear(self, target: int) -> None:
        """Take the mask of `target` away."""
        if target == self._target:
            self.close()
        document = self._store.document
        mask_id = self._mask_id(document, target)
        if mask_id is None:
            return
        if any(mask.id == mask_id for mask in document.masks):
            after = edits.remove_mask(document, mask_id)
        elif target == WHOLE:  # a recipe named the file itself
            after = edits.set_param(document, "mask", None)
        else:
            after = edits.mask_style(document, target, None)
        self._store.push(tr("Remove mask"), after)

    def _style_at(self, target: int) -> str:
        chosen = edits.styles(self._store.document)
        return str(chosen[target]["style"]) if 0 <= target < len(chosen) else ""

    def _mask_id(self, document: Document, target: int) -> str | None:
        if target == WHOLE:
            value = document.params.get("mask")
            return str(value) if value else None
        chosen = edits.styles(document)
        return chosen[target].get("mask") if 0 <= target < len(chosen) else None

    def _asset(self, document: Document, target: int) -> str:
        mask_id = self._mask_id(document, target)
        if mask_id is None:
            return ""
        try:
            return document.mask(mask_id).asset
        except KeyError:
            return mask_id  # a recipe names the file itself

    def _show(self) -> None:
        """Bring the target's mask before the painter."""
        if self._target is None:
            return
        asset = self._asset(self._store.document, self._target)
        painter = self._canvas.mask_painter
        buffer = painter.buffer
        if painter.is_ahead or (buffer is not None and buffer.token == asset):
            return
        if buffer is not None and asset and painter.go_to(asset):
            return
        self._canvas.edit_mask(self._read(asset))

    def _read(self, asset: str) -> MaskBuffer:
        rect = self._canvas.picture_rect
        if asset:
            try:
                image = decoded(self._bridge.engine.asset_path(asset).read_bytes())
            except (EngineError, OSError) as error:
                self.trouble.emit(tr("This mask cannot be read: {why}", why=error))
            else:
                if not image.isNull():
                    return MaskBuffer(grey_array(image).copy(), asset)
        return MaskBuffer.empty(round(rect.width()), round(rect.height()))

    # -- strokes, from the painter to the document ------------------------------------------------

    @Slot(bytes)
    def _on_edited(self, png: bytes) -> None:
        painter = self._canvas.mask_painter
        if self._target is not None:
            self._strokes.append(
                _Stroke(self._target, self._style, painter.edited_state, painter.buffer, png)
            )
            self._keep_next()

    def _keep_next(self) -> None:
        """Import the oldest stroke; one at a time, so that steps come in the order of strokes."""
        if self._strokes and self._ticket is None:
            self._ticket = self._bridge.import_bytes(self._strokes[0].png, ".png")
            self._ticket.done.connect(self._on_kept)
            self._ticket.failed.connect(self._on_failed)

    @Slot(object)
    def _on_kept(self, asset: str) -> None:
        self._ticket = None
        self._put(self._strokes.popleft(), asset)
        self._keep_next()

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        self._ticket = None
        self._give_up(self._strokes.popleft(), error)
        self._keep_next()

    def _give_up(self, stroke: _Stroke, error: EngineError) -> None:
        self.trouble.emit(str(error))
        if stroke.target == self._target:
            # What is seen is what the document has: the last strokes that could be kept.
            asset = self._asset(self._store.document, stroke.target)
            self._strokes.clear()
            self._canvas.edit_mask(self._read(asset))

    def flush(self) -> None:
        """Bring every stroke into the document now, as before a run or the end."""
        self._canvas.mask_painter.flush()
        if self._ticket is not None:
            self._ticket.drop()
            self._ticket = None
        while self._strokes:
            stroke = self._strokes.popleft()
            try:
                asset = self._bridge.engine.import_bytes(stroke.png, ".png")
            except EngineError as error:
                self._give_up(stroke, error)
            else:
                self._put(stroke, asset)

    def _place_of(self, stroke: _Stroke) -> int | None:
        """Return where the painted style stands now; None if it has left the blend."""
        if stroke.target == WHOLE or self._style_at(stroke.target) == stroke.style:
            return stroke.target
        chosen = edits.styles(self._store.document)
        return next((i for i, use in enumerate(chosen) if use["style"] == stroke.style), None)

    def _put(self, stroke: _Stroke, asset: str) -> None:
        """Make a painted file a mask, as one undo step."""
        target = self._place_of(stroke)
        if target is None:
            return
        if stroke.buffer is not None:
            stroke.buffer.rename_state(stroke.state, asset)
        document = self._store.document
        mask_id = self._mask_id(document, target)
        known = {mask.id for mask in document.masks}
        if mask_id in known and mask_id is not None:
            after = edits.set_mask(document, mask_id, asset)
        else:
            name = tr("Mask") if target == WHOLE else tr("Mask of a style")
            after, mask_id = edits.add_mask(document, asset, name)
            if target == WHOLE:
                after = edits.set_param(after, "mask", mask_id)
            else:
                after = edits.mask_style(after, target, mask_id)
        self._store.push(tr("Paint mask"), after)

    @Slot(object, object)
    def _on_changed(self, _old: Document, _new: Document) -> None:
        if self._target is None:
            return
        if self._style != self._style_at(self._target):
            # Another style stands there now: its mask is not the one that was being painted.
            self.close()
            return
        self._show()
