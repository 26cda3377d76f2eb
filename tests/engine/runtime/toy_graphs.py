"""Toy graphs, and ways to run them, that the tests of the runtime share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from engine.runtime.backend import Backend
from engine.runtime.candidates import Candidate
from engine.runtime.onnx_runtime import open_on_processor
from engine.runtime.sessions import Graph

Save = Callable[..., Graph]


def model_of(
    nodes: list[onnx.NodeProto],
    inputs: dict[str, list[Any]],
    outputs: dict[str, list[Any]],
    weights: dict[str, np.ndarray] | None = None,
    opsets: tuple[tuple[str, int], ...] = (("", 17),),
) -> onnx.ModelProto:
    info = helper.make_tensor_value_info
    return helper.make_model(
        helper.make_graph(
            nodes,
            "toy",
            [info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
            [info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()],
        ),
        opset_imports=[helper.make_opsetid(*opset) for opset in opsets],
        ir_version=8,
    )


def painter() -> onnx.ModelProto:
    """A picture of any size through convolution, instance norm and rectifier."""
    rng = np.random.default_rng(7)
    return model_of(
        [
            helper.make_node("Conv", ["image", "kernel"], ["a"], pads=[1, 1, 1, 1]),
            helper.make_node("InstanceNormalization", ["a", "scale", "bias"], ["b"]),
            helper.make_node("Relu", ["b"], ["painted"]),
        ],
        {"image": [1, 3, "h", "w"]},
        {"painted": [1, 4, "h", "w"]},
        {
            "kernel": rng.standard_normal((4, 3, 3, 3)).astype(np.float32),
            "scale": np.ones(4, np.float32),
            "bias": np.zeros(4, np.float32),
        },
    )


def chain(length: int, side: int) -> onnx.ModelProto:
    """`y = x · w · w · …`: as long as one likes, stopped between any two products."""
    nodes = [
        helper.make_node("MatMul", [f"t{i}" if i else "x", "w"], [f"t{i + 1}"])
        for i in range(length)
    ]
    nodes.append(helper.make_node("Identity", [f"t{length}"], ["y"]))
    sides = [side, side]
    return model_of(nodes, {"x": sides, "w": sides}, {"y": sides})


def offset(amount: float, middle: int = TensorProto.FLOAT) -> onnx.ModelProto:
    """`y = (x + amount) - amount`, with the sum held in another type."""
    return model_of(
        [
            helper.make_node("Add", ["x", "amount"], ["a"]),
            helper.make_node("Cast", ["a"], ["b"], to=middle),
            helper.make_node("Cast", ["b"], ["c"], to=TensorProto.FLOAT),
            helper.make_node("Sub", ["c", "amount"], ["y"]),
        ],
        {"x": ["n"]},
        {"y": ["n"]},
        {"amount": np.array(amount, np.float32)},
    )


def picture(side: int = 16) -> dict[str, np.ndarray]:
    return {"image": np.random.default_rng(1).random((1, 3, side, side), dtype=np.float32)}


def opens(path: Path | None = None) -> Callable[[Path, int], Backend]:
    """Return an opener of the graph's file, or of another that stands for a faster kernel."""
    return lambda own, threads: open_on_processor(path or own, threads)


def candidate(name: str, path: Path | None = None, **changes: Any) -> Candidate:
    """Return a candidate that runs onnxruntime's own provider, maybe on another file."""
    settings: dict[str, Any] = {
        "name": name,
        "device": "CPU",
        "provider": "onnxruntime",
        "precision": "float32",
        "version": "1",
        "open": opens(path),
        "why_not": lambda: "",
    }
    return Candidate(**(settings | changes))
