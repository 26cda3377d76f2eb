"""Values that are typed: whole numbers without a slider, numbers without bounds, text."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from desktop.forms.field_widget import FieldWidget, WheelGuard
from engine.api import Field

# A spin box holds 31 bits.
_INT_LIMIT = 2**31 - 1


class IntegerField(FieldWidget):
    """A whole number in a wide range."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.is_compact = True
        self.spin = QSpinBox(self)
        self.spin.setRange(
            int(-_INT_LIMIT if field.low is None else max(-_INT_LIMIT, field.low)),
            int(_INT_LIMIT if field.high is None else min(_INT_LIMIT, field.high)),
        )
        self.spin.setSingleStep(int(field.step or 1))
        self.spin.setSuffix(f" {field.unit}" if field.unit else "")
        self.spin.setKeyboardTracking(False)
        self.spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._guard = WheelGuard(self)
        self.spin.installEventFilter(self._guard)
        self.name_for_all(self.spin)
        _fill(self, self.spin)
        if field.default is not None:
            self.set_value(field.default)
        self.spin.valueChanged.connect(self._change)

    def value(self) -> Any:
        """Return the number."""
        return self.spin.value()

    def set_value(self, value: Any) -> None:
        """Show a number."""
        was_blocked = self.spin.blockSignals(True)
        self.spin.setValue(int(value))
        self.spin.blockSignals(was_blocked)

    @Slot(int)
    def _change(self, value: int) -> None:
        self.edited.emit(value, True)


class NumberField(FieldWidget):
    """A number with at most one bound."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.is_compact = True
        self.spin = QDoubleSpinBox(self)
        self.spin.setDecimals(4)
        self.spin.setRange(
            -1e9 if field.low is None else field.low, 1e9 if field.high is None else field.high
        )
        self.spin.setSingleStep(field.step or 0.1)
        self.spin.setSuffix(f" {field.unit}" if field.unit else "")
        self.spin.setKeyboardTracking(False)
        self.spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._guard = WheelGuard(self)
        self.spin.installEventFilter(self._guard)
        self.name_for_all(self.spin)
        self._value = 0.0
        _fill(self, self.spin)
        if field.default is not None:
            self.set_value(field.default)
        self.spin.valueChanged.connect(self._change)

    def value(self) -> Any:
        """Return the number."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a number; what the box rounds away is kept."""
        self._value = float(value)
        was_blocked = self.spin.blockSignals(True)
        self.spin.setValue(self._value)
        self.spin.blockSignals(was_blocked)

    @Slot(float)
    def _change(self, value: float) -> None:
        self._value = value
        self.edited.emit(value, True)


class TextField(FieldWidget):
    """A line of text."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.line = QLineEdit(self)
        self.name_for_all(self.line)
        self._is_none = field.default is None and field.is_optional
        _fill(self, self.line)
        self.set_value(field.default)
        self._is_typing = False
        self.line.textEdited.connect(self._type)
        self.line.editingFinished.connect(self._finish)

    def value(self) -> Any:
        """Return the text; None where that is a value and nothing is written."""
        text = self.line.text()
        return None if self._is_none and not text else text

    def set_value(self, value: Any) -> None:
        """Show a text."""
        if self.line.text() != (value or ""):
            self.line.setText(value or "")

    @Slot(str)
    def _type(self, _text: str) -> None:
        if not self._is_typing:
            self._is_typing = True
            self.gesture_started.emit()
        self.edited.emit(self.value(), False)

    @Slot()
    def _finish(self) -> None:
        if self._is_typing:
            self._is_typing = False
            self.edited.emit(self.value(), True)
            self.gesture_ended.emit()


def _fill(owner: FieldWidget, control: QWidget) -> None:
    layout = QHBoxLayout(owner)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(control)
