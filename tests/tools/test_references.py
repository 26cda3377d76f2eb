"""The pages that are written from the product say what the product says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import cli_reference, keyboard_reference

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_the_page_of_commands_is_up_to_date():
    written = cli_reference.TARGET.read_text(encoding="utf-8")
    assert written == cli_reference.reference(), "Run: python -m tools.cli_reference"


def test_the_page_of_keys_is_up_to_date():
    written = keyboard_reference.TARGET.read_text(encoding="utf-8")
    assert written == keyboard_reference.reference(), "Run: python -m tools.keyboard_reference"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_pictures_of_the_documentation_stay_small():
    files = list((ROOT / "docs" / "pictures").iterdir())
    assert sum(file.stat().st_size for file in files) <= 4_000_000
