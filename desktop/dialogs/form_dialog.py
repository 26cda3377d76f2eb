"""A dialog of named fields below each other, with one button that agrees and one that does not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QWidget

from desktop import widgets
from desktop.i18n import tr


class FormDialog(QDialog):
    """The frame of such a dialog: subclasses add their fields, then call `finish`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(1, 1)
        self._line = 0

    def add_section(self, title: str) -> None:
        """Begin a group of fields."""
        if self._line:
            self._grid.setRowMinimumHeight(self._line, 14)
            self._line += 1
        self._grid.addWidget(widgets.label(title, "heading"), self._line, 0, 1, 2)
        self._line += 1

    def add_field(self, name: str, field: QWidget) -> None:
        """Add a field with its name before it."""
        label = widgets.label(name)
        label.setBuddy(field)
        field.setAccessibleName(name)
        self._grid.addWidget(label, self._line, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(field, self._line, 1)
        self._line += 1

    def add_note(self, note: QWidget) -> None:
        """Add something below the last field."""
        self._grid.addWidget(note, self._line, 1)
        self._line += 1

    def finish(self, agree: str, *, width: int) -> None:
        """Add the buttons.

        Args:
            agree: word on the button that accepts.
            width: least width of the dialog, in digits.
        """
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setText(agree)
        ok.setProperty("kind", "primary")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = widgets.column(self, margin="space-xl", gap="space-l")
        layout.addLayout(self._grid)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("0") * width)
