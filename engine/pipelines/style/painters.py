"""Running a style network over a picture, whichever way fits."""

from __future__ import annotations

import time
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import DeviceError
from engine.pipelines.job import JobContext
from engine.pipelines.style.buffers import Room
from engine.pipelines.style.networks.layers import StyleNetwork
from engine.pipelines.style.networks.whole import whole
from engine.pipelines.style.painting import HeldPainting, Painting
from engine.pipelines.style.sources import PaddedRows, Rows
from engine.pipelines.style.staged import paint_staged
from engine.runtime.sessions import Session
from engine.spec.results import Ran
from engine.spec.task import DeviceChoice, RunOptions
from engine.tasks.stylize_plan import is_staged, work_kind

Planes = NDArray[np.float32]
Vector = NDArray[np.float32]

_SMALLEST = 16
"""Least side of a network's input: at a quarter of it, rows can still be reflected."""


_MEMORY_SHARE = {("OpenVINO", "float32"): 0.6, ("OpenVINO", "bfloat16"): 0.36}
"""Memory of one run, relative to onnxruntime's."""


class Painter(Protocol):
    """Paints a picture in one style or blend, as often as asked and at any size."""

    def paint(self, source: Rows, job: JobContext) -> Painting:
        """Return what the network makes of `source`.

        Raises:
            Cancelled: the user asked to stop.
            DeviceError: memory ran out even in the smallest pieces.
        """


class VectorPainter:
    """One of the bundled networks with a style vector."""

    def __init__(self, network: StyleNetwork, vector: Vector, room: Room) -> None:
        """Prepare.

        Args:
            network: which one.
            vector: (2, N) scale and shift.
            room: memory for maps.
        """
        self._room = room
        self._network = network
        self._vector = np.ascontiguousarray(vector, np.float32)

    def paint(self, source: Rows, job: JobContext) -> Painting:
        """Return what the network makes of `source`; see `Painter`."""
        padded = PaddedRows(source, self._network.multiple, _SMALLEST)
        pixels = padded.height * padded.width
        if not is_staged(pixels) and self._fits(pixels, job):
            try:
                return self._whole(source, padded, job)
            except DeviceError:
                job.note("Memory was short, so the picture was painted in strips.")
        try:
            return self._staged(source, padded, job, job.options)
        except DeviceError:
            if job.options.device is DeviceChoice.CPU or not self._ran_elsewhere(job):
                raise
        job.note("The graphics card ran out of memory, so the picture was painted on the CPU.")
        on_cpu = msgspec.structs.replace(job.options, device=DeviceChoice.CPU)
        return self._staged(source, padded, job, on_cpu)

    def _fits(self, pixels: int, job: JobContext) -> bool:
        ran = whole_session(self._network, job).ran
        if is_staged(pixels, is_exact=ran.precision == "float32"):
            return False
        return whole_bytes(self._network, pixels, ran) <= job.memory_bytes

    def _whole(self, source: Rows, padded: PaddedRows, job: JobContext) -> Painting:
        session = whole_session(self._network, job)
        job.progress(0.0, "Painting")
        image = padded.rows(np.arange(padded.height))[None]
        began = time.perf_counter()
        feeds = {"image": image, "scale": self._vector[0], "shift": self._vector[1]}
        planes = session.run(feeds, job.token)["stylized"][0]
        pixels = source.height * source.width
        kind = work_kind(self._network.family, pixels, job.options)
        job.cost(kind, pixels / 1e6, time.perf_counter() - began)
        job.progress(1.0, "Painting")
        return HeldPainting(planes[:, : source.height, : source.width])

    def _staged(
        self, source: Rows, padded: PaddedRows, job: JobContext, options: RunOptions
    ) -> Painting:
        return paint_staged(self._network, self._vector, source, padded, job, self._room, options)

    def _ran_elsewhere(self, job: JobContext) -> bool:
        return whole_session(self._network, job).ran.device != "CPU"


def whole_session(network: StyleNetwork, job: JobContext) -> Session:
    """Return a session for the whole network."""
    return job.sessions.get(whole(network, job), job.options)


def whole_bytes(network: StyleNetwork, pixels: int, ran: Ran) -> int:
    """Return about how much memory one run over `pixels` takes.

    While a layer runs, its input, padded and reordered copies of it, and its output before and
    after normalisation are alive; the widest moment decides. The factors are fitted to measured
    peaks of both bundled networks and err upwards: 150 to 570 bytes per pixel in onnxruntime, 150
    to 290 in OpenVINO's float32, 80 to 160 in its bfloat16.

    Args:
        network: which one.
        pixels: of the picture.
        ran: how it is run.
    """
    share = _MEMORY_SHARE.get((ran.provider, ran.precision), 1.0)
    widest = 0.0
    for layer, shrink in zip(network.layers, network.resolutions, strict=True):
        entering = shrink / layer.stride
        widest = max(widest, 2.2 * layer.inputs / entering**2 + 4.2 * layer.outputs / shrink**2)
    return int(pixels * widest * 4 * share)
