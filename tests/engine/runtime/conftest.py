from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from toy_graphs import Save, picture

from engine.runtime.sessions import Graph


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Return a function that writes a model and gives its graph."""

    def write(
        model: onnx.ModelProto,
        canary: Callable[[], dict[str, np.ndarray]] = picture,
        *,
        name: str = "toy.onnx",
        tolerance: float = 0.02,
    ) -> Graph:
        path = tmp_path / name
        path.write_bytes(model.SerializeToString())
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return Graph(path, digest, f"test.{path.stem}", canary, tolerance)

    return write
