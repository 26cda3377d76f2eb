"""Starting as a user does: what is imported, what is said, one window at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.__main__ import has_display
from desktop.crash import CrashReporter, report_text
from desktop.dialogs.about import AboutDialog
from desktop.dialogs.crash_dialog import CrashDialog
from desktop.dialogs.licences import LicencesDialog
from desktop.dialogs.preferences import PreferencesDialog
from desktop.dialogs.shortcuts import ShortcutsDialog
from desktop.main_window import MainWindow
from desktop.settings import SettingsStore
from desktop.single_instance import SingleInstance, hand_over, socket_name
from desktop.theme import Wardrobe
from engine.api import DeviceChoice, Folders

ROOT = Path(__file__).parents[2]


def start(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    kept = {key: value for key, value in os.environ.items() if key not in hidden}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, "GESSO_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a screen")
def test_without_a_screen_one_sentence_is_said(tmp_path: Path) -> None:
    done = start("-m", "desktop", "a.jpg", home=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Gesso needs a screen and found none")
    assert done.stderr.count("\n") == 1


def test_help_and_slips_are_answered_without_qt(tmp_path: Path) -> None:
    assert "--selftest" in start("-m", "desktop", "--help", home=tmp_path).stdout
    slip = start("-m", "desktop", "--colour", home=tmp_path)
    assert slip.returncode == 2
    assert "--colour" in slip.stderr


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_a_screen_is_looked_for(environment: dict[str, str], platform: str, expected: bool) -> None:
    assert has_display(environment, platform) is expected


def test_the_entry_imports_no_qt_and_the_window_no_heavy_package(tmp_path: Path) -> None:
    code = (
        "import sys, desktop.__main__\n"
        "assert not [m for m in sys.modules if m.startswith('PySide6')]\n"
        "import desktop.app\n"
        "heavy = {'numpy', 'PIL', 'onnx', 'onnxruntime', 'torch', 'tifffile'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = start("-c", code, home=tmp_path, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr


def test_a_second_start_hands_its_files_to_the_first(qtbot: Any, tmp_path: Path) -> None:
    name = socket_name(tmp_path)
    assert not hand_over(name, [])
    first = SingleInstance(name)
    assert first.is_listening
    code = (
        "import sys; from pathlib import Path\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "app = QCoreApplication([])\n"
        "from desktop.single_instance import hand_over\n"
        f"sys.exit(0 if hand_over({name!r}, [Path('a b.jpg'), Path('图.png')]) else 3)\n"
    )
    with qtbot.waitSignal(first.files_given, timeout=20_000) as given:
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=20_000)
    assert process.returncode == 0
    assert given.args == [[ROOT / "a b.jpg", ROOT / "图.png"]]
    first.close()


def test_what_a_crashed_window_left_behind_does_not_lock_out(qtbot: Any, tmp_path: Path) -> None:
    name = socket_name(tmp_path)
    code = (
        "import os; from PySide6.QtCore import QCoreApplication\n"
        "app = QCoreApplication([])\n"
        "from desktop.single_instance import SingleInstance\n"
        f"assert SingleInstance({name!r}).is_listening\n"
        "os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 9
    assert not hand_over(name, [])
    heir = SingleInstance(name)
    assert heir.is_listening
    heir.close()


def failure() -> ValueError:
    try:
        int("a slip")
    except ValueError as error:
        return error
    raise AssertionError


def test_an_uncaught_error_is_logged_and_told_once(
    qtbot: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    expected_warnings: list[str],
) -> None:
    expected_warnings.append("an error nobody expected")
    told: list[str] = []
    monkeypatch.setattr(CrashDialog, "tell", lambda summary, _report, _parent: told.append(summary))
    reporter = CrashReporter()
    error = failure()
    for _ in range(3):
        reporter.take(ValueError, error, error.__traceback__)
    assert told == ["ValueError: invalid literal for int() with base 10: 'a slip'"]
    assert sum("nobody expected" in r.message for r in caplog.records) == 3
    caplog.clear()


def test_a_report_says_where_and_on_what() -> None:
    text = report_text(failure())
    assert "Gesso" in text
    assert "'a slip'" in text
    assert "in failure" in text


def test_the_crash_dialog_copies_its_report(qtbot: Any, dressed: Wardrobe) -> None:
    from PySide6.QtGui import QGuiApplication

    dialog = CrashDialog("ValueError: a slip", "the whole report")
    qtbot.addWidget(dialog)
    dialog.copy()
    assert QGuiApplication.clipboard().text() == "the whole report"


def test_preferences_give_back_what_their_fields_say(
    qtbot: Any, dressed: Wardrobe, settings: SettingsStore, folders: Folders
) -> None:
    dialog = PreferencesDialog(settings.value, folders)
    qtbot.addWidget(dialog)
    assert dialog.settings() == settings.value
    dialog.device.setCurrentIndex(dialog.device.findData("cpu"))
    dialog.threads.setValue(2)
    dialog.library.setText("/pictures")
    dialog.embed.setChecked(False)
    answer = dialog.settings()
    assert answer.run.device is DeviceChoice.CPU
    assert (answer.run.threads, answer.library, answer.embed_recipe) == (2, "/pictures", False)


def test_cancelled_preferences_leave_everything_as_it_was(
    qtbot: Any, window: MainWindow, settings: SettingsStore, folders: Folders,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def leave(dialog: PreferencesDialog) -> int:
        dialog.theme.setCurrentIndex(dialog.theme.findData("light"))
        assert settings.value.theme == "light"  # shown at once
        return 0

    before = settings.value
    monkeypatch.setattr(PreferencesDialog, "exec", leave)
    assert PreferencesDialog.ask(settings, folders, window) is None
    assert settings.value == before


def test_the_sheet_lists_every_action_with_keys(qtbot: Any, window: MainWindow) -> None:
    dialog = ShortcutsDialog(window.actions_, window)
    with_keys = [a for a in window.actions_.all() if a.shortcuts]
    assert dialog.visible_rows() == len(with_keys)
    dialog._filter("export")
    assert dialog.visible_rows() == 1
    dialog.deleteLater()


def test_licences_name_models_typefaces_and_packages_in_full(qtbot: Any, dressed: Wardrobe) -> None:
    from types import SimpleNamespace

    model = SimpleNamespace(
        name="Any style", summary="Paints like any picture.", attribution="Its makers",
        commercial="yes", note="", licence="Apache-2.0", path="",
    )  # fmt: skip
    dialog = LicencesDialog([model])
    qtbot.addWidget(dialog)
    names = {credit.name.split(" ")[0] for credit in dialog.credits_}
    assert {"Gesso", "Any", "Inter", "PySide6_Essentials", "msgspec"} <= {
        name.replace("-", "_") if name.startswith("PySide6") else name for name in names
    }
    inter = next(c for c in dialog.credits_ if c.name == "Inter")
    assert "SIL OPEN FONT LICENSE" in inter.text
    assert "Results may be sold." in next(c for c in dialog.credits_ if c.name == "Any style").text
    assert "Apache License" in dialog.shown_text()


def test_about_can_be_copied(qtbot: Any, dressed: Wardrobe, folders: Folders) -> None:
    from PySide6.QtGui import QGuiApplication

    dialog = AboutDialog(folders, "CPU")
    qtbot.addWidget(dialog)
    dialog.copy()
    assert f"Library: {folders.library}" in QGuiApplication.clipboard().text()
    dialog.done(0)


@pytest.mark.parametrize(("families", "spoken"), [([], "en"), (["Noto Sans CJK SC"], "zh_CN")])
def test_chinese_is_taken_from_the_system_only_if_it_can_be_drawn(
    qapp: Any, monkeypatch: pytest.MonkeyPatch, families: list[str], spoken: str
) -> None:
    from desktop import app

    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setattr(app.QFontDatabase, "families", lambda _system: families)
    assert app.spoken_language("system") == spoken
    assert app.spoken_language("zh_CN") == "zh_CN"


def test_the_studio_opens_works_and_ends_in_order(
    qapp: Any, qtbot: Any, folders: Folders, engine: Any, dressed: Wardrobe
) -> None:
    from studio_demo import DemoPage

    from desktop.app import Studio

    studio = Studio(qapp, folders, engine, (DemoPage,))
    studio.window.show()
    studio.settings.change(theme="light", language="zh_CN")
    assert studio.wardrobe.choice == "light"
    assert [t.text for t in studio.window.toaster.toasts] == [
        "The new language is spoken from the next start."
    ]
    studio.window.close()
    assert engine.is_closed
    assert not engine.listeners
    assert (folders.state / "window.json").is_file()
    studio.window.deleteLater()
    studio.deleteLater()
    dressed.wear("dark")
