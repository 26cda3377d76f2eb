"""What every widget of a field can do."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop.i18n import tr_data
from engine.api import Field


class FieldWidget(QWidget):
    """Shows one value and tells of the user's changes of it.

    A row puts `head` (if there is one) beside the label and the widget itself below; a widget
    that is all head sets `is_compact`.

    Signals:
        edited(value, is_final): the user changed it; False while a drag or a burst of keys goes
            on. Values that the program sets are not told.
        gesture_started(), gesture_ended(): around the changes that belong together.
        intent(verb, argument): the user wants something that the form cannot do itself: "paint",
            "invert", "clear", "browse", "file", "mask".
    """

    edited = Signal(object, bool)
    gesture_started = Signal()
    gesture_ended = Signal()
    intent = Signal(str, object)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.head: QWidget | None = None
        self.is_compact = False

    def value(self) -> Any:
        """Return the value as plain data."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value that `checked` has let through; emits nothing."""
        raise NotImplementedError

    def set_thumbnail(self, image: object) -> None:
        """Show a small picture of the value, where there is room for one."""

    def name_for_all(self, control: QWidget) -> None:
        """Give a control the field's name and help, for assistive technology and tooltips."""
        control.setAccessibleName(tr_data(self.field.title))
        control.setAccessibleDescription(tr_data(self.field.help))
        control.setToolTip(tr_data(self.field.help))


class WheelGuard(QObject):
    """Keeps the wheel scrolling the panel unless the control below it has the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Turn away the wheel from what is not focused."""
        if (
            isinstance(event, QWheelEvent)
            and isinstance(watched, QWidget)
            and not watched.hasFocus()
        ):
            event.ignore()
            return True
        return False
