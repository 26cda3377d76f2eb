"""ONNX files of a few hundred bytes that behave like the style networks people have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Shape = tuple[int | str | None, ...]


def save(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: dict[str, Shape],
    outputs: dict[str, Shape],
    weights: dict[str, Any] | None = None,
    *,
    dtype: int = TensorProto.FLOAT,
    domains: tuple[str, ...] = (),
) -> Path:
    """Write a graph with opset 17."""
    graph = helper.make_graph(
        nodes,
        "toy",
        [helper.make_tensor_value_info(n, dtype, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(n, dtype, s) for n, s in outputs.items()],
        [numpy_helper.from_array(np.asarray(w), n) for n, w in (weights or {}).items()],
    )
    opsets = [helper.make_opsetid("", 17), *(helper.make_opsetid(d, 1) for d in domains)]
    model = helper.make_model(graph, opset_imports=opsets, producer_name="toy", ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def fast_neural_style(path: Path, side: int | str = "side", seed: int = 0) -> Path:
    """1 x 3 x H x W, 0..255: down by two, a normalisation, up by two, like Johnson et al."""
    rng = np.random.default_rng(seed)
    weights = {
        "w1": rng.normal(0, 0.3, (4, 3, 3, 3)).astype(np.float32),
        "scale": np.ones(4, np.float32),
        "bias": np.zeros(4, np.float32),
        "w2": rng.normal(0, 0.4, (3, 4, 3, 3)).astype(np.float32),
        "b2": np.full(3, 120.0, np.float32),
        "gain": np.float32(40.0),
        "sizes": np.asarray([1, 1, 2, 2], np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["a"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("InstanceNormalization", ["a", "scale", "bias"], ["b"]),
        helper.make_node("Mul", ["b", "gain"], ["c"]),
        helper.make_node("Resize", ["c", "", "sizes"], ["d"], mode="nearest"),
        helper.make_node("Conv", ["d", "w2", "b2"], ["y"], pads=[1, 1, 1, 1]),
    ]
    shape: Shape = (1, 3, side, side)
    return save(path, nodes, {"x": shape}, {"y": shape}, weights)


def anime_gan(path: Path) -> Path:
    """N x H x W x 3, -1..1, free batch: a tanh of the picture."""
    nodes = [
        helper.make_node("Sub", ["x", "half"], ["a"]),
        helper.make_node("Div", ["a", "half"], ["b"]),
        helper.make_node("Tanh", ["b"], ["y"]),
    ]
    shape: Shape = ("n", "h", "w", 3)
    return save(path, nodes, {"x": shape}, {"y": shape}, {"half": np.float32(127.5)})


def sigmoid_style(path: Path) -> Path:
    """1 x 3 x H x W, 0..1."""
    shape: Shape = (1, 3, "h", "w")
    return save(path, [helper.make_node("Sigmoid", ["x"], ["y"])], {"x": shape}, {"y": shape})


def upscaler(path: Path) -> Path:
    """Twice as large as what goes in."""
    return save(
        path,
        [helper.make_node("Resize", ["x", "", "sizes"], ["y"], mode="nearest")],
        {"x": (1, 3, "h", "w")},
        {"y": (1, 3, "h2", "w2")},
        {"sizes": np.asarray([1, 1, 2, 2], np.float32)},
    )


def two_inputs(path: Path) -> Path:
    """A network that also wants a number."""
    return save(
        path,
        [helper.make_node("Mul", ["x", "strength"], ["y"])],
        {"x": (1, 3, "h", "w"), "strength": (1,)},
        {"y": (1, 3, "h", "w")},
    )
