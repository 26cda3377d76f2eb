"""Names of the files that a command writes."""

from __future__ import annotations

import re
import string
from pathlib import Path

from engine.errors import ParameterError

WRITABLE = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"})
DEFAULT_TEMPLATE = "{name}-{style}"

_KEYS = ("name", "style", "number")
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_LONGEST = 120


def checked_template(text: str) -> str:
    """Return `text` if it is a template of a file's name.

    Raises:
        ParameterError: it is not.
    """
    try:
        keys = [key for _, key, _, _ in string.Formatter().parse(text) if key is not None]
        if set(keys) <= set(_KEYS):
            text.format(**dict.fromkeys(_KEYS, ""))
    except ValueError as error:
        raise ParameterError(f"--name {text!r} is not a pattern: {error}.", field="name") from error
    unknown = [key for key in keys if key not in _KEYS]
    if unknown:
        raise ParameterError(
            f"--name {text!r}: there is no {{{unknown[0]}}}.",
            field="name",
            hint=f"It may hold {', '.join(f'{{{k}}}' for k in _KEYS)}.",
        )
    if not {"name", "number"} & set(keys):
        raise ParameterError(
            f"--name {text!r} would give every file the same name.",
            field="name",
            hint="Put {name} or {number} into it.",
        )
    return text


def file_name(template: str, *, name: str, style: str, number: int) -> str:
    """Return a safe file name without suffix; `template` was checked."""
    text = template.format(name=name, style=style, number=f"{number:04d}")
    text = _UNSAFE.sub("-", text).strip(" .-")[:_LONGEST].rstrip(" .-")
    return text or f"picture-{number:04d}"


def style_label(names: list[str]) -> str:
    """Return a word for a blend of styles in a file's name: "ember+oil"."""
    parts = []
    for name in names:
        word = name.removeprefix("built-in:").removeprefix("painting:").removeprefix("model:")
        word = Path(word).stem if "." in word else word
        parts.append(re.sub(r"[^\w-]+", "-", word).strip("-") or "style")
    label = "+".join(parts[:3])
    return label if len(parts) <= 3 else f"{label}+{len(parts) - 3}"


def result_suffix(source: Path | None, wanted: str = "") -> str:
    """Return the suffix of a result: the one that is wanted, else the source's, else PNG.

    Raises:
        ParameterError: the wanted one is none that Gesso writes.
    """
    if wanted:
        suffix = "." + wanted.lower().lstrip(".")
        if suffix not in WRITABLE:
            raise ParameterError(
                f"Gesso does not write {suffix} files.",
                field="output",
                hint=f"It writes {', '.join(sorted(WRITABLE))}.",
            )
        return suffix
    if source is not None and source.suffix.lower() in WRITABLE:
        return source.suffix.lower()
    return ".png"


def free_path(path: Path, taken: set[Path] | None = None) -> Path:
    """Return `path`, or the next of `name-2`, `name-3`, … that is neither there nor taken."""
    taken = taken or set()
    candidate, number = path, 2
    while candidate in taken or candidate.exists():
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return candidate
