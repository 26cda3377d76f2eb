"""The rail on the left: one button for each canvas, and the window's own switches below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QWidget

from desktop import widgets
from desktop.i18n import tr, tr_data
from desktop.icons import icon
from desktop.pages.page import Page


class Rail(QFrame):
    """Chooses the page.

    Signals:
        chosen: id of a page.
    """

    chosen = Signal(str)

    def __init__(
        self, pages: Sequence[Page], switches: Sequence[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "window")
        self.setProperty("edge", "right")
        self.setAccessibleName(tr("Canvases"))
        metrics = self.fontMetrics()
        width = max(64, *(metrics.horizontalAdvance(tr_data(p.title)) + 12 for p in pages), 64)
        self.setFixedWidth(width + 16)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        layout = widgets.column(self, margin="space-s", gap="space-xs")
        for number, page in enumerate(pages, start=1):
            button = QToolButton()
            button.setProperty("kind", "rail")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setIcon(icon(page.icon, "text-secondary", "accent-base"))
            button.setIconSize(QSize(28, 28))
            button.setText(tr_data(page.title))
            button.setToolTip(f"{tr_data(page.title)}  Ctrl+Alt+{number}")
            button.setAccessibleName(tr_data(page.title))
            button.setCheckable(True)
            button.setFixedWidth(width)
            button.setProperty("page", page.id)
            self._group.addButton(button)
            self._buttons[page.id] = button
            layout.addWidget(button)
        layout.addStretch(1)
        for action in switches:
            switch = widgets.action_button(action)
            switch.setFixedWidth(width)
            switch.setFixedHeight(36)
            layout.addWidget(switch)
        self._group.buttonClicked.connect(self._choose)

    @Slot(object)
    def _choose(self, button: QToolButton) -> None:
        self.chosen.emit(str(button.property("page")))

    def show_current(self, page_id: str) -> None:
        """Mark the page that is shown."""
        button = self._buttons.get(page_id)
        if button is not None:
            button.setChecked(True)
