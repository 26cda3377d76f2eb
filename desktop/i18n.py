"""Words in the user's language: English is the source, a JSON catalogue holds the rest.

`tr("…")` translates a sentence written in the window's code, `mark("…")` only says that a sentence
will be translated later, and `tr_data(text)` translates what comes from declarations: titles and
help of parameters, names of styles, hints of errors. All three use the English text as the key.
`tools/i18n.py` finds every key; a test holds the catalogues against it.
"""

from __future__ import annotations

import json
import locale
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

_catalogue: dict[str, str] = {}
_language = "en"


@dataclass(frozen=True)
class Language:
    """A language that the window speaks.

    Attributes:
        code: name of its catalogue: "zh_CN".
        name: in the language itself.
    """

    code: str
    name: str


LANGUAGES = (Language("en", "English"), Language("zh_CN", "简体中文"))


def tr(text: str, /, **values: object) -> str:
    """Return `text` in the user's language, with `{names}` filled in from `values`."""
    translated = _catalogue.get(text, text)
    if not values:
        return translated
    try:
        return translated.format(**values)
    except (KeyError, IndexError, ValueError):
        # A slip in a translation must not take the sentence away.
        return text.format(**values)


def tr_data(text: str) -> str:
    """Return a sentence of a declaration in the user's language, or as it is."""
    return _catalogue.get(text, text)


def mark(text: str) -> str:
    """Return `text` as it is, and have it collected for translation."""
    return text


def without_mnemonic(text: str) -> str:
    """Return a menu's words without the letter to press: "&Open…", "打开(&O)…"."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "")


def language() -> str:
    """Return the code of the language that is spoken now."""
    return _language


def system_language() -> str:
    """Return the code of the catalogue that fits the user's system, or "en"."""
    named = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    try:
        named.append(locale.getlocale()[0] or "")
    except ValueError:  # an unknown name in LC_CTYPE
        log.debug("the system's locale has no known name")
    name = next((name for name in named if name), "")
    return "zh_CN" if name.lower().startswith(("zh", "chinese")) else "en"


def load(folder: Path, code: str) -> dict[str, str]:
    """Return the catalogue of `code` in `folder`; empty for English or when it cannot be read."""
    if code == "en":
        return {}
    try:
        data = json.loads((folder / f"{code}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        log.warning("no translation for %s: %s", code, error)
        return {}
    return {str(key): str(value) for key, value in data.items() if value}


def install(folder: Path, code: str) -> str:
    """Speak `code` from now on ("system" asks the system) and return the code that is spoken."""
    global _catalogue, _language
    wanted = system_language() if code == "system" else code
    _language = wanted if any(known.code == wanted for known in LANGUAGES) else "en"
    _catalogue = load(folder, _language)
    return _language
