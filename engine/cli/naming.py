"""Names of the files that a command writes."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from engine.assets.naming import target_name
from engine.errors import ParameterError

WRITABLE = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"})
DEFAULT_TEMPLATE = "{name}-{style}"

FIELDS = ("name", "style", "strength", "counter", "date")


def checked_template(template: str) -> str:
    """Return `template` if it names every picture of a batch differently.

    Raises:
        ParameterError: it does not, or it holds an unknown field.
    """
    names = [
        file_name(template, name=name, style="style", strength=1.0, counter=counter)
        for name, counter in (("one", 1), ("two", 2))
    ]
    if names[0] == names[1]:
        raise ParameterError(
            f"--name {template!r} would give every file the same name.",
            field="name",
            hint="Put {name} or {counter} into it.",
        )
    return template


def file_name(
    template: str, *, name: str, style: str, strength: float = 1.0, counter: int = 1
) -> str:
    """Return a safe file name without suffix.

    Raises:
        ParameterError: the template holds an unknown field or unmatched braces.
    """
    return target_name(
        template,
        name=name,
        style=style,
        strength=round(strength, 3),
        counter=counter,
        date=datetime.datetime.now().astimezone().date().isoformat(),
    )


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
