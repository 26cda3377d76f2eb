"""Undoing static quantisation: from QuantizeLinear/DequantizeLinear pairs back to float32.

Weights become exactly the numbers that the integer graph stands for; the rounding of activations
is dropped, which removes the grain that eight bits leave in smooth areas.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.pipelines.style.networks.layers import Floats


def constants(model: Any) -> dict[str, Floats]:
    """Return every constant of a graph by name, dequantised, as float32.

    Args:
        model: an `onnx.ModelProto`.
    """
    from onnx import numpy_helper

    stored = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    folded: dict[str, Floats] = {
        name: value for name, value in stored.items() if value.dtype == np.float32
    }
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
            zero = stored[node.input[2]] if len(node.input) > 2 else None
            folded[node.output[0]] = _dequantised(
                stored[node.input[0]], stored[node.input[1]], zero, axis
            )
    return folded


def fold(model: Any) -> Any:
    """Return a copy of `model` in float32, without any quantisation.

    Args:
        model: an `onnx.ModelProto` whose quantised tensors are all dequantised before use.
    """
    import onnx
    from onnx import numpy_helper

    weights = constants(model)
    renamed: dict[str, str] = {}

    def source(name: str) -> str:
        while name in renamed:
            name = renamed[name]
        return name

    folded = onnx.ModelProto()
    folded.CopyFrom(model)
    del folded.graph.node[:]
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.output[0] in weights:
            continue
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            renamed[node.output[0]] = node.input[0]
            continue
        kept = folded.graph.node.add()
        kept.CopyFrom(node)
        for position, name in enumerate(node.input):
            kept.input[position] = source(name)
    for output in folded.graph.output:
        if output.name in renamed:
            folded.graph.node.append(
                onnx.helper.make_node("Identity", [source(output.name)], [output.name])
            )
    used = {name for node in folded.graph.node for name in node.input}
    stored = {item.name: item for item in model.graph.initializer}
    del folded.graph.initializer[:], folded.graph.value_info[:]
    for name in sorted(used):
        if name in weights:
            folded.graph.initializer.append(numpy_helper.from_array(weights[name], name))
        elif name in stored:
            folded.graph.initializer.append(stored[name])
    return folded


def _dequantised(
    values: NDArray[Any], scale: NDArray[Any], zero: NDArray[Any] | None, axis: int
) -> Floats:
    """Return (values - zero) * scale in float32; see DequantizeLinear in the ONNX operators."""
    shape = [1] * values.ndim
    if scale.size > 1:
        shape[axis] = -1
    origin = np.zeros(1, np.float32) if zero is None else zero.astype(np.float32)
    origin = origin.reshape(shape if origin.size > 1 else [1] * values.ndim)
    spread = scale.astype(np.float32).reshape(shape)
    result: Floats = (values.astype(np.float32) - origin) * spread
    return result if values.ndim else result.reshape(())
