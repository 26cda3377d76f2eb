"""The strip of results: everything that was made here, to look at, compare, reuse and export."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from desktop.document.history import Generation
from desktop.i18n import tr
from desktop.pages.thumb_strip import Thumb, ThumbStrip


class ResultsStrip(QWidget):
    """Shows the history of a project, the newest first.

    Signals:
        wanted: (what, generation id), where what is "show", "compare", "reuse", "star",
            "export", "copy" or "delete".
        thumbnail_wanted: generation id of a result whose thumbnail is not there yet.
    """

    wanted = Signal(str, str)
    thumbnail_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: dict[str, QPixmap] = {}
        self._asked: set[str] = set()
        self._generations: tuple[Generation, ...] = ()
        self._shown = ""
        self._style_titles: dict[str, str] = {}
        self.strip = ThumbStrip(56, tr("Results"), self)
        self.strip.chosen.connect(self._on_chosen)
        self.strip.added.connect(self._on_compare)
        self.strip.menu_wanted.connect(self._on_menu)
        self.strip.remove_wanted.connect(self._on_remove)
        header = QHBoxLayout()
        title = QLabel(tr("Results"), self)
        title.setProperty("role", "section")
        header.addWidget(title)
        header.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 4)
        layout.setSpacing(2)
        layout.addLayout(header)
        layout.addWidget(self.strip)
        self.hide()

    def set_generations(self, generations: tuple[Generation, ...], shown: str = "") -> None:
        """Show these results, of which `shown` is on the canvas."""
        self._generations = tuple(reversed(generations))
        self._shown = shown
        self.strip.thumbs.set_thumbs([self._thumb(g) for g in self._generations])
        # Room is dear: the strip is there from the first result on.
        self.setVisible(bool(generations))
        for generation in self._generations:
            if generation.id not in self._pictures and generation.id not in self._asked:
                self._asked.add(generation.id)
                self.thumbnail_wanted.emit(generation.id)

    def set_style_titles(self, titles: dict[str, str]) -> None:
        """Say what styles are called."""
        if titles != self._style_titles:
            self._style_titles = dict(titles)
            self.strip.thumbs.set_thumbs([self._thumb(g) for g in self._generations])

    def set_thumbnail(self, generation_id: str, image: QImage) -> None:
        """Give a result the thumbnail that has been read meanwhile."""
        picture = QPixmap.fromImage(image)
        self._pictures[generation_id] = picture
        self.strip.thumbs.set_picture(generation_id, picture)

    def _thumb(self, generation: Generation) -> Thumb:
        facts = [f"{generation.width} × {generation.height}", f"{generation.seconds:.1f} s"]
        facts += [ran.summary() for ran in generation.ran[:1]]
        return Thumb(
            key=generation.id,
            title=self._title(generation),
            picture=self._pictures.get(generation.id),
            badge="★" if generation.starred else "",
            tip="\n".join((self._title(generation), generation.label, " · ".join(facts))),
            is_chosen=generation.id == self._shown,
        )

    def _title(self, generation: Generation) -> str:
        """Return what tells a result from its neighbours: the styles that it is painted in."""
        names = [
            self._style_titles.get(str(use.get("style", "")), tr("Picture"))
            for use in generation.params.get("styles", ())
        ]
        return " + ".join(names) or generation.label or tr("Result")

    def _is_starred(self, key: str) -> bool:
        return any(g.id == key and g.starred for g in self._generations)

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self.wanted.emit("show", key)

    @Slot(str)
    def _on_compare(self, key: str) -> None:
        self.wanted.emit("compare", key)

    @Slot(str)
    def _on_remove(self, key: str) -> None:
        self.wanted.emit("delete", key)

    @Slot(str, QPoint)
    def _on_menu(self, key: str, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        titles = {
            "show": tr("Show"),
            "compare": tr("Compare with what is shown"),
            "reuse": tr("Use these settings again"),
            "star": tr("Take the star away") if self._is_starred(key) else tr("Star"),
            "export": tr("Export…"),
            "copy": tr("Copy"),
            "delete": tr("Remove from the results"),
        }
        for name, title in titles.items():
            if name == "delete":
                menu.addSeparator()
            menu.addAction(title).setData(name)
        taken = menu.exec(position)
        if taken is not None:
            self.wanted.emit(str(taken.data()), key)
