from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest

from desktop import i18n
from engine.api import resources
from tools import i18n as tool

ROOT = Path(__file__).parents[2]

KEYS = tool.all_keys()


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_sentence_has_a_chinese_translation() -> None:
    known = tool.catalogue("zh_CN")
    missing = [f"{KEYS[key]}: {key!r}" for key in KEYS if not known.get(key)]
    assert not missing, "run python -m tools.i18n --write and translate"


def test_no_translation_is_left_over() -> None:
    assert not [key for key in tool.catalogue("zh_CN") if key not in KEYS]


def test_translations_fill_in_the_same_values() -> None:
    for key, text in tool.catalogue("zh_CN").items():
        assert fields(text) == fields(key), key


def test_translations_keep_mnemonics_and_ellipses() -> None:
    for key, text in tool.catalogue("zh_CN").items():
        mnemonic = re.search(r"&(\w)", key)
        if mnemonic:
            assert f"(&{mnemonic[1].upper()})" in text, key
        assert key.endswith("…") == text.endswith("…"), key


def test_nothing_is_shown_that_cannot_be_translated() -> None:
    assert not tool.bare_literals(ROOT / "desktop")


def test_a_bare_literal_would_be_found(tmp_path: Path) -> None:
    folder = tmp_path / "desktop"
    folder.mkdir()
    (folder / "slip.py").write_text('a.setText("Hello there")\nb.setText(tr("Good"))\n')
    assert tool.bare_literals(folder) == ["desktop/slip.py:1: Hello there"]


def test_a_key_that_cannot_be_found_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "desktop"
    folder.mkdir()
    (folder / "slip.py").write_text("tr(name)\n")
    with pytest.raises(ValueError, match="string literal"):
        tool.keys_in_code(folder)


def test_chinese_is_spoken_once_installed() -> None:
    assert i18n.install(resources() / "i18n", "zh_CN") == "zh_CN"
    assert i18n.tr("{n} jobs selected", n=3) == "已选择 3 个任务"
    assert i18n.tr_data("Stroke size") == "笔触大小"
    assert i18n.tr_data("A user's own words") == "A user's own words"


def test_a_slip_in_a_translation_does_not_take_the_sentence_away(tmp_path: Path) -> None:
    (tmp_path / "zh_CN.json").write_text(json.dumps({"{n} jobs": "{count} 个"}))
    i18n.install(tmp_path, "zh_CN")
    assert i18n.tr("{n} jobs", n=2) == "2 jobs"


def test_an_unknown_language_is_english(tmp_path: Path) -> None:
    assert i18n.install(tmp_path, "tlh") == "en"


@pytest.mark.parametrize(
    ("value", "code"), [("zh_CN.UTF-8", "zh_CN"), ("de_DE.UTF-8", "en"), ("C", "en")]
)
def test_the_system_s_language_is_taken_from_its_environment(
    monkeypatch: pytest.MonkeyPatch, value: str, code: str
) -> None:
    monkeypatch.setenv("LC_ALL", value)
    assert i18n.system_language() == code
