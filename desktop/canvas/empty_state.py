"""What an empty canvas says: how to begin."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.i18n import tr
from desktop.theme import tokens


class EmptyState(QWidget):
    """A calm drawing, two lines of help and a button.

    Signals:
        open_requested(): the user wants to choose a file.
    """

    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing = _PrimedCanvas(self)
        self._title = _label(tr("Drop a photograph here"), "title")
        self._help = _label(tr("or press Ctrl+O to open one, or Ctrl+V to paste"), "body")
        self._open = QPushButton(tr("Open a picture…"), self)
        self._open.setProperty("kind", "primary")
        self._open.clicked.connect(self.open_requested)
        self._buttons = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(self._drawing, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(tokens().size("space-l"))
        layout.addWidget(self._title)
        layout.addSpacing(tokens().size("space-xs"))
        layout.addWidget(self._help)
        layout.addSpacing(tokens().size("space-l"))
        # Attached before it is filled: PySide frees a layout's items twice otherwise.
        layout.addLayout(self._buttons)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._open)
        self._buttons.addStretch(1)
        layout.addStretch(1)
        self.setAccessibleName(tr("Empty canvas"))
        self.setAccessibleDescription(f"{self._title.text()} {self._help.text()}")

    def add_button(self, text: str, run: Callable[[], None]) -> QPushButton:
        """Offer one more way to begin, as a quiet button: "Try a sample"."""
        button = QPushButton(text, self)
        button.clicked.connect(lambda _checked=False: run())
        self._buttons.insertSpacing(self._buttons.count() - 1, tokens().size("space-s"))
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        return button


class _PrimedCanvas(QWidget):
    """A stretched canvas with one stroke on its white ground."""

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().height()
        return QSize(side * 11, side * 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        unit = self.height() / 80
        painter.scale(unit, unit)
        painter.translate((self.width() / unit - 110) / 2, 0)
        line = theme.color("line-strong")
        painter.setPen(QPen(line, 1.6))
        painter.setBrush(QColor(246, 243, 236))
        board = QRectF(13, 4, 84, 60)
        painter.drawRoundedRect(board, 2.5, 2.5)
        # The easel's ledge and feet.
        pen = QPen(line, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(6, 66.5), QPointF(104, 66.5))
        painter.drawLine(QPointF(34, 66.5), QPointF(28, 78))
        painter.drawLine(QPointF(76, 66.5), QPointF(82, 78))
        # One broad stroke that runs dry: parallel hairs of unequal length.
        for hair in range(-4, 5):
            y = 1.9 * hair
            stroke = QPainterPath(QPointF(27 + abs(hair) * 0.7, 44 + y))
            stroke.cubicTo(
                QPointF(38, 14 + y), QPointF(58, 52 + y), QPointF(82 - (hair * hair) % 7, 22 + y)
            )
            pen = QPen(theme.color("accent-fill", 0.92), 2.5, Qt.PenStyle.SolidLine)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(stroke)
        painter.end()


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    label.setWordWrap(True)
    return label
