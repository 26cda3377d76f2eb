"""Nothing that Gesso runs on keeps a diary of the user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

RUN_A_GRAPH = """
import onnx
import onnxruntime
from onnx import TensorProto, helper

value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
other = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [value], [other])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
session = onnxruntime.InferenceSession(model.SerializeToString())
session.run(None, {"x": [1.0]})
"""


def files_after(statements: str, folder: Path) -> list[str]:
    """Run statements as a user who has only `folder`, and return what is in it afterwards."""
    # Nothing of the environment that a test run or a build machine is known by.
    kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
    home = str(folder)
    places = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP"), home)
    subprocess.run(
        [sys.executable, "-B", "-c", statements], cwd=ROOT, env={**kept, **places}, check=True,
        timeout=120, capture_output=True,
    )  # fmt: skip
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("first", ["import engine", "import engine.runtime.session"])
def test_the_runtime_leaves_no_trace_outside_our_folders(first: str, tmp_path: Path):
    assert files_after(f"{first}\n{RUN_A_GRAPH}", tmp_path) == []
