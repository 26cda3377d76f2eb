"""Building ONNX graphs from a network's layers: the whole network, or one of its stages.

Every graph is dynamic in height and width, float32 inside, opset 17. Style comes in as vectors,
so that one graph serves every style and every blend.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.pipelines.style.networks.layers import Activation, Convolution, StyleNetwork
from engine.pipelines.style.networks.stages import Stage

BUILDER = 2
"""Raised when a graph built from the same weights would differ; part of every file name."""

_OPSET = 17
_IR = 8

# Element types of onnx.TensorProto.
_FLOAT32 = 1
_FLOAT16 = 10


def whole_graph(network: StyleNetwork) -> bytes:
    """Return a graph that runs the whole network at once.

    Inputs: `image` [1, 3, h, w] float32 0..1 with h and w multiples of `network.multiple`;
    `scale` and `shift` [N]. Output: `stylized` [1, 3, h, w] float32 0..1.
    """
    graph = _Builder()
    graph.input("image", (1, 3, "h", "w"))
    graph.input("scale", (network.style_size,))
    graph.input("shift", (network.style_size,))
    widths = [layer.outputs for layer in network.layers if layer.is_normed]
    sizes = graph.constant("widths", np.array(widths, np.int64))
    scales = graph.nodes("Split", ["scale", sizes], len(widths), axis=0)
    shifts = graph.nodes("Split", ["shift", sizes], len(widths), axis=0)
    value = "image"
    trunk = ""
    normed = 0
    for index, layer in enumerate(network.layers):
        if layer.opens_block:
            trunk = value
        if layer.upscale > 1:
            value = graph.upscale(value)
        value = graph.convolution(graph.reflect(value, layer.padding, layer.padding), layer, index)
        if layer.is_normed:
            value = graph.node(
                "InstanceNormalization",
                [value, scales[normed], shifts[normed]],
                epsilon=network.epsilon,
            )
            normed += 1
        value = graph.activation(value, layer.activation)
        if layer.closes_block:
            value = graph.node("Add", [value, trunk])
    graph.output("stylized", value, (1, 3, "h", "w"))
    return graph.serialised(f"style.{network.family}")


def stage_graph(
    network: StyleNetwork, stage: Stage, *, reads_half: bool, writes_half: bool
) -> bytes:
    """Return the graph of one stage, run on one strip of rows.

    Maps come and go with their channels last: rows of them are then single pieces of memory, and
    the fast kernels of OpenVINO, which work in that order, need not turn them around.

    Inputs: `image` [1, 3, rows, w] for the first stage, else `raw` [1, rows, w, C], the previous
    convolution's output before normalisation, with `gain` and `bias` [1, 1, 1, C] that normalise
    it; `trunk` where a residual block closes; `gain_<layer>` and `bias_<layer>` [1, C, 1, 1] of a
    layer inside that was measured before; `rows_<layer>` int64 wherever rows must be reflected
    inside; `centre` [1, 1, 1, C], subtracted from an output in half precision, which then spends
    its digits on what differs between pixels. `sums` and `squares` are of the uncentred values.
    Outputs: `out` before normalisation with `sums` and `squares` [1, rows, C] over each row;
    `trunk_out` where a block opens. A stage that is not kept has no `out`.

    Args:
        network: whose stage.
        stage: which one.
        reads_half: whether `raw` is float16. A trunk never is: block upon block adds to it.
        writes_half: whether `out` is float16.
    """
    graph = _Builder()
    value = _entered(graph, network, stage, _stored(reads_half))
    trunk = ""
    for index in range(stage.first, stage.last + 1):
        layer = network.layers[index]
        if layer.opens_block:
            trunk = graph.rows_within(value, layer.padding)
        if layer.upscale > 1:
            value = graph.upscale(value)
        if stage.gathers(network, index):
            graph.input(f"rows_{index}", (f"n{index}",), np.dtype(np.int64))
            value = graph.node("Gather", [value, f"rows_{index}"], axis=2)
        value = graph.convolution(graph.reflect(value, 0, layer.padding), layer, index)
        if index in stage.given(network):
            value = graph.normalised(value, (1, layer.outputs, 1, 1), f"_{index}")
        if index < stage.last:
            value = graph.activation(value, layer.activation)
    channels = network.layers[stage.last].outputs
    value = graph.channels_last(value)
    axes = graph.constant("column_axis", np.array([2], np.int64))
    graph.output("sums", graph.node("ReduceSum", [value, axes], keepdims=0), (1, "r", channels))
    squares = graph.node("ReduceSumSquare", [value], axes=[2], keepdims=0)
    graph.output("squares", squares, (1, "r", channels))
    if not stage.is_kept:
        return graph.serialised(f"style.{network.family}.measure{stage.last}")
    out = value
    if writes_half:
        graph.input("centre", (1, 1, 1, channels))
        out = graph.node("Cast", [graph.node("Sub", [value, "centre"])], to=_FLOAT16)
    graph.output("out", out, (1, "r", "v", channels), _stored(writes_half))
    if trunk:
        depth = network.layers[stage.last].inputs
        graph.output("trunk_out", graph.channels_last(trunk), (1, "r", "v", depth))
    return graph.serialised(f"style.{network.family}.stage{stage.first}")


def _entered(graph: _Builder, network: StyleNetwork, stage: Stage, stored: np.dtype[Any]) -> str:
    """Declare a stage's inputs; return the value that its first convolution works on."""
    if stage.first == 0:
        return graph.input("image", (1, 3, "h", "w"))
    before = network.layers[stage.first - 1]
    channels = before.outputs
    graph.input("raw", (1, "h", "w", channels), stored)
    value = "raw" if stored.itemsize == 4 else graph.node("Cast", ["raw"], to=_FLOAT32)
    value = graph.normalised(value, (1, 1, 1, channels), "")
    value = graph.activation(value, before.activation)
    if before.closes_block:
        graph.input("trunk", (1, "h", "w", channels))
        value = graph.node("Add", [value, "trunk"])
    return graph.node("Transpose", [value], perm=[0, 3, 1, 2])


