"""Find every sentence that a user reads, and hold the translations against them.

    python -m tools.i18n            list what is missing or no longer used, by language
    python -m tools.i18n --write    add missing keys, empty, and drop unused ones

Sentences are the string literals in `tr("…")` and `mark("…")` in desktop/, the titles of themes,
and what the declarations of tasks say: titles, help, groups, words at sliders' ends, choices.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "resources" / "i18n"

# Functions whose literal arguments a user reads; elsewhere than inside tr() they are a slip.
SHOWING = {
    "setText", "setToolTip", "setStatusTip", "setWhatsThis", "setWindowTitle", "setTitle",
    "setPlaceholderText", "setAccessibleName", "setAccessibleDescription", "setSpecialValueText",
    "setTabText", "addAction", "addMenu", "addItem", "addItems", "addTab", "addButton",
    "showMessage",
    "QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QAction", "QGroupBox", "QMenu",
    "label", "button", "tool_button", "EmptyState", "getOpenFileNames", "getOpenFileName",
    "getSaveFileName", "getExistingDirectory",
}  # fmt: skip


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the source files below `folder`."""
    yield from sorted(folder.rglob("*.py"))


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def keys_in_code(folder: Path) -> dict[str, str]:
    """Return sentence -> where it stands, for `tr` and `mark` below `folder`.

    Raises:
        ValueError: the argument is not a plain literal, and so cannot be found.
    """
    found: dict[str, str] = {}
    for path in python_files(folder):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in {"tr", "mark"}:
                text = _text(node.args[0]) if node.args else None
                where = f"{path.relative_to(folder.parent)}:{node.lineno}"
                if text is None:
                    raise ValueError(f"{where}: tr() and mark() take one string literal")
                found.setdefault(text, where)
    return found


def keys_in_declarations() -> dict[str, str]:
    """Return sentence -> where it comes from, for everything that tasks declare."""
    from engine.api import TASKS, fields_of

    found: dict[str, str] = {}
    for spec in TASKS:
        if spec.is_debug:
            continue
        found.setdefault(spec.title, f"task {spec.id}")
        for field in fields_of(spec.params):
            where = f"{spec.id}.{field.name}"
            words = [field.title, field.help, field.group, field.low_label, field.high_label]
            words += [choice.title for choice in field.choices]
            for text in words:
                if text:
                    found.setdefault(text, where)
    return found


def keys_in_themes() -> dict[str, str]:
    """Return the titles of the themes."""
    import tomllib

    found = {}
    for path in sorted((ROOT / "resources" / "themes").glob("*.toml")):
        title = tomllib.loads(path.read_text(encoding="utf-8")).get("title")
        if title:
            found[title] = path.name
    return found


def all_keys() -> dict[str, str]:
    """Return every sentence and where it comes from."""
    return {**keys_in_themes(), **keys_in_declarations(), **keys_in_code(ROOT / "desktop")}


def bare_literals(folder: Path) -> list[str]:
    """Return "file:line: text" for literals that are shown without tr()."""
    found = []
    for path in python_files(folder):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in SHOWING:
                arguments = [*node.args, *(k.value for k in node.keywords if k.arg != "role")]
                found += [
                    f"{path.relative_to(folder.parent)}:{node.lineno}: {text}"
                    for text in _bare(arguments, _called(node))
                ]
    return found


# Second and later arguments of our own builders are names of roles and icons.
_FIRST_ONLY = {"label", "button", "addItem"}
_NOT_FIRST = {"tool_button", "EmptyState"}
# Names that are the same in every language.
_NAMES = {"Gesso", "sRGB", "Esc", "Python", "Qt", "ONNX Runtime", "OpenVINO", "CUDA"}


def _bare(arguments: list[ast.expr], called: str) -> Iterator[str]:
    if called in _FIRST_ONLY:
        arguments = arguments[:1]
    elif called in _NOT_FIRST:
        arguments = arguments[1:]
    for argument in arguments:
        parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
        for part in parts:
            text = _text(part)
            if text is not None and has_words(text) and text.strip() not in _NAMES:
                yield text


def has_words(text: str) -> bool:
    """Return whether `text` says something: two letters in a row, and not only a unit or a key."""
    letters = "".join(c if c.isalpha() else " " for c in text).split()
    units = {"px", "MB", "GB", "Ctrl", "Alt", "Shift"}
    return any(len(word) > 1 and word not in units for word in letters)


def catalogue(code: str) -> dict[str, str]:
    """Return what is in a catalogue."""
    path = CATALOGUES / f"{code}.json"
    data: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return data


def main(arguments: list[str]) -> int:
    """Report, or write; return 1 if something is missing."""
    keys = all_keys()
    missing_any = False
    for path in sorted(CATALOGUES.glob("*.json")):
        known = catalogue(path.stem)
        missing = [key for key in keys if not known.get(key)]
        unused = [key for key in known if key not in keys]
        missing_any = missing_any or bool(missing)
        if "--write" in arguments:
            merged = {key: known.get(key, "") for key in sorted(keys)}
            text = json.dumps(merged, ensure_ascii=False, indent=1) + "\n"
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path.stem}: {len(keys)} sentences, {len(missing)} missing, {len(unused)} unused")
        for key in missing:
            print(f"  missing  {keys[key]}  {key!r}")
        for key in unused:
            print(f"  unused   {key!r}")
    for line in bare_literals(ROOT / "desktop"):
        print(f"  not translatable  {line}")
    return 1 if missing_any else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
