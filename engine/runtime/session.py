"""One opened graph, and running it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from engine.errors import Cancelled, ParameterError
from engine.runtime.cancel import CancelToken
from engine.runtime.failures import is_stop, running_error
from engine.runtime.graphs import Feeds
from engine.runtime.machine import resident_memory
from engine.spec.results import Ran

_NUMPY_TYPES = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(double)": np.dtype(np.float64),
    "tensor(int64)": np.dtype(np.int64),
    "tensor(int32)": np.dtype(np.int32),
    "tensor(int16)": np.dtype(np.int16),
    "tensor(int8)": np.dtype(np.int8),
    "tensor(uint8)": np.dtype(np.uint8),
    "tensor(uint16)": np.dtype(np.uint16),
    "tensor(bool)": np.dtype(np.bool_),
}


class Session:
    """One opened graph.

    Attributes:
        ran: what it calculates with.
        inputs: their names.
        outputs: their names.
        stops_within: whether a run can be stopped between nodes; otherwise it stops at its end.
        candidate_ran: whether the candidate that opened it calculates, or what it fell back to.
        after_run: is told (this session, bytes by which the process grew) after each run.
    """

    def __init__(
        self,
        session: ort.InferenceSession,
        ran: Ran,
        *,
        kind: str = "this graph",
        stops_within: bool = True,
        candidate_ran: bool = True,
    ) -> None:
        self._session = session
        self._kind = kind
        self._nodes = {node.name: node for node in session.get_inputs()}
        self.ran = ran
        self.inputs = tuple(self._nodes)
        self.outputs = tuple(o.name for o in session.get_outputs())
        self.stops_within = stops_within
        self.candidate_ran = candidate_ran
        self.after_run: Callable[[Session, int], None] | None = None

    def run(self, feeds: Feeds, token: CancelToken | None = None) -> dict[str, NDArray[Any]]:
        """Return every output by name.

        Two threads may run the same session at once.

        Args:
            feeds: every input by name.
            token: stops the run. onnxruntime looks at it between nodes; where `stops_within` is
                False the run goes on to its end before it raises.

        Raises:
            Cancelled: the token was set before or during the run.
            DeviceError: memory ran out (`engine.runtime.failures.OutOfMemory`).
            ParameterError: an input is missing, unknown, or of the wrong type or shape.
            ModelError: the graph cannot calculate what it was given.
        """
        self._check(feeds)
        options = ort.RunOptions()
        options.log_severity_level = 4  # what goes wrong is raised, not printed
        if token is not None:
            token.check()
        before = resident_memory()
        with token.calling(lambda: _terminate(options)) if token is not None else nullcontext():
            try:
                values = self._session.run(list(self.outputs), dict(feeds), options)
            except Exception as error:
                if is_stop(error):
                    raise Cancelled from error
                raise running_error(error, self._kind, self.ran.provider) from error
        if token is not None:
            token.check()
        if self.after_run is not None:
            self.after_run(self, resident_memory() - before)
        return dict(zip(self.outputs, (np.asarray(v) for v in values), strict=True))

    def _check(self, feeds: Feeds) -> None:
        for name in feeds:
            if name not in self._nodes:
                raise ParameterError(
                    f"{self._kind} has no input “{name}”; it has {', '.join(self.inputs)}.",
                    field=name,
                )
        for name, node in self._nodes.items():
            if name not in feeds:
                raise ParameterError(f"{self._kind} was not given its input “{name}”.", field=name)
            value = np.asarray(feeds[name])
            wanted = _NUMPY_TYPES.get(node.type)
            sizes = list(node.shape or ())
            fits = len(sizes) == value.ndim and all(
                not isinstance(size, int) or size == have
                for size, have in zip(sizes, value.shape, strict=True)
            )
            if (wanted is not None and value.dtype != wanted) or not fits:
                have = f"{value.dtype} {_shape(value.shape)}"
                raise ParameterError(
                    f"{self._kind} needs “{name}” as {wanted or node.type} {_shape(sizes)}, "
                    f"but was given {have}.",
                    field=name,
                )


def _terminate(options: ort.RunOptions) -> None:
    options.terminate = True


def _shape(sizes: Sequence[object]) -> str:
    return " × ".join(str(size) if isinstance(size, int) else "any" for size in sizes) or "scalar"
