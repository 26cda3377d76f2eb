"""The button that opens the jobs: how many, and a ring for how far."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from desktop.engine_link.job_model import JobModel
from desktop.i18n import tr
from desktop.icons import icon
from desktop.theme import tokens
from engine.api import Job, JobState

_RING_PX = 20
_ALIVE = {JobState.QUEUED, JobState.RUNNING, JobState.CANCELLING}


def overall(jobs: tuple[Job, ...]) -> tuple[int, float]:
    """Return how many jobs are not final, and how far the running ones are (0..1)."""
    alive = [job for job in jobs if job.state in _ALIVE]
    moving = [job.progress.fraction for job in alive if job.state is not JobState.QUEUED]
    return len(alive), (sum(moving) / len(moving) if moving else 0.0)


class JobButton(QToolButton):
    """Shows an icon while nothing runs, else a ring with the number of jobs inside."""

    def __init__(self, model: JobModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._count = 0
        self._fraction = 0.0
        self.setCheckable(True)
        self.setIconSize(QSize(_RING_PX, _RING_PX))
        model.rowsInserted.connect(self._refresh)
        model.rowsRemoved.connect(self._refresh)
        model.dataChanged.connect(self._refresh)
        self._refresh()

    @property
    def count(self) -> int:
        """Jobs that wait or run."""
        return self._count

    @Slot()
    def _refresh(self) -> None:
        self._count, self._fraction = overall(self._model.jobs())
        if self._count:
            percent = round(self._fraction * 100)
            words = tr("Jobs: {n} open, {percent} % done", n=self._count, percent=percent)
        else:
            words = tr("Jobs")
        self.setToolTip(words + "  Ctrl+J")
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square that fits the other buttons of the bar."""
        return QSize(_RING_PX + 10, _RING_PX + 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button's ground, then the ring or the icon."""
        super().paintEvent(event)
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(0, 0, _RING_PX, _RING_PX)
        place.moveCenter(QRectF(self.rect()).center())
        if not self._count:
            token = "accent-base" if self.isChecked() else "text-secondary"
            icon("jobs", token).paint(painter, place.toRect())
            painter.end()
            return
        self._arc(painter, place, theme.color("control-track"), 1.0)
        self._arc(painter, place, theme.color("accent-base"), self._fraction)
        font = QFont(self.font())
        font.setPixelSize(theme.size("type-caption") - 1)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.color("text-primary"))
        text = str(self._count) if self._count < 100 else "99"
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    @staticmethod
    def _arc(painter: QPainter, place: QRectF, color: QColor, fraction: float) -> None:
        pen = QPen(color, 2.0)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        inner = place.adjusted(1, 1, -1, -1)
        # Qt counts in sixteenths of a degree, anticlockwise from three o'clock.
        painter.drawArc(inner, 90 * 16, -round(360 * 16 * fraction))
