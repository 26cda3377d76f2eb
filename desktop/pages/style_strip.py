"""The strip of styles: paintings, built-in styles, the user's own pictures and networks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import mark, tr, tr_data
from desktop.icons import icon
from desktop.pages.thumb_strip import Thumb, ThumbStrip

ADD_KEY = "add"
GROUPS = (
    ("all", mark("All")),
    ("painting", mark("Paintings")),
    ("built-in", mark("Built-in")),
    ("own", mark("Yours")),
)


@dataclass(frozen=True)
class StyleCard:
    """One style as the strip shows it.

    Attributes:
        style: what `StyleUse.style` calls it.
        title: in the user's language.
        group: "painting", "built-in" or "own".
        picture: file of its thumbnail.
        tip: a phrase about its character, or its licence.
        is_removable: whether the user brought it and may take it away.
    """

    style: str
    title: str
    group: str
    picture: Path | None = None
    tip: str = ""
    is_removable: bool = False


class StyleStrip(QWidget):
    """Chooses styles for the blend.

    Signals:
        style_chosen: a style shall be the only one.
        style_toggled: a style shall join or leave the blend.
        add_wanted: the user wants to bring pictures or networks.
        files_dropped: list of paths dropped on the strip.
        remove_wanted: one of the user's own styles shall leave the strip.
    """

    style_chosen = Signal(str)
    style_toggled = Signal(str)
    add_wanted = Signal()
    files_dropped = Signal(list)
    remove_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[StyleCard, ...] = ()
        self._weights: dict[str, float] = {}
        self._group = "all"
        self._pixmaps: dict[Path, QPixmap] = {}
        self.strip = ThumbStrip(68, tr("Styles"), self)
        self.strip.take_files()
        self.strip.chosen.connect(self._on_chosen)
        self.strip.added.connect(self._on_added)
        self.strip.menu_wanted.connect(self._on_menu)
        self.strip.remove_wanted.connect(self._on_remove)
        self.strip.files_dropped.connect(self.files_dropped)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 2)
        layout.setSpacing(2)
        layout.addLayout(self._make_header())
        layout.addWidget(self.strip)

    def _make_header(self) -> QHBoxLayout:
        header = QHBoxLayout()
        header.setSpacing(4)
        self._tabs = QButtonGroup(self)
        for name, title in GROUPS:
            button = QToolButton(self)
            button.setText(tr_data(title))
            button.setCheckable(True)
            button.setChecked(name == self._group)
            button.setAutoRaise(True)
            button.setProperty("role", "tab")
            button.setProperty("group", name)
            button.setAccessibleName(tr("Show styles: {group}", group=tr_data(title)))
            self._tabs.addButton(button)
            header.addWidget(button)
        self._tabs.buttonClicked.connect(self._on_tab)
        header.addStretch(1)
        hint = QLabel(tr("Click to use a style · Ctrl+click to blend"), self)
        hint.setProperty("role", "caption")
        header.addWidget(hint)
        return header

    def set_cards(self, cards: tuple[StyleCard, ...]) -> None:
        """Show these styles."""
        self._cards = cards
        self._fill()

    def set_blend(self, weights: dict[str, float]) -> None:
        """Mark the styles that are in the blend, with their shares 0..1."""
        if weights != self._weights:
            self._weights = dict(weights)
            self._fill()

    @property
    def cards(self) -> tuple[StyleCard, ...]:
        """Everything in the strip, whichever group is shown."""
        return self._cards

    def titles(self) -> dict[str, str]:
        """Return style -> title of everything in the strip."""
        return {card.style: card.title for card in self._cards}

    def images(self) -> dict[str, QImage]:
        """Return style -> thumbnail of everything in the strip that has one."""
        found = ((card.style, self._pixmap(card.picture)) for card in self._cards)
        return {style: pixmap.toImage() for style, pixmap in found if pixmap is not None}

    def _pixmap(self, path: Path | None) -> QPixmap | None:
        if path is None:
            return None
        if path not in self._pixmaps:
            self._pixmaps[path] = QPixmap(str(path))
        found = self._pixmaps[path]
        return None if found.isNull() else found

    def _fill(self) -> None:
        shown = [c for c in self._cards if self._group in ("all", c.group)]
        thumbs = [self._thumb(card) for card in shown]
        if self._group in ("all", "own"):
            thumbs.insert(
                0,
                Thumb(
                    key=ADD_KEY,
                    title=tr("Add…"),
                    icon=icon("plus"),
                    tip=tr("Use a picture of yours as a style, or a style network (.onnx)"),
                ),
            )
        self.strip.thumbs.set_thumbs(thumbs)

    def _thumb(self, card: StyleCard) -> Thumb:
        weight = self._weights.get(card.style)
        is_blend = weight is not None and len(self._weights) > 1
        return Thumb(
            key=card.style,
            title=card.title,
            picture=self._pixmap(card.picture),
            badge=f"{weight * 100:.0f} %" if weight is not None and is_blend else "",
            tip=card.tip,
            is_chosen=weight is not None,
            icon=icon("image"),
        )

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        if key == ADD_KEY:
            self.add_wanted.emit()
        else:
            self.style_chosen.emit(key)

    @Slot(str)
    def _on_added(self, key: str) -> None:
        if key == ADD_KEY:
            self.add_wanted.emit()
        else:
            self.style_toggled.emit(key)

    @Slot(str)
    def _on_remove(self, key: str) -> None:
        if any(card.style == key and card.is_removable for card in self._cards):
            self.remove_wanted.emit(key)

    @Slot(object)
    def _on_tab(self, button: QToolButton) -> None:
        self._group = str(button.property("group"))
        self._fill()

    @Slot(str, QPoint)
    def _on_menu(self, key: str, position: QPoint) -> None:
        card = next((card for card in self._cards if card.style == key), None)
        if card is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        use = menu.addAction(tr("Use this style"))
        is_in = key in self._weights
        blend = menu.addAction(tr("Take out of the blend") if is_in else tr("Add to the blend"))
        remove = menu.addAction(tr("Remove from this strip")) if card.is_removable else None
        taken = menu.exec(position)
        if taken is use:
            self.style_chosen.emit(key)
        elif taken is blend:
            self.style_toggled.emit(key)
        elif remove is not None and taken is remove:
            self.remove_wanted.emit(key)
