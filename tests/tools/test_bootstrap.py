"""`./gesso` as a user meets it: odd folders, a moved tree, a Python that has gone, Ctrl+C."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

SLOW_TO_END = "trap 'sleep 1; echo in order; exit 7' INT\necho up\nwhile :; do sleep 0.05; done"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its interpreter is a script here")


def load(folder: Path) -> ModuleType:
    loader = SourceFileLoader("gesso_bootstrap", str(folder / "gesso"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def no_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the start of a checkout, set up with the interpreter of these tests."""
    folder = tmp_path / "Größe 画 ' folder"
    folder.mkdir()
    shutil.copy(ROOT / "gesso", folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in ("engine", "desktop", "resources"):
        (folder / name).symlink_to(ROOT / name)
    interpreter(folder, f'exec "{sys.executable}" "$@"')
    stamp(folder)
    return folder


def interpreter(folder: Path, script: str) -> Path:
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return python


def stamp(folder: Path, extras: tuple[str, ...] = ()) -> None:
    (folder / ".venv" / "gesso.stamp").write_text(load(folder).wanted_stamp(extras))


def run(folder: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "QT_QPA_PLATFORM")}
    environment.pop("WAYLAND_DISPLAY", None)
    return subprocess.run(
        [sys.executable, str(folder / "gesso"), *words],
        cwd=cwd or folder, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_it_runs_from_a_folder_whose_files_are_called_like_our_modules(tree, tmp_path):
    trap = tmp_path / "trap"
    for name in ("engine", "desktop", "secrets", "msgspec"):
        (trap / name).mkdir(parents=True)
        (trap / name / "__init__.py").write_text("raise SystemExit('the wrong module')")
    done = run(tree, "styles", cwd=trap)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ember" in done.stdout


def test_it_runs_after_its_folder_was_moved(tree, tmp_path):
    moved = tree.rename(tmp_path / "elsewhere")
    assert run(moved, "--version", cwd=tmp_path).returncode == 0


def test_without_a_display_it_says_what_can_be_done(tree):
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems always have one")
    done = run(tree)
    assert done.returncode == 1
    assert "no display" in done.stderr
    assert "gesso demo" in done.stderr


def test_ctrl_c_leaves_the_program_the_time_it_needs(tree):
    interpreter(tree, SLOW_TO_END)
    with subprocess.Popen(
        [sys.executable, str(tree / "gesso"), "styles"],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "up\n"
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == ("in order\n", 7)


def test_a_step_of_the_checks_is_also_left_its_time(tree):
    interpreter(tree, SLOW_TO_END)
    code = (
        "import sys; from importlib.machinery import SourceFileLoader as L;"
        "sys.exit(L('g', sys.argv[1]).load_module().run(['-m', 'pytest']))"
    )
    with subprocess.Popen(
        [sys.executable, "-B", "-W", "ignore", "-c", code, str(tree / "gesso")],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "up\n"
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == ("in order\n", 7)


def test_an_environment_whose_python_has_gone_is_made_anew(tree, monkeypatch):
    gesso = load(tree)
    python = tree / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert not gesso.is_set_up(())
    steps: list[list[str]] = []
    monkeypatch.setattr(gesso, "run_logged", lambda command, what: steps.append(command))
    gesso.make_venv()
    assert not python.is_symlink(), "venv itself would keep the dead link and fail"
    assert steps == [[sys.executable, "-P", "-m", "venv", str(tree / ".venv")]]


def test_an_environment_in_order_is_kept(tree, monkeypatch):
    gesso = load(tree)
    monkeypatch.setattr(gesso, "run_logged", lambda command, what: pytest.fail(what))
    gesso.make_venv()
    assert gesso.is_set_up(())


def test_a_step_that_fails_shows_the_end_of_its_output(tree, capsys):
    gesso = load(tree)
    with pytest.raises(SystemExit):
        gesso.run_logged(["sh", "-c", "echo no route to host; exit 3"], "Installing")
    told = capsys.readouterr().err
    assert "no route to host" in told
    assert "Installing did not work" in told
    assert "online" in told


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "carries on"),
        (PermissionError(13, "Permission denied", "/opt/gesso/.venv"), 1, "/opt/gesso/.venv"),
        (OSError(28, "No space left on device"), 1, "No space left"),
    ],
)
def test_a_set_up_that_cannot_go_on_is_one_sentence(tree, monkeypatch, capsys, error, code, words):
    gesso = load(tree)

    def fail(extras: tuple[str, ...]) -> None:
        raise error

    monkeypatch.setattr(gesso, "is_set_up", lambda extras: False)
    monkeypatch.setattr(gesso, "set_up", fail)
    assert gesso.main(["styles"]) == code
    assert words in capsys.readouterr().err


def test_extras_that_are_installed_are_enough_and_others_are_not(tree):
    stamp(tree, ("test",))
    gesso = load(tree)
    assert gesso.is_set_up(())
    assert gesso.is_set_up(("test",))
    assert not gesso.is_set_up(("train",))
    assert gesso.known_extras() == {"test"}
    (tree / "pyproject.toml").write_text("changed")
    assert not gesso.is_set_up(())


def test_windows_keeps_its_interpreter_elsewhere(tree, monkeypatch):
    gesso = load(tree)
    monkeypatch.setattr(gesso.os, "name", "nt")
    assert gesso.venv_python().parts[-3:] == (".venv", "Scripts", "python.exe")
