"""Checking parameters: one door for forms, the command line, saved recipes and the wire."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from engine.errors import ParameterError
from engine.spec.task import TaskParams, TaskSpec

P = TypeVar("P", bound=TaskParams)

_WHERE = re.compile(r" - at `\$\.?(?P<path>.*)`$")


def convert_params(data: object, params_type: type[P], *, strict: bool = True) -> P:
    """Return `data` as parameters, with every constraint checked.

    Args:
        data: a mapping of plain values.
        params_type: the parameters' type.
        strict: False also takes numbers and booleans written as text.

    Raises:
        ParameterError: with the dotted name of the field.
    """
    try:
        return msgspec.convert(data, params_type, strict=strict)
    except msgspec.ValidationError as error:
        text = str(error)
        where = _WHERE.search(text)
        field = where["path"] if where else ""
        message = _WHERE.sub("", text)
        name = f"{field}: " if field else ""
        raise ParameterError(f"{name}{message}.", field=field) from error


def validated(params: P) -> P:
    """Return `params` again, with every constraint checked.

    Raises:
        ParameterError: with the dotted name of the field.
    """
    return convert_params(dump_params(params), type(params))


def dump_params(params: TaskParams) -> dict[str, Any]:
    """Return `params` as plain data for journals, recipes and the wire."""
    data: dict[str, Any] = msgspec.to_builtins(params)
    return data


def load_params(spec: TaskSpec, data: dict[str, Any], version: int) -> TaskParams:
    """Return saved parameters, brought up from an older version where needed.

    Raises:
        ParameterError: they do not fit, or were saved by a newer Gesso.
    """
    if version > spec.version:
        raise ParameterError(
            f"These settings were made by a newer Gesso ({spec.id} version {version}; "
            f"this one knows {spec.version}).",
            hint="Update Gesso to use them.",
        )
    for step in range(version, spec.version):
        data = spec.upgrades[step](data)
    return convert_params(data, spec.params)
