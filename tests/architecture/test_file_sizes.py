"""Files that one can read in one sitting."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 400

ALLOWED: dict[str, str] = {}
"""Path -> why it is better in one piece."""


def sources() -> list[Path]:
    return sorted(path for top in ("engine", "desktop") for path in (ROOT / top).rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_or_has_a_reason(path: Path):
    name = path.relative_to(ROOT).as_posix()
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if name in ALLOWED:
        assert lines > LIMIT, f"{name} has {lines} lines and needs no reason any more"
    else:
        assert lines <= LIMIT, f"{name} has {lines} lines: split it by role, or give a reason"


def test_every_reason_belongs_to_a_file():
    assert all((ROOT / name).is_file() for name in ALLOWED)
