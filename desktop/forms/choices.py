"""Choosing one of several values, and switching one on or off."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from desktop.forms.field_widget import FieldWidget, WheelGuard
from desktop.i18n import tr_data
from desktop.theme import tokens
from engine.api import Field

SEGMENTS_UP_TO = 4


class SegmentedField(FieldWidget):
    """A few values side by side."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens().size("space-xs"))
        self.buttons = QButtonGroup(self)
        self.buttons.setExclusive(True)
        for index, choice in enumerate(field.choices):
            button = QPushButton(tr_data(choice.title), self)
            button.setCheckable(True)
            # Three words must fit into a narrow panel; the sheet's margins are for lone buttons.
            button.setStyleSheet("QPushButton { padding-left: 4px; padding-right: 4px; }")
            button.setAccessibleName(f"{tr_data(field.title)}: {button.text()}")
            button.setAccessibleDescription(tr_data(field.help))
            button.setToolTip(tr_data(field.help))
            self.buttons.addButton(button, index)
            layout.addWidget(button, 1)
        self.set_value(field.default if field.default is not None else field.choices[0].value)
        self.buttons.idClicked.connect(self._choose)

    def value(self) -> Any:
        """Return the chosen value."""
        return self.field.choices[self.buttons.checkedId()].value

    def set_value(self, value: Any) -> None:
        """Show which value is chosen."""
        values = [choice.value for choice in self.field.choices]
        self.buttons.button(values.index(value)).setChecked(True)

    @Slot(int)
    def _choose(self, _index: int) -> None:
        self.edited.emit(self.value(), True)


class ComboField(FieldWidget):
    """Many values in a list."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.is_compact = True
        self.combo = QComboBox(self)
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._guard = WheelGuard(self)
        self.combo.installEventFilter(self._guard)
        for choice in field.choices:
            self.combo.addItem(tr_data(choice.title), choice.value)
        self.name_for_all(self.combo)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.combo)
        if field.default is not None:
            self.set_value(field.default)
        self.combo.activated.connect(self._choose)

    def value(self) -> Any:
        """Return the chosen value."""
        return self.combo.currentData()

    def set_value(self, value: Any) -> None:
        """Show which value is chosen."""
        self.combo.setCurrentIndex(self.combo.findData(value))

    @Slot(int)
    def _choose(self, _index: int) -> None:
        self.edited.emit(self.value(), True)


class Switch(QAbstractButton):
    """A switch that slides between off and on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Return a size that follows the font."""
        height = self.fontMetrics().height() + 4
        return QSize(round(height * 1.8), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track and the knob."""
        del event
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        radius = track.height() / 2
        is_on = self.isChecked()
        painter.setPen(
            QPen(theme.color("accent-base"), 2.0) if self.hasFocus() else Qt.PenStyle.NoPen
        )
        painter.setBrush(theme.color("accent-fill" if is_on else "control-track"))
        if not self.isEnabled():
            painter.setBrush(theme.color("line-subtle"))
        painter.drawRoundedRect(track, radius, radius)
        knob = track.height() - 4
        x = track.right() - knob - 2 if is_on else track.left() + 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent-on-fill" if is_on else "text-primary"))
        painter.drawEllipse(QRectF(x, track.top() + 2, knob, knob))
        painter.end()


class SwitchField(FieldWidget):
    """Yes or no."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.is_compact = True
        self.switch = Switch(self)
        self.name_for_all(self.switch)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.switch)
        self.set_value(bool(field.default))
        self.switch.clicked.connect(self._turn)

    def value(self) -> Any:
        """Return whether it is on."""
        return self.switch.isChecked()

    def set_value(self, value: Any) -> None:
        """Show whether it is on."""
        self.switch.setChecked(bool(value))

    @Slot(bool)
    def _turn(self, is_on: bool) -> None:
        self.edited.emit(is_on, True)
