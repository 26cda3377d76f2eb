"""What this is: version, device and folders, ready to be copied into a report."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QWidget

from desktop import widgets
from desktop.i18n import tr
from desktop.icons import icon
from engine.api import Folders, __version__


def facts(folders: Folders, device: str) -> tuple[tuple[str, str], ...]:
    """Return (name, value) of what a report should say."""
    return (
        (tr("Version"), __version__),
        (tr("System"), platform.platform()),
        ("Python", platform.python_version()),
        ("Qt", PySide6.__version__),
        (tr("Device"), device),
        (tr("Library"), str(folders.library)),
        (tr("Models"), str(folders.models)),
        (tr("Log files"), str(folders.logs)),
    )


class AboutDialog(QDialog):
    """Name, one sentence, facts."""

    def __init__(self, folders: Folders, device: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About Gesso"))
        self._facts = facts(folders, device)
        layout = widgets.column(self, margin="space-xl", gap="space-l")
        head = widgets.row(gap="space-l")
        picture = QLabel()
        picture.setPixmap(icon("style-canvas", "accent-base").pixmap(QSize(56, 56)))
        words = widgets.column(gap="space-xs")
        words.addWidget(widgets.label("Gesso", "title"))
        words.addWidget(widgets.label(tr("An offline studio for generative art."), "body"))
        head.addWidget(picture)
        head.addLayout(words, 1)
        layout.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(1, 1)
        for number, (name, value) in enumerate(self._facts):
            text = widgets.label(value, wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(widgets.label(name, "caption"), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, number, 1)
        layout.addLayout(grid)
        note = tr("Nothing leaves this machine: no account, no telemetry, no hidden download.")
        layout.addWidget(widgets.label(note, "body", wrap=True))
        buttons = widgets.row()
        self._copy = widgets.button(tr("Copy"), "", "copy")
        self._copy.clicked.connect(self.copy)
        close = widgets.button(tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout.addLayout(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("0") * 64)
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.timeout.connect(self._say_copy)

    @Slot()
    def copy(self) -> None:
        """Put the facts on the clipboard."""
        QGuiApplication.clipboard().setText("\n".join(f"{n}: {v}" for n, v in self._facts))
        self._copy.setText(tr("Copied"))
        self._back.start(1500)

    @Slot()
    def _say_copy(self) -> None:
        self._copy.setText(tr("Copy"))

    def done(self, result: int) -> None:
        """Close, and wait for nothing."""
        self._back.stop()
        super().done(result)

    @classmethod
    def tell(cls, folders: Folders, device: str, parent: QWidget) -> None:
        """Show the dialog."""
        dialog = cls(folders, device, parent)
        dialog.exec()
        dialog.deleteLater()
