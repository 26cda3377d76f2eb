"""A card above the canvas while a job runs: what is done, how far it is, and Stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import tr
from desktop.theme import tokens

_STEPS = 1000


class ProgressCard(QFrame):
    """Shows progress as counted work.

    Signals:
        stop_requested(): the user wants the job to end.
    """

    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "raised")
        space = tokens().size
        self._note = QLabel(self)
        self._note.setProperty("role", "strong")
        self._left = QLabel(self)
        self._left.setProperty("role", "caption")
        self._bar = QProgressBar(self)
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress"))
        self._stop = QPushButton(tr("Stop"), self)
        self._stop.clicked.connect(self._ask_to_stop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(
            space("space-l"), space("space-m"), space("space-m"), space("space-m")
        )
        layout.setSpacing(space("space-l"))
        # Attached before they are filled: PySide frees a layout's items twice otherwise.
        column = QVBoxLayout()
        layout.addLayout(column, 1)
        column.setSpacing(space("space-s"))
        words = QHBoxLayout()
        column.addLayout(words)
        words.addWidget(self._note, 1)
        words.addWidget(self._left, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self._bar)
        layout.addWidget(self._stop)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 56)
        self.hide()

    def show_progress(
        self,
        fraction: float,
        note: str,
        *,
        done: int = 0,
        total: int = 0,
        seconds_left: float | None = None,
        is_stopping: bool = False,
    ) -> None:
        """Show how far a job is.

        Args:
            fraction: 0..1.
            note: what is being done, already translated.
            done: units finished of the present step.
            total: units of the present step; 0 if they cannot be counted.
            seconds_left: what is expected to remain, or None if not known.
            is_stopping: the job was asked to end and has not yet.
        """
        if is_stopping:
            note = tr("Stopping…")
        counted = tr("{done} of {total}", done=done, total=total) if total else ""
        self._note.setText(f"{note}  ·  {counted}" if note and counted else note or counted)
        self._left.setText("" if seconds_left is None or is_stopping else _remaining(seconds_left))
        self._bar.setValue(round(min(1.0, max(0.0, fraction)) * _STEPS))
        self._stop.setEnabled(not is_stopping)
        self.show()

    def _ask_to_stop(self) -> None:
        self._stop.setEnabled(False)
        self.stop_requested.emit()


def _remaining(seconds: float) -> str:
    if seconds < 1:
        return tr("less than a second left")
    if seconds < 90:
        return tr("about {seconds} s left", seconds=round(seconds))
    return tr("about {minutes} min left", minutes=round(seconds / 60))
