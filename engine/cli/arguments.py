"""Arguments of a task, derived from its fields, and their way back to parameters."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from engine.spec.fields import Field, fields_of
from engine.spec.task import TaskParams

FILE_KINDS = frozenset({"image", "mask"})


def option_of(field: Field) -> str:
    """Return the option's name for a field: `keep_color` is `--keep-color`."""
    return "--" + field.name.replace("_", "-")


def add_fields(
    parser: argparse.ArgumentParser, params: type[TaskParams], *, leave_out: frozenset[str]
) -> None:
    """Add an option for every field but those in `leave_out`.

    Options that are not given do not appear in the namespace, so that settings from elsewhere
    can stand below them.
    """
    groups: dict[str, argparse._ArgumentGroup] = {}
    for field in fields_of(params):
        if field.name in leave_out:
            continue
        heading = (field.group or "settings").lower()
        if heading not in groups:
            groups[heading] = parser.add_argument_group(heading)
        _add(groups[heading], field)


def given_values(
    namespace: argparse.Namespace, params: type[TaskParams], *, leave_out: frozenset[str]
) -> dict[str, Any]:
    """Return the values that were given on the command line, by field name."""
    given = vars(namespace)
    return {
        field.name: given[field.name]
        for field in fields_of(params)
        if field.name in given and field.name not in leave_out
    }


def _add(group: argparse._ArgumentGroup, field: Field) -> None:
    common: dict[str, Any] = {
        "dest": field.name,
        "default": argparse.SUPPRESS,
        "help": _help(field),
    }
    option = option_of(field)
    if field.kind == "bool":
        group.add_argument(option, action=argparse.BooleanOptionalAction, **common)
    elif field.choices:
        values = [choice.value for choice in field.choices]
        group.add_argument(option, choices=values, **common)
    elif field.kind in FILE_KINDS:
        group.add_argument(option, metavar="FILE", **common)
    elif field.kind in ("number", "fraction", "integer"):
        group.add_argument(option, type=_number(field), metavar=field.unit.upper() or "N", **common)
    else:
        group.add_argument(option, metavar="TEXT", **common)


def _help(field: Field) -> str:
    parts = [field.help or field.title]
    if field.choices:
        parts.append("; ".join(f"{c.value}: {c.title.lower()}" for c in field.choices) + ".")
    elif field.low is not None and field.high is not None:
        parts.append(f"{field.low:g} to {field.high:g}.")
    if field.kind != "bool" and field.default is not None:
        parts.append(f"Default: {field.default}.")
    return " ".join(parts).replace("%", "%%")


def _number(field: Field) -> Callable[[str], float | int]:
    """Return a converter that takes what the field takes, and "80%" for a fraction."""

    def convert(text: str) -> float | int:
        raw = text.strip()
        try:
            if field.kind == "integer":
                value: float | int = int(raw)
            elif raw.endswith("%") and field.kind == "fraction":
                value = float(raw[:-1]) / 100
            else:
                value = float(raw)
        except ValueError:
            what = "a whole number" if field.kind == "integer" else "a number"
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}") from None
        low, high = field.low, field.high
        # Written so that not-a-number fails too.
        if not ((low is None or value >= low) and (high is None or value <= high)):
            span = f"{low if low is not None else ''} to {high if high is not None else ''}"
            raise argparse.ArgumentTypeError(f"{text} is outside {span.strip()}")
        return value

    return convert
