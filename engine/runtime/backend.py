"""What a library that runs graphs looks like to the rest of the runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.runtime.cancel import CancelToken
from engine.spec.results import Ran


@dataclass(frozen=True)
class Port:
    """One input of a graph.

    Attributes:
        name: the graph's own.
        type: the library's word for its type, for messages.
        dtype: the same as NumPy has it; None where NumPy has no such type.
        shape: one size per axis, None where any size fits.
    """

    name: str
    type: str
    dtype: np.dtype[Any] | None
    shape: tuple[int | None, ...]


class Backend(Protocol):
    """A graph as one library has it open.

    Attributes:
        inputs: what it takes.
        outputs: names of what it gives.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]

    def run(
        self, feeds: Mapping[str, NDArray[Any]], token: CancelToken | None
    ) -> list[NDArray[Any]]:
        """Return the values of `outputs`, in their order; any thread may call it.

        Args:
            feeds: every input by name, of its type and shape.
            token: ends the run between two operations.

        Raises:
            Exception: whatever the library raises, also when the token ended the run.
        """

    def ran(self, device: str, provider: str, precision: str) -> Ran:
        """Return what it really calculates with, by what the library says of the opened graph.

        Args:
            device: that was meant: "CPU", "CUDA".
            provider: that was meant: "onnxruntime", "OpenVINO", "CUDA".
            precision: that was meant: "float32", "bfloat16".
        """
