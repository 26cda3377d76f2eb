"""A slider with a spin box: fractions in percent, numbers linear or logarithmic, integers."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

from desktop.forms.field_widget import FieldWidget, WheelGuard
from desktop.forms.gesture import SliderGesture
from desktop.forms.scale import POSITIONS, Scale
from desktop.i18n import tr_data
from desktop.theme import tokens
from engine.api import Field


class StepSlider(QSlider):
    """A slider whose keys move by the field's step, and that jumps to where it is pressed.

    Signals:
        stepped(steps): an arrow or the wheel; 10 with Shift.
        to_end(is_high): Home or End.
    """

    stepped = Signal(int)
    to_end = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, POSITIONS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._guard = WheelGuard(self)
        self.installEventFilter(self._guard)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step, Shift steps by ten, Page keys by ten, Home and End go to the ends."""
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }
        key = Qt.Key(event.key())
        if key in steps:
            is_large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.stepped.emit(steps[key] * (10 if is_large and abs(steps[key]) == 1 else 1))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.to_end.emit(key == Qt.Key.Key_End)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle where the pointer is, instead of paging towards it."""
        if event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            handle = self.style().subControlRect(
                QStyle.ComplexControl.CC_Slider,
                option,
                QStyle.SubControl.SC_SliderHandle,
                self,
            )
            if not handle.contains(event.position().toPoint()):
                room = max(1, self.width() - handle.width())
                at = event.position().x() - handle.width() / 2
                self.setSliderDown(True)
                self.setSliderPosition(
                    QStyle.sliderValueFromPosition(0, POSITIONS, round(at), room)
                )
        super().mousePressEvent(event)


class SliderField(FieldWidget):
    """A number between two bounds."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._scale = Scale.of(field)
        self._factor = 100.0 if field.kind == "fraction" else 1.0
        self._value = self._scale.low
        self._gesture = SliderGesture(self)
        self.slider = StepSlider(self)
        self.spin = QDoubleSpinBox(self)
        self.spin.setRange(self._scale.low * self._factor, self._scale.high * self._factor)
        self.spin.setSingleStep(self._scale.step * self._factor)
        self.spin.setDecimals(0 if self._factor > 1 else self._scale.decimals)
        unit = "%" if field.kind == "fraction" else field.unit
        self.spin.setSuffix(f" {unit}" if unit else "")
        # A value to read first and to type into second: no buttons, and no taller than its label.
        self.spin.setStyleSheet(
            "QDoubleSpinBox { padding: 1px 6px; min-height: 18px; }"
            "QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; height: 0; }"
            "QDoubleSpinBox::up-arrow, QDoubleSpinBox::down-arrow"
            " { image: none; width: 0; height: 0; }"
        )
        self.spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.spin.setKeyboardTracking(False)
        self.spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.spin.setFixedWidth(self.fontMetrics().horizontalAdvance("0") * 8)
        self._guard = WheelGuard(self)
        self.spin.installEventFilter(self._guard)
        self.head = self.spin
        for control in (self.slider, self.spin):
            self.name_for_all(control)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens().size("space-s"))
        if field.low_label:
            layout.addWidget(_end_label(field.low_label))
        layout.addWidget(self.slider, 1)
        if field.high_label:
            layout.addWidget(_end_label(field.high_label))
        self._gesture.started.connect(self.gesture_started)
        self._gesture.settled.connect(self._settle)
        self._gesture.ended.connect(self.gesture_ended)
        self.slider.sliderPressed.connect(self._press)
        self.slider.sliderMoved.connect(self._drag)
        self.slider.valueChanged.connect(self._follow_wheel)
        self.slider.sliderReleased.connect(self._gesture.end)
        self.slider.stepped.connect(self._step)
        self.slider.to_end.connect(self._to_end)
        self.spin.valueChanged.connect(self._type)
        self.set_value(field.default if field.default is not None else self._scale.low)

    def value(self) -> Any:
        """Return the number."""
        return round(self._value) if self.field.kind == "integer" else self._value

    def set_value(self, value: Any) -> None:
        """Show a number."""
        self._value = float(value)
        for control in (self.slider, self.spin):
            control.blockSignals(True)
        self.slider.setValue(self._scale.position_of(self._value))
        self.spin.setValue(self._value * self._factor)
        for control in (self.slider, self.spin):
            control.blockSignals(False)

    def _take(self, value: float, *, is_final: bool) -> None:
        value = min(self._scale.high, max(self._scale.low, value))
        if value != self._value or is_final:
            self.set_value(value)
            self.edited.emit(self.value(), is_final)

    @Slot()
    def _press(self) -> None:
        if self._gesture.begin():
            # A press beside the handle has moved it already.
            self._drag(self.slider.sliderPosition())

    @Slot()
    def _settle(self) -> None:
        self._take(self._value, is_final=True)

    @Slot(int)
    def _drag(self, position: int) -> None:
        if position != self._scale.position_of(self._value):
            self._take(self._scale.value_at(position), is_final=False)

    @Slot(int)
    def _follow_wheel(self, position: int) -> None:
        if not self.slider.isSliderDown():
            before = self._scale.position_of(self._value)
            self._step(1 if position > before else -1)

    @Slot(int)
    def _step(self, steps: int) -> None:
        self._gesture.prolong()
        self._take(round(self._value + steps * self._scale.step, 9), is_final=False)
        self.set_value(self._value)

    @Slot(bool)
    def _to_end(self, is_high: bool) -> None:
        self._take(self._scale.high if is_high else self._scale.low, is_final=True)

    @Slot(float)
    def _type(self, shown: float) -> None:
        self._take(round(shown / self._factor, 9), is_final=True)


def _end_label(text: str) -> QLabel:
    label = QLabel(tr_data(text))
    label.setProperty("role", "caption")
    return label
