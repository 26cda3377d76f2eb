"""Starting a window or a command loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("onnxruntime", "onnx", "torch", "PIL", "PySide6", "tifffile")


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_public_surface_loads_nothing_heavy():
    assert loaded_by("import engine.api") & set(HEAVY) == set()


def test_an_engine_starts_without_anything_heavy(tmp_path):
    statement = (
        "from pathlib import Path\nfrom engine.api import Engine, Folders\n"
        f"Engine(Folders.under(Path({str(tmp_path)!r}))).close()"
    )
    assert loaded_by(statement) & set(HEAVY) == set()


@pytest.mark.parametrize("module", ["engine.worker.__main__", "engine.worker.loop"])
def test_a_worker_greets_before_it_loads_the_runtime(module):
    assert loaded_by(f"import {module}") & {"onnxruntime", "onnx", "torch", "PySide6"} == set()
