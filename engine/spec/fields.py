"""From a parameters type to a list of fields that forms and command lines are made of."""

from __future__ import annotations

import enum
import functools
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect as mi

from engine.spec.task import TaskParams


@dataclass(frozen=True)
class Choice:
    """One value of an enum, and the word for it."""

    value: str
    title: str


@dataclass(frozen=True)
class Field:
    """One parameter as a form or a command line needs it.

    Attributes:
        name: of the attribute.
        kind: "number", "fraction", "integer", "choice", "bool", "text", "image", "mask",
            "styles" or another that a declaration names.
        title: label.
        help: one sentence.
        default: plain value (enum values as their text), or None if there is none.
        is_required: whether a value must be given.
        is_optional: whether None is a value.
        low, high: inclusive range, or None.
        step, unit, scale, low_label, high_label: see `engine.spec.params.ui`.
        choices: of an enum, in the order of the class.
        group: heading.
        is_advanced: hidden until asked for.
        visible_if: name of another field and the values for which this one is shown.
    """

    name: str
    kind: str
    title: str
    help: str = ""
    default: Any = None
    is_required: bool = False
    is_optional: bool = False
    low: float | None = None
    high: float | None = None
    step: float | None = None
    unit: str = ""
    scale: str = "linear"
    low_label: str = ""
    high_label: str = ""
    choices: tuple[Choice, ...] = ()
    group: str = ""
    is_advanced: bool = False
    visible_if: tuple[str, tuple[Any, ...]] | None = None


@functools.cache
def fields_of(params_type: type[TaskParams]) -> tuple[Field, ...]:
    """Return the fields of `params_type` in the order of its declaration."""
    described = mi.type_info(params_type)
    if not isinstance(described, mi.StructType):  # pragma: no cover - the type says so
        raise TypeError(f"{params_type!r} is not a struct")
    return tuple(_field(item) for item in described.fields)


def field_of(params_type: type[TaskParams], name: str) -> Field:
    """Return the field called `name`.

    Raises:
        KeyError: there is none.
    """
    for candidate in fields_of(params_type):
        if candidate.name == name:
            return candidate
    raise KeyError(name)


def _field(item: mi.Field) -> Field:
    core, title, help_text, hints = _unwrap(item.type)
    is_optional = False
    if isinstance(core, mi.UnionType):
        others = [t for t in core.types if not isinstance(t, mi.NoneType)]
        is_optional = len(others) < len(core.types)
        inner, inner_title, inner_help, inner_hints = _unwrap(others[0])
        core = inner
        title, help_text = title or inner_title, help_text or inner_help
        hints = {**inner_hints, **hints}
    return Field(
        name=item.name,
        kind=hints.get("kind") or _kind(core),
        title=title or item.name.replace("_", " ").capitalize(),
        help=help_text,
        default=_default(item),
        is_required=item.required,
        is_optional=is_optional,
        low=_bound(core, "ge", "gt"),
        high=_bound(core, "le", "lt"),
        step=hints.get("step"),
        unit=hints.get("unit", ""),
        scale=hints.get("scale", "linear"),
        low_label=hints.get("low_label", ""),
        high_label=hints.get("high_label", ""),
        choices=_choices(core, hints.get("choice_titles", {})),
        group=hints.get("group", ""),
        is_advanced=bool(hints.get("advanced", False)),
        visible_if=_plain(hints.get("visible_if")),
    )


def _unwrap(described: mi.Type) -> tuple[mi.Type, str, str, dict[str, Any]]:
    """Return the type under its `Metadata` layers, and what they say; outer layers win."""
    title = help_text = ""
    hints: dict[str, Any] = {}
    while isinstance(described, mi.Metadata):
        schema = described.extra_json_schema or {}
        title = title or str(schema.get("title", ""))
        help_text = help_text or str(schema.get("description", ""))
        hints = {**(described.extra or {}), **hints}
        described = described.type
    return described, title, help_text, hints


def _kind(core: mi.Type) -> str:
    match core:
        case mi.BoolType():
            return "bool"
        case mi.IntType():
            return "integer"
        case mi.FloatType():
            return "number"
        case mi.EnumType() | mi.LiteralType():
            return "choice"
        case mi.StrType():
            return "text"
        case _:
            return "other"


def _default(item: mi.Field) -> Any:
    if item.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(item.default)
    if item.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(item.default_factory())
    return None


def _bound(core: mi.Type, *names: str) -> float | None:
    for name in names:
        value = getattr(core, name, None)
        if isinstance(value, int | float):
            return value
    return None


def _choices(core: mi.Type, titles: dict[str, str]) -> tuple[Choice, ...]:
    # msgspec sorts an enum's values; the order of the class is the one that was meant.
    if not (isinstance(core, mi.EnumType) and issubclass(core.cls, enum.Enum)):
        return ()
    values = [str(member.value) for member in core.cls]
    return tuple(Choice(v, titles.get(v, v.replace("-", " ").capitalize())) for v in values)


def _plain(hint: tuple[str, tuple[object, ...]] | None) -> tuple[str, tuple[Any, ...]] | None:
    if hint is None:
        return None
    name, values = hint
    return name, tuple(msgspec.to_builtins(v) for v in values)
