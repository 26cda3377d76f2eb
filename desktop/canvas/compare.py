"""Before and after: which of the two is seen where, and the divider between them."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from desktop.i18n import tr

GRAB_PX = 9.0
HANDLE_PX = 17.0
SIDE_GAP = 0.03
_INK = QColor(20, 20, 22, 200)
_PAPER = QColor(255, 255, 255, 240)


class CompareMode(Enum):
    """What is shown when there is a result: the values are those of `ViewState.mode`."""

    AFTER = "after"
    BEFORE = "before"
    SPLIT = "split"
    SIDE = "side"


def rects(mode: CompareMode, picture: QRectF) -> tuple[QRectF, QRectF]:
    """Return where before and after lie in the scene."""
    if mode is not CompareMode.SIDE:
        return QRectF(picture), QRectF(picture)
    shift = picture.width() + max(picture.width(), picture.height()) * SIDE_GAP
    return QRectF(picture), picture.translated(shift, 0)


def clips(mode: CompareMode, picture: QRectF, divider: float) -> tuple[QRectF, QRectF]:
    """Return which part of the scene before and after are seen in."""
    before, after = rects(mode, picture)
    match mode:
        case CompareMode.AFTER:
            return QRectF(), after
        case CompareMode.BEFORE:
            return before, QRectF()
        case CompareMode.SIDE:
            return before, after
        case CompareMode.SPLIT:
            x = picture.left() + picture.width() * divider
            left = QRectF(picture.topLeft(), QPointF(x, picture.bottom()))
            return left, QRectF(QPointF(x, picture.top()), picture.bottomRight())


def handle_at(line_x: float, picture: QRectF, window: QRectF) -> QPointF:
    """Return the middle of the handle: on the line, half way down what is seen of the picture."""
    return QPointF(line_x, picture.intersected(window).center().y())


def is_on_divider(position: QPointF, line_x: float, picture: QRectF, window: QRectF) -> bool:
    """Return whether a press at `position` takes hold of the divider; all in window pixels."""
    if not picture.adjusted(-GRAB_PX, 0, GRAB_PX, 0).contains(position):
        return False
    handle = handle_at(line_x, picture, window)
    near_handle = (position - handle).manhattanLength() <= HANDLE_PX * 1.4
    return near_handle or abs(position.x() - line_x) <= GRAB_PX


def paint_divider(
    painter: QPainter, line_x: float, picture: QRectF, window: QRectF, accent: QColor | None
) -> None:
    """Paint the line and its handle in window pixels.

    Args:
        painter: without a transform.
        line_x: where the line stands.
        picture: the picture's rectangle in the window.
        window: the window's rectangle.
        accent: colour of the handle's ring while it is held or has the focus.
    """
    seen = picture.intersected(window)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    top, bottom = QPointF(line_x, seen.top()), QPointF(line_x, seen.bottom())
    painter.setPen(QPen(QColor(0, 0, 0, 90), 3.0))
    painter.drawLine(top, bottom)
    painter.setPen(QPen(_PAPER, 1.5))
    painter.drawLine(top, bottom)
    middle = handle_at(line_x, picture, window)
    painter.setPen(QPen(accent or QColor(0, 0, 0, 60), 2.0 if accent else 1.0))
    painter.setBrush(_PAPER)
    painter.drawEllipse(middle, HANDLE_PX, HANDLE_PX)
    painter.setPen(
        QPen(_INK, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for side in (-1, 1):
        arrow = QPainterPath(middle + QPointF(side * 5, -4.5))
        arrow.lineTo(middle + QPointF(side * 9.5, 0))
        arrow.lineTo(middle + QPointF(side * 5, 4.5))
        painter.drawPath(arrow)


def paint_label(painter: QPainter, text: str, picture: QRectF, window: QRectF, right: bool) -> None:
    """Paint a name in an upper corner of what is seen of `picture`; left out where too narrow."""
    seen = picture.intersected(window)
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(text) + 18, 24.0
    if seen.width() < width + 20 or seen.height() < height + 20:
        return
    x = seen.right() - width - 10 if right else seen.left() + 10
    chip = QRectF(x, seen.top() + 10, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_INK)
    painter.drawRoundedRect(chip, height / 2, height / 2)
    painter.setFont(font)
    painter.setPen(QColor(255, 255, 255))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def label_of(is_before: bool) -> str:
    """Return the word for one of the two pictures."""
    return tr("Before") if is_before else tr("After")
