"""Writes resources/styles/index.toml: every style that the studio offers out of the box."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tools.paint.built_in import BUILT_IN, BuiltIn
from tools.paint.catalogue import PAINTINGS

_HEAD = """\
# The styles of the style canvas. Written by `python -m tools.paint`; do not edit by hand.
# painting: a picture for the arbitrary-style network. built-in: a row of the 26-style network.
schema = 1
"""


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pair(english: str, chinese: str) -> str:
    return f"{{ en = {_text(english)}, zh_CN = {_text(chinese)} }}"


def _built_in(row: BuiltIn) -> str:
    return (
        "[[style]]\n"
        f"key = {_text(row.key)}\n"
        'kind = "built-in"\n'
        f"index = {row.row}\n"
        f'thumbnail = "thumbnails/{row.key}.jpg"\n'
        f"titles = {_pair(row.title, row.title_zh)}\n"
        f"group = {_pair('Built-in', '内置')}\n"
        f"character = {_pair(row.character, row.character_zh)}\n"
        f"abstract = {str(row.abstract).lower()}\n"
    )


def index_text(folder: Path) -> str:
    """Return the index for the pictures in `folder`.

    Raises:
        FileNotFoundError: a painting has not been painted.
    """
    parts = [_HEAD]
    for painting in PAINTINGS:
        name = f"{painting.key}.jpg"
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        parts.append(
            "[[style]]\n"
            f"key = {_text(painting.key)}\n"
            'kind = "painting"\n'
            f"file = {_text(name)}\n"
            f'thumbnail = "thumbnails/{painting.key}.jpg"\n'
            f"titles = {_pair(painting.title, painting.title_zh)}\n"
            f"group = {_pair('Paintings', '绘画')}\n"
            f"medium = {_pair(painting.medium, painting.medium_zh)}\n"
            f"character = {_pair(painting.character, painting.character_zh)}\n"
            'maker = "Gesso, tools/paint"\n'
            'licence = "CC0-1.0"\n'
            f"seed = {painting.seed}\n"
            f'sha256 = "{digest}"\n'
        )
    parts.extend(_built_in(row) for row in BUILT_IN)
    return "\n".join(parts)


def write_index(folder: Path) -> Path:
    """Write the index beside the pictures and return its path."""
    target = folder / "index.toml"
    target.write_text(index_text(folder), encoding="utf-8")
    return target
