"""Which widget shows which kind of field: one table, open for further kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from desktop.forms.asset_field import ImageField, MaskField
from desktop.forms.choices import SEGMENTS_UP_TO, ComboField, SegmentedField, SwitchField
from desktop.forms.entries import IntegerField, NumberField, TextField
from desktop.forms.field_widget import FieldWidget
from desktop.forms.sliders import SliderField
from desktop.forms.style_blend import StyleBlend
from engine.api import Field

Factory = Callable[[Field, QWidget | None], FieldWidget]

WIDEST_SLIDER = 1000
"""Whole numbers with a wider range are typed: a slider could not meet them."""


def _number(field: Field, parent: QWidget | None) -> FieldWidget:
    has_range = field.low is not None and field.high is not None
    return SliderField(field, parent) if has_range else NumberField(field, parent)


def _integer(field: Field, parent: QWidget | None) -> FieldWidget:
    if field.low is None or field.high is None or field.high - field.low > WIDEST_SLIDER:
        return IntegerField(field, parent)
    return SliderField(field, parent)


def _choice(field: Field, parent: QWidget | None) -> FieldWidget:
    if len(field.choices) <= SEGMENTS_UP_TO:
        return SegmentedField(field, parent)
    return ComboField(field, parent)


FACTORIES: Mapping[str, Factory] = {
    "fraction": SliderField,
    "number": _number,
    "integer": _integer,
    "choice": _choice,
    "bool": SwitchField,
    "text": TextField,
    "image": ImageField,
    "mask": MaskField,
    "styles": StyleBlend,
}


def widget_for(field: Field, parent: QWidget | None = None) -> FieldWidget:
    """Return a new widget for `field`; a kind that is not in the table is typed as text."""
    return FACTORIES.get(field.kind, TextField)(field, parent)
