"""File names from a template, fit for every file system a result may be carried to."""

from __future__ import annotations

import difflib
import re
import string
import unicodedata
from collections.abc import Iterable

from engine.errors import ParameterError

FIELDS = ("name", "style", "strength", "width", "height", "date", "time", "counter", "seed", "task")
"""Fields that Gesso fills in a batch; callers may pass others."""

_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}
)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
_LONGEST_BYTES = 180
_LONGEST_FORMAT = re.compile(r"^0?[<>^=]?[+ -]?0?\d{0,2}(\.\d)?[dfg%s]?$")


def target_name(template: str, **fields: object) -> str:
    """Return a file name without its suffix.

    Args:
        template: text with fields in braces, numbers with a format: `{name}_{style}_{counter:03}`.
        fields: what they stand for; None and missing optional values become nothing.

    Returns:
        A name that Windows, macOS and Linux take: no reserved names or characters, no dot or space
        at either end, at most 180 bytes, never empty.

    Raises:
        ParameterError: an unknown field, or braces that do not match.
    """
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ParameterError(
            f"The name template “{_shown(template)}” cannot be read: {error}.",
            field="template",
            hint="Write fields in braces: {name}_{style}.",
        ) from error
    text = ""
    for literal, name, form, conversion in parts:
        text += literal
        if name is not None:
            text += _filled(name, form or "", conversion, fields)
    return safe_file_name(text)


def _filled(name: str, form: str, conversion: str | None, fields: dict[str, object]) -> str:
    if name not in fields:
        raise _unknown(name, fields)
    # Formats and attributes could reach into objects or ask for a name of a million zeros.
    if conversion or not _LONGEST_FORMAT.match(form):
        raise ParameterError(
            f"“{{{name}:{_shown(form)}}}” is not a format that names can have.",
            field="template",
            hint="Numbers can be padded: {counter:03}.",
        )
    value = fields[name]
    if value is None:
        return ""
    if not isinstance(value, int | float | str):
        value = str(value)
    try:
        return format(value, form)
    except ValueError as error:
        raise ParameterError(
            f"“{name}” cannot be written with the format “{form}”.", field="template"
        ) from error


def _unknown(name: str, fields: Iterable[str]) -> ParameterError:
    known = sorted(fields)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean {{{near[0]}}}?" if near else f"There are {', '.join(known)}."
    return ParameterError(
        f"There is no field “{_shown(name)}” for names.", field="template", hint=hint
    )


def safe_file_name(text: str) -> str:
    """Return `text` as a file name without suffix that every common system takes."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(
        "_" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text
    )
    text = _FORBIDDEN.sub("_", text)
    data = text.encode("utf-8", "replace")
    if len(data) > _LONGEST_BYTES:
        text = data[:_LONGEST_BYTES].decode("utf-8", "ignore")
    text = text.strip(" .")
    # Windows looks at what stands before the first dot, whatever the suffix.
    if text.partition(".")[0].rstrip().upper() in _RESERVED:
        text = f"_{text}"
    return text or "picture"


def _shown(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"
