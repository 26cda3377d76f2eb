"""A form for the parameters of a task, made from its declaration alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.forms.checks import checked
from desktop.forms.choices import Switch
from desktop.forms.field_widget import FieldWidget
from desktop.forms.field_widgets import widget_for
from desktop.forms.rows import FieldRow, Group
from desktop.i18n import tr
from desktop.theme import tokens
from engine.api import Field, ParameterError, TaskParams, fields_of


class ParamForm(QWidget):
    """Rows for the fields of a task.

    The form shows values and tells of the user's changes; it is no store. A page answers
    `changed` with an edit of the document, and `set_values` when the document is another one.

    Signals:
        changed(name, value, is_final): the user changed a field. While a drag goes on, is_final
            is False; the last change of a gesture comes again with True.
        gesture_started(name), gesture_ended(name): around the changes that make one undo step.
            A change outside of them is a step of its own.
        intent(name, verb, argument): see the intents of the field widgets.
    """

    changed = Signal(str, object, bool)
    gesture_started = Signal(str)
    gesture_ended = Signal(str)
    intent = Signal(str, str, object)

    def __init__(
        self,
        fields: type[TaskParams] | Iterable[Field],
        *,
        leave_out: Iterable[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        """Make the rows.

        Args:
            fields: a task's parameters type, or the fields themselves.
            leave_out: names of fields that are shown elsewhere, such as the content.
            parent: owner.
        """
        super().__init__(parent)
        declared = fields_of(fields) if isinstance(fields, type) else tuple(fields)
        left_out = set(leave_out)
        self.fields = tuple(field for field in declared if field.name not in left_out)
        self.rows: dict[str, FieldRow] = {}
        self.groups: dict[str, Group] = {}
        self._advanced_is_shown = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens().size("space-l"))
        for field in self.fields:
            self._add(field, layout)
        self.advanced = Switch(self)
        self._add_advanced(layout)
        layout.addStretch(1)
        self._refresh()

    # ---- values ----

    def value(self, name: str) -> Any:
        """Return the value of a field as plain data.

        Raises:
            KeyError: there is no such row.
        """
        return self.rows[name].widget.value()

    def values(self) -> dict[str, Any]:
        """Return every value as plain data, by name."""
        return {name: row.widget.value() for name, row in self.rows.items()}

    def set_value(self, name: str, value: Any) -> None:
        """Show a value; nothing is told of it.

        Raises:
            KeyError: there is no such row.
            ParameterError: the value does not fit the field.
        """
        row = self.rows[name]
        value = checked(row.field, value)
        if value != row.widget.value():
            row.widget.set_value(value)
        row.refresh()
        row.show_error("")
        self._refresh()

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values; a field that is not among them shows its default.

        Raises:
            ParameterError: a value does not fit its field. The others are shown all the same.
        """
        misfit: ParameterError | None = None
        for name, row in self.rows.items():
            try:
                self.set_value(name, values.get(name, row.field.default))
            except ParameterError as error:
                misfit = error
        if misfit is not None:
            raise misfit

    def widget(self, name: str) -> FieldWidget:
        """Return the widget of a field.

        Raises:
            KeyError: there is no such row.
        """
        return self.rows[name].widget

    def show_error(self, error: ParameterError | None) -> None:
        """Show an error below the field that it names; None takes every error back."""
        for row in self.rows.values():
            row.show_error("")
        if error is None:
            return
        name = error.field.partition(".")[0].partition("[")[0]
        if name in self.rows:
            row = self.rows[name]
            row.show_error(str(error))
            if row.field.is_advanced:
                self.show_advanced(True)

    # ---- what is seen ----

    @property
    def shown(self) -> set[str]:
        """Names of the fields that are there to see now."""
        return {field.name for field in self.fields if self._is_shown(field)}

    def show_advanced(self, is_on: bool) -> None:
        """Show or hide the fields that are seldom needed."""
        self._advanced_is_shown = is_on
        self.advanced.setChecked(is_on)
        self._refresh()

    def _is_shown(self, field: Field) -> bool:
        if field.is_advanced and not self._advanced_is_shown:
            return False
        if field.visible_if is None:
            return True
        other, wanted = field.visible_if
        return other not in self.rows or self.value(other) in wanted

    def _refresh(self) -> None:
        shown = self.shown
        for group in self.groups.values():
            group.refresh(shown)

    # ---- making ----

    def _add(self, field: Field, layout: QVBoxLayout) -> None:
        if field.group not in self.groups:
            group = Group(field.group, self)
            self.groups[field.group] = group
            layout.addWidget(group)
        group = self.groups[field.group]
        widget = widget_for(field, group)
        row = FieldRow(field, widget, group)
        group.add(row)
        self.rows[field.name] = row
        link = _Link(self, row)
        widget.edited.connect(link.edited)
        widget.gesture_started.connect(link.started)
        widget.gesture_ended.connect(link.ended)
        widget.intent.connect(link.meant)
        row.reset_asked.connect(link.reset)

    def _add_advanced(self, layout: QVBoxLayout) -> None:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(tr("Show advanced settings"), line)
        label.setProperty("role", "body")
        label.setBuddy(self.advanced)
        self.advanced.setAccessibleName(label.text())
        row.addWidget(label)
        row.addStretch(1)
        row.addWidget(self.advanced)
        self.advanced.toggled.connect(self.show_advanced)
        line.setVisible(any(field.is_advanced for field in self.fields))
        layout.addWidget(line)

    def take(self, row: FieldRow, value: Any, *, is_final: bool) -> None:
        """Pass on a change of the user's."""
        row.refresh()
        row.show_error("")
        self._refresh()
        self.changed.emit(row.field.name, value, is_final)


class _Link(QObject):
    """Adds a row's name to what its widget tells."""

    def __init__(self, form: ParamForm, row: FieldRow) -> None:
        super().__init__(row)
        self._form = form
        self._row = row

    @Slot(object, bool)
    def edited(self, value: object, is_final: bool) -> None:
        self._form.take(self._row, value, is_final=is_final)

    @Slot()
    def started(self) -> None:
        self._form.gesture_started.emit(self._row.field.name)

    @Slot()
    def ended(self) -> None:
        self._form.gesture_ended.emit(self._row.field.name)

    @Slot(str, object)
    def meant(self, verb: str, argument: object) -> None:
        self._form.intent.emit(self._row.field.name, verb, argument)

    @Slot()
    def reset(self) -> None:
        self._row.widget.set_value(self._row.field.default)
        self._form.take(self._row, self._row.widget.value(), is_final=True)
