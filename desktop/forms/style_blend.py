"""The styles of a blend: cards to weigh, mask, reorder and remove."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.forms.field_widget import FieldWidget
from desktop.forms.style_card import STYLE_INDEX, StyleCard, StyleFace
from desktop.i18n import tr
from desktop.theme import tokens
from engine.api import Field

FaceOf = Callable[[str], StyleFace]


class StyleBlend(FieldWidget):
    """Shows the chosen styles and hands out another tuple of them with every change.

    The value is a tuple of `StyleUse` as plain data; `mask` is whatever the page names masks by.

    Intents: "mask" (index of the style), "files" (list of `Path` dropped as new styles).
    """

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._uses: tuple[dict[str, Any], ...] = ()
        self._face_of: FaceOf = _plain_face
        self._drop_at: int | None = None
        self._cards: list[StyleCard] = []
        self._empty = QLabel(tr("Choose a style, or drop a picture here."), self)
        self._empty.setProperty("role", "caption")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMinimumHeight(self.fontMetrics().height() * 4)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(tokens().size("space-s"))
        self._layout.addWidget(self._empty)
        self.setAcceptDrops(True)
        self.name_for_all(self)
        self.set_value(field.default or ())

    @property
    def cards(self) -> tuple[StyleCard, ...]:
        """The cards, in order."""
        return tuple(self._cards)

    def set_faces(self, face_of: FaceOf) -> None:
        """Say what each style is called and looks like; call again when thumbnails arrive."""
        self._face_of = face_of
        self._show()

    def value(self) -> Any:
        """Return the styles as plain data."""
        return tuple(dict(use) for use in self._uses)

    def set_value(self, value: Any) -> None:
        """Show styles."""
        self._uses = tuple(dict(use) for use in value or ())
        self._show()

    def move(self, index: int, to: int) -> None:  # type: ignore[override]
        """Move a style to another place, as a change of the user's."""
        to = max(0, min(to, len(self._uses) - 1))
        if to == index:
            return
        uses = list(self._uses)
        uses.insert(to, uses.pop(index))
        self._change(tuple(uses))
        self._cards[to].setFocus()

    def _show(self) -> None:
        while len(self._cards) > len(self._uses):
            card = self._cards.pop()
            self._layout.removeWidget(card)
            card.hide()
            card.deleteLater()
        while len(self._cards) < len(self._uses):
            self._cards.append(self._new_card(len(self._cards)))
        total = sum(use.get("weight", 1.0) for use in self._uses)
        for card, use in zip(self._cards, self._uses, strict=True):
            weight = float(use.get("weight", 1.0))
            card.show_use(
                self._face_of(use["style"]),
                weight,
                weight / total if total else 0.0,
                use.get("mask") is not None,
                len(self._uses) == 1,
            )
        self._empty.setVisible(not self._uses)

    def _new_card(self, index: int) -> StyleCard:
        card = StyleCard(index, self)
        card.weighed.connect(self._weigh)
        card.gesture_started.connect(self.gesture_started)
        card.gesture_ended.connect(self.gesture_ended)
        card.mask_asked.connect(self._ask_mask)
        card.removed.connect(self._remove)
        card.moved.connect(self._shift)
        self._layout.addWidget(card)
        return card

    def _change(self, uses: tuple[dict[str, Any], ...], *, is_final: bool = True) -> None:
        self._uses = uses
        self._show()
        self.edited.emit(self.value(), is_final)

    def _index(self) -> int:
        card = self.sender()
        return card.index if isinstance(card, StyleCard) else 0

    def _weigh(self, weight: float, is_final: bool) -> None:
        index = self._index()
        changed = {**self._uses[index], "weight": weight}
        self._change((*self._uses[:index], changed, *self._uses[index + 1 :]), is_final=is_final)

    def _ask_mask(self) -> None:
        self.intent.emit("mask", self._index())

    def _remove(self) -> None:
        index = self._index()
        self._change((*self._uses[:index], *self._uses[index + 1 :]))

    def _shift(self, steps: int) -> None:
        index = self._index()
        self.move(index, index + steps)

    # ---- drops: cards that move, files that become styles ----

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome cards and files."""
        data = event.mimeData()
        is_card = data.hasFormat(STYLE_INDEX)
        event.setAccepted(is_card or any(url.isLocalFile() for url in data.urls()))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where the card or file would land."""
        self._drop_at = self._place(event.position().y())
        self.update()
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the mark away."""
        event.accept()
        self._drop_at = None
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put the card where it was dropped, or hand over the files."""
        place = self._place(event.position().y())
        self._drop_at = None
        self.update()
        data = event.mimeData()
        event.acceptProposedAction()
        if data.hasFormat(STYLE_INDEX):
            index = int(bytes(data.data(STYLE_INDEX).data()).decode())
            if 0 <= index < len(self._uses):
                self.move(index, place - 1 if place > index else place)
            return
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.intent.emit("files", paths)

    def _place(self, y: float) -> int:
        return sum(1 for card in self._cards if y > card.geometry().center().y())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame of the empty blend, and where a drop would land."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = tokens()
        if not self._uses:
            painter.setPen(QPen(theme.color("line-strong"), 1.0, Qt.PenStyle.DashLine))
            radius = theme.size("radius-large")
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)
        if self._drop_at is not None and self._cards:
            painter.setPen(QPen(theme.color("accent-base"), 2.0))
            gap = theme.size("space-s") // 2
            if self._drop_at < len(self._cards):
                y = self._cards[self._drop_at].geometry().top() - gap
            else:
                y = self._cards[-1].geometry().bottom() + gap
            y = max(1, min(self.height() - 2, y))
            painter.drawLine(0, y, self.width(), y)
        painter.end()


def _plain_face(style: str) -> StyleFace:
    return StyleFace(style.partition(":")[2].replace("-", " ").capitalize(), QImage())
