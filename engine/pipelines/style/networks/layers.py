"""A feed-forward style network as data: a list of convolutions and how they are joined.

Both bundled networks have the shape of Johnson et al. 2016 (Perceptual Losses for Real-Time
Style Transfer): two strided convolutions down, residual blocks at a quarter of the resolution,
two nearest-neighbour doublings up. Style enters only through the scale and shift of instance
normalisation (Dumoulin et al. 2017, A Learned Representation For Artistic Style), so that a style
is a pair of vectors, and a blend of styles their weighted mean.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Activation(Enum):
    """What follows a convolution (after its normalisation, if it has one)."""

    NONE = "none"
    RELU = "relu"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, eq=False)
class Convolution:
    """One convolution with reflect padding, and what belongs to it.

    Attributes:
        weight: (outputs, inputs, kernel, kernel).
        bias: (outputs,), or None. Normalised layers have none: normalisation would cancel it.
        stride: 1, or 2 to halve the resolution.
        upscale: 1, or 2 to double the resolution by nearest neighbour before convolving.
        is_normed: whether instance normalisation with the style's scale and shift follows.
        activation: what follows that.
        opens_block: whether its input is the trunk of a residual block.
        closes_block: whether the trunk is added to its normalised output.
    """

    weight: Floats
    bias: Floats | None = None
    stride: int = 1
    upscale: int = 1
    is_normed: bool = True
    activation: Activation = Activation.RELU
    opens_block: bool = False
    closes_block: bool = False

    @property
    def outputs(self) -> int:
        """Output channels."""
        return int(self.weight.shape[0])

    @property
    def inputs(self) -> int:
        """Input channels."""
        return int(self.weight.shape[1])

    @property
    def padding(self) -> int:
        """Rows and columns reflected on each side."""
        return int(self.weight.shape[2]) // 2


@dataclass(frozen=True, eq=False)
class StyleNetwork:
    """A whole network.

    Attributes:
        family: name in kinds of work: "any", "26".
        layers: in order.
        epsilon: added to the variance in instance normalisation.
        typical: (2, N) scale and shift of one real style, with which ways of running the network
            are compared: how far an error grows depends on the style. None takes 1 and 0.
    """

    family: str
    layers: tuple[Convolution, ...]
    epsilon: float = 1e-5
    typical: Floats | None = None

    @cached_property
    def offsets(self) -> tuple[tuple[int, int], ...]:
        """Per layer, where its channels lie in a style vector; (n, n) where not normed."""
        ends: list[tuple[int, int]] = []
        position = 0
        for layer in self.layers:
            width = layer.outputs if layer.is_normed else 0
            ends.append((position, position + width))
            position += width
        return tuple(ends)

    @property
    def style_size(self) -> int:
        """Length N of the scale and of the shift of a style: a style vector is (2, N)."""
        return self.offsets[-1][1]

    @cached_property
    def resolutions(self) -> tuple[int, ...]:
        """Per layer, by how much its output is smaller than the picture: 1, 2, 4, ..."""
        sizes: list[int] = []
        shrink = 1
        for layer in self.layers:
            shrink = shrink * layer.stride // layer.upscale
            sizes.append(shrink)
        return tuple(sizes)

    @property
    def multiple(self) -> int:
        """Height and width must be a multiple of this: 4 for the bundled networks."""
        return max(self.resolutions)

    @cached_property
    def multiplications(self) -> float:
        """Multiply-accumulate operations per pixel of the picture."""
        return sum(
            layer.weight.size / (shrink * shrink)
            for layer, shrink in zip(self.layers, self.resolutions, strict=True)
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 over weights and structure; names the graphs that are built from it."""
        hashed = hashlib.sha256(f"{self.family} {self.epsilon!r}".encode())
        for layer in self.layers:
            hashed.update(
                f"{layer.weight.shape} {layer.stride} {layer.upscale} {layer.is_normed} "
                f"{layer.activation} {layer.opens_block} {layer.closes_block}".encode()
            )
            hashed.update(np.ascontiguousarray(layer.weight).tobytes())
            if layer.bias is not None:
                hashed.update(np.ascontiguousarray(layer.bias).tobytes())
        return hashed.hexdigest()