@dataclass
class _Builder:
    """Collects the parts of one graph; every method returns the name of a value."""

    _nodes: list[Any] = field(default_factory=list)
    _inputs: list[Any] = field(default_factory=list)
    _outputs: list[Any] = field(default_factory=list)
    _constants: dict[str, Any] = field(default_factory=dict)

    def input(
        self,
        name: str,
        shape: tuple[int | str, ...],
        dtype: np.dtype[Any] = np.dtype(np.float32),  # noqa: B008 - immutable
    ) -> str:
        self._inputs.append(_described(name, shape, dtype))
        return name

    def output(
        self,
        name: str,
        value: str,
        shape: tuple[int | str, ...],
        dtype: np.dtype[Any] = np.dtype(np.float32),  # noqa: B008 - immutable
    ) -> None:
        from onnx import helper

        self._nodes.append(helper.make_node("Identity", [value], [name], name=name))
        self._outputs.append(_described(name, shape, dtype))

    def constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        if name not in self._constants:
            array = np.array(value, order="C")
            self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def node(self, operator: str, inputs: list[str], **attributes: Any) -> str:
        return self.nodes(operator, inputs, 1, **attributes)[0]

    def nodes(self, operator: str, inputs: list[str], count: int, **attributes: Any) -> list[str]:
        from onnx import helper

        name = f"{operator.lower()}_{len(self._nodes)}"
        names = [name if count == 1 else f"{name}_{i}" for i in range(count)]
        self._nodes.append(helper.make_node(operator, inputs, names, name=name, **attributes))
        return names

    def upscale(self, value: str) -> str:
        factors = self.constant("double", np.array([1, 1, 2, 2], np.float32))
        return self.node(
            "Resize",
            [value, "", factors],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    def reflect(self, value: str, rows: int, columns: int) -> str:
        pads = np.array([0, 0, rows, columns, 0, 0, rows, columns], np.int64)
        return self.node(
            "Pad", [value, self.constant(f"pad_{rows}_{columns}", pads)], mode="reflect"
        )

    def rows_within(self, value: str, margin: int) -> str:
        start = self.constant(f"from_{margin}", np.array([margin], np.int64))
        end = self.constant(f"to_{margin}", np.array([-margin], np.int64))
        axis = self.constant("row_axis", np.array([2], np.int64))
        return self.node("Slice", [value, start, end, axis])

    def convolution(self, value: str, layer: Convolution, index: int) -> str:
        inputs = [value, self.constant(f"weight_{index}", layer.weight)]
        if layer.bias is not None:
            inputs.append(self.constant(f"offset_{index}", layer.bias))
        kernel = int(layer.weight.shape[2])
        return self.node(
            "Conv",
            inputs,
            kernel_shape=[kernel, kernel],
            strides=[layer.stride, layer.stride],
            pads=[0, 0, 0, 0],
        )

    def channels_last(self, value: str) -> str:
        return self.node("Transpose", [value], perm=[0, 2, 3, 1])

    def normalised(self, value: str, shape: tuple[int, ...], suffix: str) -> str:
        self.input(f"gain{suffix}", shape)
        self.input(f"bias{suffix}", shape)
        return self.node("Add", [self.node("Mul", [value, f"gain{suffix}"]), f"bias{suffix}"])

    def activation(self, value: str, activation: Activation) -> str:
        operators = {Activation.RELU: "Relu", Activation.SIGMOID: "Sigmoid"}
        if activation is Activation.NONE:
            return value
        return self.node(operators[activation], [value])

    def serialised(self, name: str) -> bytes:
        from onnx import checker, helper

        graph = helper.make_graph(
            self._nodes, name, self._inputs, self._outputs, list(self._constants.values())
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR,
            producer_name="gesso",
        )
        checker.check_model(model)
        data: bytes = model.SerializeToString(deterministic=True)
        return data


def _stored(is_half: bool) -> np.dtype[Any]:
    return np.dtype(np.float16 if is_half else np.float32)


def _described(name: str, shape: tuple[int | str, ...], dtype: np.dtype[Any]) -> Any:
    from onnx import helper

    element = helper.np_dtype_to_tensor_dtype(dtype)
    return helper.make_tensor_value_info(name, element, shape)
