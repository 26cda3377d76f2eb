"""Whether a plain value fits a field, before it goes into a widget that could only bend it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desktop.i18n import tr, tr_data
from engine.api import Field, ParameterError


def checked(field: Field, value: Any) -> Any:
    """Return `value` as the form holds it.

    Raises:
        ParameterError: it does not fit the field.
    """
    if value is None:
        if field.is_optional or field.is_required:
            return None
        raise _misfit(field)
    match field.kind:
        case "fraction" | "number":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise _misfit(field)
            _in_range(field, value)
            return float(value)
        case "integer":
            if isinstance(value, bool) or not isinstance(value, int):
                raise _misfit(field)
            _in_range(field, value)
            return value
        case "choice":
            if value not in {choice.value for choice in field.choices}:
                raise _misfit(field)
            return value
        case "bool":
            if not isinstance(value, bool):
                raise _misfit(field)
            return value
        case "styles":
            return _styles(field, value)
        case _:
            if not isinstance(value, str):
                raise _misfit(field)
            return value


def is_default(field: Field, value: Any) -> bool:
    """Return whether `value` is what the field has when nobody touches it."""
    if field.kind in ("fraction", "number") and None not in (value, field.default):
        return bool(abs(value - field.default) < 1e-9)
    if field.default is None and field.kind == "styles":
        return not value
    return bool(value == field.default)


def _styles(field: Field, value: Any) -> tuple[dict[str, Any], ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise _misfit(field)
    uses = []
    for use in value:
        if not isinstance(use, dict) or not isinstance(use.get("style"), str):
            raise _misfit(field)
        weight = use.get("weight", 1.0)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or weight < 0:
            raise _misfit(field)
        uses.append(dict(use))
    return tuple(uses)


def _in_range(field: Field, value: float) -> None:
    is_low = field.low is not None and value < field.low
    is_high = field.high is not None and value > field.high
    if is_low or is_high or value != value:
        raise ParameterError(
            tr(
                "{title} must lie between {low} and {high}.",
                title=tr_data(field.title),
                low=field.low,
                high=field.high,
            ),
            field=field.name,
        )


def _misfit(field: Field) -> ParameterError:
    return ParameterError(
        tr("That value does not fit {title}.", title=tr_data(field.title)), field=field.name
    )
