from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.settings import Settings, SettingsStore, load_settings, save_settings
from engine.api import DeviceChoice, RunOptions


def test_settings_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    settings = Settings(theme="light", run=RunOptions(device=DeviceChoice.CPU, threads=3))
    save_settings(path, settings)
    assert load_settings(path) == settings
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


def test_a_damaged_file_is_kept_and_defaults_take_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "light", "rec')
    assert load_settings(path) == Settings()
    assert (tmp_path / "settings.damaged.json").read_text() == '{"theme": "light", "rec'


def test_one_odd_field_does_not_take_the_others_along(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "light", "autosave": "perhaps", "unknown": 1}))
    assert load_settings(path) == Settings(theme="light")


@given(data=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_any_json_at_all_gives_settings(
    data: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    path.write_text(json.dumps({"theme": data, "recent": data, "run": data}))
    assert isinstance(load_settings(path), Settings)


def test_recent_files_are_newest_first_without_repeats() -> None:
    settings = Settings()
    for number in range(20):
        settings = settings.with_recent(f"/{number % 15}.jpg")
    assert settings.recent[:2] == ("/4.jpg", "/3.jpg")
    assert len(settings.recent) == 12 == len(set(settings.recent))


def test_a_change_is_written_and_told(tmp_path: Path, qtbot: Any) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    with qtbot.waitSignal(store.changed) as told:
        store.change(theme="dark")
    assert told.args == [Settings(), Settings(theme="dark")]
    assert load_settings(tmp_path / "settings.json").theme == "dark"
    with qtbot.assertNotEmitted(store.changed):
        store.change(theme="dark")
