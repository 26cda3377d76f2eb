"""Cutting a network at its normalisations, and which rows each cut needs.

Instance normalisation needs the mean and variance of a whole picture, so a network cannot run
tile by tile as it stands. Between two normalisations, however, everything is local: a *stage*
takes the output of one convolution before its normalisation, applies it with statistics that
are by now complete, and goes on to the next. Run strip by strip, with sums kept beside, the
stages give the same numbers as one run over the whole picture, in a bounded amount of memory.

Rows are *virtual* here: a range may reach past the picture. What lies outside is reflected at
the true border of every single layer, as in the whole run, by an index of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.ops.strips import reflect_rows
from engine.pipelines.style.networks.layers import StyleNetwork

Rows = NDArray[np.int64]

_TOO_WIDE = 16.0
"""Maps with at least so many numbers per pixel of the picture are worked out twice, not kept."""


@dataclass(frozen=True)
class Stage:
    """Convolutions `first`..`last` of a network; the last one is normalised.

    Attributes:
        first: index of the first layer.
        last: index of the last layer.
        is_kept: whether the output is kept. The first layer of a wide network gives more numbers
            than fit well anywhere; it is run once for its statistics alone, and again as the
            beginning of the next stage.
    """

    first: int
    last: int
    is_kept: bool = True

    def given(self, network: StyleNetwork) -> tuple[int, ...]:
        """Return the layers inside whose statistics are known from an earlier stage."""
        return tuple(i for i in range(self.first, self.last) if network.layers[i].is_normed)

    def takes_trunk(self, network: StyleNetwork) -> bool:
        """Whether the trunk of a residual block is added on entry."""
        return self.first > 0 and network.layers[self.first - 1].closes_block

    def gives_trunk(self, network: StyleNetwork) -> bool:
        """Whether a residual block opens, so that its trunk must be kept."""
        return any(layer.opens_block for layer in network.layers[self.first : self.last + 1])

    def gathers(self, network: StyleNetwork, index: int) -> bool:
        """Whether layer `index` needs its rows chosen inside the graph.

        The rows of a stage's first layer are chosen while they are read, unless they are doubled
        first.
        """
        return index > self.first or network.layers[index].upscale > 1

    def shrink_in(self, network: StyleNetwork) -> int:
        """Return how much smaller than the picture the stage's input is."""
        return 1 if self.first == 0 else network.resolutions[self.first - 1]

    def shrink_out(self, network: StyleNetwork) -> int:
        """Return how much smaller than the picture the stage's output is."""
        return network.resolutions[self.last]

    def density(self, network: StyleNetwork) -> float:
        """Return the numbers per pixel of the picture in the stage's output."""
        shrink = self.shrink_out(network)
        return network.layers[self.last].outputs / (shrink * shrink)

    def reach(self, network: StyleNetwork, top: int, bottom: int, height: int) -> Reach:
        """Return what is needed for the rows `top`..`bottom` of the stage's output.

        Args:
            network: whose stage.
            top: first row of the output, at the output's resolution.
            bottom: row after the last one.
            height: of the padded picture.
        """
        gathers: dict[str, Rows] = {}
        low, high = top, bottom
        for index in range(self.last, self.first - 1, -1):
            layer = network.layers[index]
            low = low * layer.stride - layer.padding
            high = (high - 1) * layer.stride + layer.padding + 1
            shrink = network.resolutions[index] // layer.stride
            wanted = reflect_rows(low, high, height // shrink)
            if layer.upscale > 1:
                low, high = low // 2, -(-high // 2)
                gathers[f"rows_{index}"] = wanted - 2 * low
            elif index > self.first:
                gathers[f"rows_{index}"] = wanted - low
        source = reflect_rows(low, high, height // self.shrink_in(network))
        if network.layers[self.first].upscale > 1:
            source = np.clip(np.arange(low, high), 0, height // self.shrink_in(network) - 1)
        return Reach(source, gathers)


def before(stages: tuple[Stage, ...], stage: Stage) -> Stage | None:
    """Return the stage whose output `stage` reads, or None if it reads the picture."""
    return stages[stages.index(stage) - 1] if stage.first else None


@dataclass(frozen=True, eq=False)
class Reach:
    """The rows that a strip needs.

    Attributes:
        source: index of each row to read from the stage's input.
        gathers: `rows_<layer>` inputs of the stage's graph.
    """

    source: Rows
    gathers: dict[str, Rows]


def stages_of(network: StyleNetwork) -> tuple[Stage, ...]:
    """Return the stages of a network; the picture comes of normalising the last one's output."""
    stages: list[Stage] = []
    first = 0
    was_measured = False
    for index, layer in enumerate(network.layers):
        if layer.is_normed:
            stage = Stage(first, index)
            if first == 0 and not was_measured and stage.density(network) >= _TOO_WIDE:
                stages.append(Stage(first, index, is_kept=False))
                was_measured = True
                continue
            stages.append(stage)
            first = index + 1
    if first != len(network.layers):
        raise ValueError("The last layer of a staged network must be normalised.")
    return tuple(stages)
