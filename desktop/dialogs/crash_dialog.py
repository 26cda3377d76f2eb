"""The dialog after an unexpected error: what happened, and that the work is safe."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from desktop import widgets
from desktop.i18n import tr
from desktop.theme import mono_font


class CrashDialog(QDialog):
    """One sentence, the report behind a button, and on with the work."""

    def __init__(self, summary: str, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Something went wrong"))
        self._report = report
        layout = widgets.column(self, margin="space-xl", gap="space-m")
        layout.addWidget(widgets.label(tr("Something went wrong in the window"), "heading"))
        words = tr(
            "Your work and running jobs are not affected. If it comes back, the report below "
            "helps to find the cause. It stays on this machine unless you send it."
        )
        layout.addWidget(widgets.label(words, "body", wrap=True))
        line = widgets.label(summary, "error", wrap=True)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(line)
        self._text = QPlainTextEdit(report)
        self._text.setReadOnly(True)
        self._text.setFont(mono_font())
        self._text.setAccessibleName(tr("Report"))
        layout.addWidget(self._text, 1)
        row = widgets.row()
        copy = widgets.button(tr("Copy the report"), "", "copy")
        copy.clicked.connect(self.copy)
        close = widgets.button(tr("Go on"), "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(copy)
        row.addStretch(1)
        row.addWidget(close)
        layout.addLayout(row)
        digit = self.fontMetrics().horizontalAdvance("0")
        self.resize(digit * 84, self.fontMetrics().height() * 26)

    @Slot()
    def copy(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self._report)

    @classmethod
    def tell(cls, summary: str, report: str, parent: QWidget | None) -> None:
        """Show the dialog."""
        dialog = cls(summary, report, parent)
        dialog.exec()
        dialog.deleteLater()
