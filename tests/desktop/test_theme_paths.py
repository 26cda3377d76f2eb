"""The style sheet works wherever Gesso is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QCheckBox

from desktop import theme
from engine.paths import resources

ODD_NAMES = ("two words", "für – 画廊", "it's", "a(b)&c;d", "100%")


@pytest.fixture
def told_by_qt() -> Iterator[list[str]]:
    told: list[str] = []
    before = qInstallMessageHandler(lambda _kind, _where, text: told.append(text))
    yield told
    qInstallMessageHandler(before)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_style_sheet_is_understood_from_any_folder(
    name: str, qtbot: Any, told_by_qt: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / name / "themes"
    shutil.copytree(resources() / "themes", folder)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    box = QCheckBox("x")
    qtbot.addWidget(box)
    box.setChecked(True)
    box.setStyleSheet(theme.style_sheet(theme.load("dark"), folder))
    box.ensurePolished()
    assert not box.grab().isNull()
    assert [text for text in told_by_qt if "parse" in text or "open" in text] == []
