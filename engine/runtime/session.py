"""One opened graph, and running it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import Cancelled, ParameterError
from engine.runtime.backend import Backend
from engine.runtime.cancel import CancelToken
from engine.runtime.failures import is_stop, running_error
from engine.runtime.graphs import Feeds
from engine.runtime.machine import resident_memory
from engine.spec.results import Ran


class Session:
    """One opened graph.

    Attributes:
        ran: what it calculates with.
        inputs: their names.
        outputs: their names.
        candidate_ran: whether the candidate that opened it calculates, or what it fell back to.
        after_run: is told (this session, bytes by which the process grew) after each run.
    """

    def __init__(
        self,
        backend: Backend,
        ran: Ran,
        *,
        kind: str = "this graph",
        candidate_ran: bool = True,
    ) -> None:
        self._backend = backend
        self._kind = kind
        self._ports = {port.name: port for port in backend.inputs}
        self.ran = ran
        self.inputs = tuple(self._ports)
        self.outputs = tuple(backend.outputs)
        self.candidate_ran = candidate_ran
        self.after_run: Callable[[Session, int], None] | None = None

    def run(self, feeds: Feeds, token: CancelToken | None = None) -> dict[str, NDArray[Any]]:
        """Return every output by name.

        Two threads may run the same session at once. Memory and compiled kernels follow the
        shapes: OpenVINO prepares each new shape in 3 to 15 ms and onnxruntime's arena grows with
        each, so pieces of one picture had best have one shape.

        Args:
            feeds: every input by name.
            token: stops the run between two operations.

        Raises:
            Cancelled: the token was set before or during the run.
            DeviceError: memory ran out (`engine.runtime.failures.OutOfMemory`).
            ParameterError: an input is missing, unknown, or of the wrong type or shape.
            ModelError: the graph cannot calculate what it was given.
        """
        self._check(feeds)
        if token is not None:
            token.check()
        before = resident_memory()
        try:
            values = self._backend.run(feeds, token)
        except Exception as error:
            if is_stop(error):
                raise Cancelled from error
            raise running_error(error, self._kind, self.ran.provider) from error
        if token is not None:
            token.check()
        if self.after_run is not None:
            self.after_run(self, resident_memory() - before)
        return dict(zip(self.outputs, values, strict=True))

    def _check(self, feeds: Feeds) -> None:
        for name in feeds:
            if name not in self._ports:
                raise ParameterError(
                    f"{self._kind} has no input “{name}”; it has {', '.join(self.inputs)}.",
                    field=name,
                )
        for name, port in self._ports.items():
            if name not in feeds:
                raise ParameterError(f"{self._kind} was not given its input “{name}”.", field=name)
            value = np.asarray(feeds[name])
            fits = len(port.shape) == value.ndim and all(
                size is None or size == have
                for size, have in zip(port.shape, value.shape, strict=True)
            )
            if (port.dtype is not None and value.dtype != port.dtype) or not fits:
                have = f"{value.dtype} {_shape(value.shape)}"
                raise ParameterError(
                    f"{self._kind} needs “{name}” as {port.dtype or port.type} "
                    f"{_shape(port.shape)}, but was given {have}.",
                    field=name,
                )


def _shape(sizes: Sequence[object]) -> str:
    return " × ".join(str(size) if isinstance(size, int) else "any" for size in sizes) or "scalar"
