"""The frame of a page: canvas, side panel and strip with movable borders between them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSplitter, QWidget

from desktop import widgets
from desktop.pages.page import Page


class PageFrame(QFrame):
    """Lays out one page and remembers how."""

    def __init__(self, page: Page, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "window")
        self.page = page
        self._side = page.side_panel()
        self._strip = page.bottom_strip()
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._down = QSplitter(Qt.Orientation.Vertical)
        for splitter in (self._across, self._down):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
        self._down.addWidget(page)
        if self._strip is not None:
            self._down.addWidget(self._strip)
            self._down.setStretchFactor(0, 1)
            self._down.setStretchFactor(1, 0)
        self._across.addWidget(self._down)
        if self._side is not None:
            self._across.addWidget(self._side)
            self._across.setStretchFactor(0, 1)
            self._across.setStretchFactor(1, 0)
            digit = self.fontMetrics().horizontalAdvance("0")
            self._across.setSizes([10 * digit * 12, 38 * digit])
        layout = widgets.row(self, gap="")
        layout.addWidget(self._across)

    def panes(self) -> tuple[QWidget, ...]:
        """Return the parts between which F6 moves."""
        return tuple(part for part in (self.page, self._side, self._strip) if part is not None)

    def set_panels_visible(self, visible: bool) -> None:
        """Show or hide everything but the canvas."""
        for part in (self._side, self._strip):
            if part is not None:
                part.setVisible(visible)

    def save_state(self) -> dict[str, Any]:
        """Return the positions of the borders."""
        return {"across": self._across.sizes(), "down": self._down.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Put the borders where they were; forgives anything odd."""
        for splitter, key in ((self._across, "across"), (self._down, "down")):
            sizes = state.get(key)
            if not isinstance(sizes, list) or len(sizes) != splitter.count():
                continue
            if all(isinstance(size, int) and size > 0 for size in sizes):
                splitter.setSizes(sizes)
