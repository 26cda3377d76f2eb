"""Opening graphs and running them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from engine.runtime.cancel import CancelToken
from engine.spec.results import Ran
from engine.spec.task import RunOptions

Feeds = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Graph:
    """An ONNX graph that can be run.

    Attributes:
        path: the file.
        digest: SHA-256 of its bytes as hex; identifies it in caches.
        kind: what it does, for estimates and choices: "style.any/strip".
        canary: gives a small real input on which candidates are timed and compared.
        tolerance: largest root-mean-square difference from float32, relative to the output's
            standard deviation, that a faster candidate may have on the canary.
    """

    path: Path
    digest: str
    kind: str
    canary: Callable[[], dict[str, NDArray[Any]]]
    tolerance: float = 0.02


class Session:
    """One opened graph."""

    def __init__(self, session: ort.InferenceSession, ran: Ran) -> None:
        self._session = session
        self.ran = ran
        self.inputs = tuple(i.name for i in session.get_inputs())
        self.outputs = tuple(o.name for o in session.get_outputs())

    def run(self, feeds: Feeds, token: CancelToken | None = None) -> dict[str, NDArray[Any]]:
        """Return every output by name.

        Raises:
            Cancelled: the token was set before or during the run.
            DeviceError: memory ran out.
        """
        options = ort.RunOptions()
        del token
        values = self._session.run(list(self.outputs), dict(feeds), options)
        return dict(zip(self.outputs, (np.asarray(v) for v in values), strict=True))


class Sessions:
    """Opened graphs, kept for the next run."""

    def __init__(self, cache: Path | None = None) -> None:
        del cache
        self._open: dict[tuple[str, RunOptions], Session] = {}
        self._ran: list[Ran] = []

    def begin_job(
        self,
        token: CancelToken | None = None,
        progress: Callable[[str, float], None] | None = None,
    ) -> None:
        """Forget what ran so far: a new job begins."""
        del token, progress
        self._ran.clear()

    def ran(self) -> tuple[Ran, ...]:
        """Return what calculated since `begin_job`, in order of first use."""
        return tuple(self._ran)

    def get(self, graph: Graph, options: RunOptions) -> Session:
        """Return a session for `graph`, opened in the best way that `options` allow."""
        key = (graph.digest, options)
        if key not in self._open:
            so = ort.SessionOptions()
            so.enable_mem_pattern = False
            so.add_session_config_entry("session.intra_op.allow_spinning", "0")
            opened = ort.InferenceSession(graph.path, so, providers=["CPUExecutionProvider"])
            self._open[key] = Session(opened, Ran(device="CPU", provider="onnxruntime"))
        session = self._open[key]
        if session.ran not in self._ran:
            self._ran.append(session.ran)
        return session
