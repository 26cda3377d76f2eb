"""What the user means by a click or a drag, as steps of the document."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop.document import edits
from desktop.editing.store import DocumentStore, Gesture
from desktop.engine_link.bridge import EngineBridge
from desktop.i18n import tr, tr_data
from desktop.pages.own_styles import OwnStyles
from desktop.pages.style_strip import StyleStrip
from engine.api import EngineError, StylizeParams, field_of


class StyleIntents(QObject):
    """Turns changes of the form and choices of styles into undo steps.

    Signals:
        trouble: a sentence for the user.
        styles_changed: there are other styles to choose from now.
    """

    trouble = Signal(str)
    styles_changed = Signal()

    def __init__(
        self,
        store: DocumentStore,
        strip: StyleStrip,
        own: OwnStyles,
        bridge: EngineBridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._strip = strip
        self._own = own
        self._bridge = bridge
        self._gesture: Gesture | None = None

    # -- the form ---------------------------------------------------------------------------------

    @Slot(str)
    def start_gesture(self, name: str) -> None:
        """A drag begins; it becomes one step."""
        self._gesture = self._store.start_gesture(_label(name))

    @Slot(str)
    def end_gesture(self, _name: str) -> None:
        """The drag is over."""
        self._gesture = None

    @Slot(str, object, bool)
    def set_param(self, name: str, value: Any, _is_final: bool) -> None:
        """A field has another value."""
        try:
            after = edits.set_param(self._store.document, name, value)
        except EngineError as error:
            self.trouble.emit(str(error))
            return
        if self._gesture is not None:
            self._gesture.update(after)
        else:
            self._store.push(_label(name), after)

    # -- styles -----------------------------------------------------------------------------------

    @Slot(str)
    def choose_style(self, style: str) -> None:
        """Use this style alone."""
        after = edits.set_styles(self._store.document, ({"style": style, "weight": 1.0},))
        self._store.push(tr("Style {name}", name=self._title(style)), after)

    @Slot(str)
    def toggle_style(self, style: str) -> None:
        """Take a style into the blend, or out of it."""
        document = self._store.document
        for index, use in enumerate(edits.styles(document)):
            if use["style"] == style:
                after = edits.remove_style(document, index)
                self._store.push(tr("Without {name}", name=self._title(style)), after)
                return
        after = edits.add_style(document, style)
        self._store.push(tr("Blend with {name}", name=self._title(style)), after)

    @Slot(str)
    def remove_style(self, style: str) -> None:
        """Take one of the user's styles off the strip; its file is kept."""
        kind, _, key = style.partition(":")
        if kind == "picture":
            self._own.remove(key)
        elif kind == "model":
            try:
                self._bridge.engine.remove_model(key)
            except EngineError as error:
                self.trouble.emit(str(error))
        self.styles_changed.emit()

    def _title(self, style: str) -> str:
        return self._strip.titles().get(style, style)


def _label(name: str) -> str:
    return tr_data(field_of(StylizeParams, name).title)
