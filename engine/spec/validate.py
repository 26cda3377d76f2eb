"""Checking parameters: one door for forms, the command line, saved recipes and the wire."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from engine.errors import ParameterError
from engine.spec.task import TaskParams, TaskSpec

P = TypeVar("P", bound=TaskParams)

LARGEST_BYTES = 1_000_000
"""Of a job's parameters as text. Pictures are named in them, never held."""

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
    checked = convert_params(dump_params(params), type(params))
    try:
        size = len(msgspec.json.encode(checked))
    except UnicodeEncodeError as error:
        # Names of files may hold bytes that are no text; neither the wire nor a journal takes them.
        raise ParameterError(
            f"{error.object!r} holds characters that are no text.", hint="Rename the file."
        ) from error
    if size > LARGEST_BYTES:
        raise ParameterError(f"The settings take {size:,} bytes; {LARGEST_BYTES:,} are allowed.")
    return checked


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
