"""One row of the list of jobs: picture, name, counted progress, and one thing to do."""

from __future__ import annotations

import time

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.engine_link.job_model import JobRole, status_of, times_of, title_of, work_of
from desktop.engine_link.thumbnails import Thumbnails
from desktop.icons import icon
from desktop.theme import Tokens, tokens
from engine.api import Job, JobState

_Index = QModelIndex | QPersistentModelIndex
_THUMB_PX = 48
_BUTTON_PX = 28


def main_action(job: Job) -> str:
    """Return what the button of a row does: "cancel", "retry", "remove" or nothing."""
    match job.state:
        case JobState.QUEUED | JobState.RUNNING:
            return "cancel"
        case JobState.FAILED | JobState.INTERRUPTED | JobState.CANCELLED:
            return "retry"
        case JobState.DONE:
            return "remove"
        case JobState.CANCELLING:
            return ""


_ICONS = {"cancel": "stop", "retry": "retry", "remove": "close"}


class JobDelegate(QStyledItemDelegate):
    """Paints jobs and takes clicks on a row's button.

    Signals:
        acted: (job id, "cancel" | "retry" | "remove").
    """

    acted = Signal(str, str)

    def __init__(self, thumbnails: Thumbnails, parent: QObject) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the height of a row: a thumbnail or three lines, whichever is more."""
        lines = QFontMetrics(option.font).height() * 2 + 14
        pad = 2 * tokens().size("space-s")
        return QSize(200, max(_THUMB_PX, lines) + pad)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one job."""
        job = index.data(JobRole.JOB)
        if not isinstance(job, Job):
            return
        theme = tokens()
        rect: QRect = option.rect.adjusted(4, 1, -4, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._ground(painter, option, rect, theme)
        thumb = QRect(rect.left() + 8, rect.center().y() - _THUMB_PX // 2, _THUMB_PX, _THUMB_PX)
        self._picture(painter, thumb, job, theme)
        self._words(painter, option, thumb, rect, job, theme)
        action = main_action(job)
        is_near = option.state & (
            QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected
        )
        if action and (is_near or job.state is JobState.RUNNING):
            place = self._button(option.rect)
            icon(_ICONS[action]).paint(painter, place.adjusted(5, 5, -5, -5))
        painter.restore()

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, theme: Tokens
    ) -> None:
        token = ""
        if option.state & QStyle.StateFlag.State_Selected:
            token = "accent-tint"
        elif option.state & QStyle.StateFlag.State_MouseOver:
            token = "control-hover"
        radius = theme.size("radius-small")
        painter.setPen(Qt.PenStyle.NoPen)
        if token:
            painter.setBrush(theme.color(token))
            painter.drawRoundedRect(rect, radius, radius)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme.color("accent-base"))
            painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _picture(self, painter: QPainter, place: QRect, job: Job, theme: Tokens) -> None:
        path = QPainterPath()
        path.addRoundedRect(QRectF(place), 4, 4)
        painter.fillPath(path, theme.color("control-field"))
        pixmap: QPixmap | None = self._thumbnails.of(job)
        if pixmap is None or pixmap.isNull():
            name, token = _state_icon(job)
            icon(name, token).paint(painter, place.adjusted(14, 14, -14, -14))
            return
        painter.save()
        painter.setClipPath(path)
        size = pixmap.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        target = QRect(QPoint(0, 0), size)
        target.moveCenter(place.center())
        painter.drawPixmap(target, pixmap)
        painter.restore()

    def _words(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        thumb: QRect,
        rect: QRect,
        job: Job,
        theme: Tokens,
    ) -> None:
        left = thumb.right() + 1 + theme.size("space-m")
        width = self._button(option.rect).left() - theme.size("space-s") - left
        title_font = QFont(option.font)
        title_font.setWeight(QFont.Weight.Medium)
        small = QFont(option.font)
        small.setPixelSize(theme.size("type-small"))
        title_metrics, metrics = QFontMetrics(title_font), QFontMetrics(small)
        has_bar = job.state in {JobState.RUNNING, JobState.CANCELLING}
        height = title_metrics.height() + 2 + metrics.height() + (9 if has_bar else 0)
        y = rect.center().y() - height // 2
        now = time.time()
        elapsed, left_over = times_of(job, now)
        painter.setPen(theme.color("text-tertiary"))
        painter.setFont(small)
        title_room = width - _right_text(painter, elapsed, left, y, width, title_metrics.ascent())
        painter.setFont(title_font)
        painter.setPen(theme.color("text-primary"))
        title = title_metrics.elidedText(title_of(job), Qt.TextElideMode.ElideMiddle, title_room)
        painter.drawText(left, y + title_metrics.ascent(), title)
        y += title_metrics.height() + 2
        painter.setFont(small)
        painter.setPen(theme.color("text-tertiary"))
        room = width - _right_text(painter, left_over, left, y, width, metrics.ascent())
        painter.setPen(theme.color(_status_token(job)))
        words = work_of(job) if has_bar else status_of(job, now)
        status = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(left, y + metrics.ascent(), status)
        if has_bar:
            y += metrics.height() + 5
            bar = QRectF(left, y, width, 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("control-track"))
            painter.drawRoundedRect(bar, 2, 2)
            bar.setWidth(max(4.0, width * min(1.0, job.progress.fraction)))
            painter.setBrush(theme.color("accent-base"))
            painter.drawRoundedRect(bar, 2, 2)

    @staticmethod
    def _button(rect: QRect) -> QRect:
        place = QRect(0, 0, _BUTTON_PX, _BUTTON_PX)
        place.moveCenter(QPoint(rect.right() - 12 - _BUTTON_PX // 2, rect.center().y()))
        return place

    def editorEvent(
        self, event: QEvent, model: object, option: QStyleOptionViewItem, index: _Index
    ) -> bool:
        """Take a click on the row's button."""
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            job = index.data(JobRole.JOB)
            if isinstance(job, Job) and self._button(option.rect).contains(
                event.position().toPoint()
            ):
                action = main_action(job)
                if action:
                    self.acted.emit(job.id, action)
                    return True
        return False


def _right_text(painter: QPainter, text: str, left: int, top: int, width: int, ascent: int) -> int:
    """Draw `text` at the right end of a line and return the room it takes."""
    if not text:
        return 0
    taken = painter.fontMetrics().horizontalAdvance(text)
    painter.drawText(left + width - taken, top + ascent, text)
    return taken + tokens().size("space-s")


def _state_icon(job: Job) -> tuple[str, str]:
    match job.state:
        case JobState.FAILED:
            return "error", "state-error"
        case JobState.INTERRUPTED:
            return "warning", "state-warning"
        case _:
            return "image", "text-tertiary"


def _status_token(job: Job) -> str:
    match job.state:
        case JobState.FAILED:
            return "state-error"
        case JobState.INTERRUPTED:
            return "state-warning"
        case _:
            return "text-secondary"


def repaint(view: QAbstractItemView) -> None:
    """Draw the visible rows again, as elapsed time goes on."""
    view.viewport().update()
