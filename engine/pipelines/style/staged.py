"""Running a network of any size in bounded memory, strip by strip, with exact statistics.

The picture passes through the network's stages one after the other. Each stage reads the map that
the stage before left, a strip of rows at a time, and leaves its own together with the sums that
the next normalisation needs. See `networks.stages` for why this equals one run over everything.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import DeviceError
from engine.ops.strips import Strip, strip_count, strips
from engine.pipelines.job import JobContext
from engine.pipelines.style.buffers import Room, RowBuffer
from engine.pipelines.style.networks import graphs
from engine.pipelines.style.networks.layers import Activation, StyleNetwork
from engine.pipelines.style.networks.stages import Stage, before, stages_of
from engine.pipelines.style.networks.store import stored_graph
from engine.pipelines.style.networks.whole import whole
from engine.pipelines.style.sources import PaddedRows, Rows
from engine.runtime.sessions import Graph, Session
from engine.spec.task import RunOptions
from engine.tasks.stylize_plan import work_kind

Planes = NDArray[np.float32]

_STRIP_PIXELS = 1 << 18
"""Picture pixels per strip: long enough to run well, short enough to stop and show progress."""

_STRIP_BYTES = 1600
"""Memory per pixel of a strip, over all the sessions that keep some (measured: about 1200)."""

_HALF_FROM = 4_000_000
"""Pictures of up to so many pixels keep full precision."""

_HALF_DENSITY = 8.0
"""Maps at the size of the picture with at least so many channels are kept in half precision."""

_LAST = (None, None, None, slice(None))
"""Index that gives a value per channel the shape that spreads over rows and columns."""

_LEAST_ROWS = 32
"""Fewer picture rows per strip and the rows that neighbours share outweigh the new ones."""


@dataclass(frozen=True, eq=False)
class _Level:
    """What one stage left: a map before normalisation, and how to normalise it.

    Attributes:
        raw: (rows, columns, channels), or None if it was only measured.
        gain: (channels,) float32.
        bias: (channels,) float32.
        trunk: of an open residual block, or None.
    """

    raw: RowBuffer | None
    gain: Planes
    bias: Planes
    trunk: RowBuffer | None


class StagedPainting:
    """A painting whose last map is kept, and finished whenever rows are asked for."""

    def __init__(
        self, raw: RowBuffer, level: _Level, activation: Activation, height: int, width: int
    ) -> None:
        self._raw = raw
        self._gain, self._bias = (v[:, None, None] for v in (level.gain, level.bias))
        self._activation = activation
        self.height = height
        self.width = width

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom` as (3, rows, width) float32 0..1."""
        rows = self._raw.read(np.arange(top, bottom))[0, :, : self.width]
        planes: Planes = np.ascontiguousarray(rows.transpose(2, 0, 1), np.float32)
        if planes.base is not None:
            planes = planes.copy()
        planes *= self._gain
        planes += self._bias
        if self._activation is Activation.SIGMOID:
            np.negative(planes, out=planes)
            np.exp(planes, out=planes)
            planes += 1.0
            np.reciprocal(planes, out=planes)
        finished: Planes = np.clip(planes, 0.0, 1.0)
        return finished


def paint_staged(
    network: StyleNetwork,
    vector: Planes,
    source: Rows,
    padded: PaddedRows,
    job: JobContext,
    room: Room,
    options: RunOptions,
    *,
    strip_pixels: int = _STRIP_PIXELS,
) -> StagedPainting:
    """Return what the network makes of a picture, in stages.

    Args:
        network: which one.
        vector: (2, N) scale and shift of the style.
        source: the picture, for its size.
        padded: the picture as the network reads it.
        job: context.
        room: memory for maps.
        options: how to run.
        strip_pixels: picture pixels per strip.

    Raises:
        Cancelled: the user asked to stop.
        DeviceError: memory or room on the drive ran out.
    """
    began = time.perf_counter()
    strip_pixels = min(strip_pixels, job.memory_bytes // _STRIP_BYTES)
    while True:
        run = _Run(network, vector, padded, job, room, options, strip_pixels)
        try:
            finished = run.through_all()
            break
        except (DeviceError, MemoryError) as error:
            if strip_pixels <= _LEAST_ROWS * padded.width:
                raise DeviceError(
                    "There is not enough memory to paint at this size, even in small strips.",
                    hint="Close other programs, or choose a smaller size or broader strokes.",
                ) from error
            strip_pixels //= 2
            job.note("Memory was short, so the picture was painted in smaller strips.")
    megapixels = source.height * source.width / 1e6
    kind = work_kind(network.family, source.height * source.width, job.options)
    job.cost(kind, megapixels, time.perf_counter() - began)
    raw, level = finished
    activation = network.layers[-1].activation
    return StagedPainting(raw, level, activation, source.height, source.width)


class _Run:
    """One pass of a picture through all stages of a network."""

    def __init__(
        self,
        network: StyleNetwork,
        vector: Planes,
        padded: PaddedRows,
        job: JobContext,
        room: Room,
        options: RunOptions,
        strip_pixels: int,
    ) -> None:
        self.network = network
        self.job = job
        self._options = options
        self.stages = stages_of(network)
        self._vector = vector
        self._padded = padded
        rows = max(strip_pixels // padded.width, _LEAST_ROWS)
        self._rows = min(rows // 8 * 8, padded.height)
        self._may_halve = padded.height * padded.width > _HALF_FROM
        self._room = room
        self._measured: dict[int, tuple[Planes, Planes]] = {}
        self._total = sum(self._strip_count(stage) for stage in self.stages)
        self._done = 0

    def through_all(self) -> tuple[RowBuffer, _Level]:
        """Return the last map, and how to normalise it."""
        level: _Level | None = None
        for stage in self.stages:
            following = self._through(stage, level)
            if level is not None and level.raw is not None:
                level.raw.close()
            trunk = level.trunk if level is not None else None
            if trunk is not None and trunk is not following.trunk:
                trunk.close()
            level = following
        if level is None or level.raw is None:  # pragma: no cover - stages_of gives at least one
            raise ValueError("A network without stages cannot be run.")
        return level.raw, level

    def session(self, stage: Stage) -> Session:
        """Return a session for the graph of one stage."""
        network = self.network
        earlier = before(self.stages, stage)
        reads_half = earlier is not None and self._stored(earlier).itemsize == 2
        writes_half = self._stored(stage).itemsize == 2
        path, digest = stored_graph(
            self.job.graphs,
            f"style.{network.family}-{network.digest[:16]}-v{graphs.BUILDER}-stage{stage.first}"
            f"-{stage.last}{'r' if reads_half else ''}{'w' if writes_half else ''}"
            f"{'' if stage.is_kept else 'm'}",
            lambda: graphs.stage_graph(
                network, stage, reads_half=reads_half, writes_half=writes_half
            ),
        )
        graph = Graph(
            path=path,
            digest=digest,
            kind=f"style.{network.family}/stage{stage.first}",
            canary=lambda: self._canary(stage),
            like=whole(network, self.job),
        )
        return self.job.sessions.get(graph, self._options)

    def _through(self, stage: Stage, level: _Level | None) -> _Level:
        network = self.network
        session = self.session(stage)
        shrink = stage.shrink_out(network)
        height, width = self._padded.height // shrink, self._padded.width // shrink
        channels = network.layers[stage.last].outputs
        raw = None
        if stage.is_kept:
            raw = self._buffer(channels, height, width, self._stored(stage))
        # A trunk passes by the first half of its block untouched.
        trunk = level.trunk if level is not None and not stage.takes_trunk(network) else None
        if stage.gives_trunk(network):
            depth = network.layers[stage.last].inputs
            trunk = self._buffer(depth, height, width, np.dtype(np.float32))
        centre = self._centre(stage, session, level, height // 2)
        sums = np.zeros((2, channels))
        for strip in strips(height, self._rows // shrink):
            self._report()
            feeds = self._feeds(stage, level, strip)
            if centre is not None:
                feeds["centre"] = centre[_LAST]
            out = session.run(feeds, self.job.token)
            skip = strip.fresh - strip.top
            if raw is not None:
                raw.write(strip.fresh, out["out"][0, skip:])
            if trunk is not None and "trunk_out" in out:
                trunk.write(strip.fresh, out["trunk_out"][0, skip:])
            # Rows are summed in float32 by the graph; a picture's worth of rows needs more.
            sums[0] += out["sums"][0, skip:].sum(axis=0, dtype=np.float64)
            sums[1] += out["squares"][0, skip:].sum(axis=0, dtype=np.float64)
        gain, bias = self._normalisation(stage.last, sums / (height * width))
        self._measured[stage.last] = (gain, bias)
        if centre is not None:
            bias = bias + gain * centre
        return _Level(raw, gain, bias, trunk)

    def _centre(
        self, stage: Stage, session: Session, level: _Level | None, middle: int
    ) -> Planes | None:
        """Return about the mean of each channel, from one strip; None where none is needed."""
        if self._stored(stage).itemsize == 4:
            return None
        channels = self.network.layers[stage.last].outputs
        top = max(0, middle - self._rows // stage.shrink_out(self.network))
        strip = Strip(top, top + self._rows // stage.shrink_out(self.network), top)
        feeds = self._feeds(stage, level, strip)
        feeds["centre"] = np.zeros(channels, np.float32)[_LAST]
        out = session.run(feeds, self.job.token)
        mean: Planes = out["sums"].mean(axis=(0, 1)) / np.float32(out["out"].shape[2])
        return mean

    def _feeds(self, stage: Stage, level: _Level | None, strip: Strip) -> dict[str, NDArray[Any]]:
        reach = stage.reach(self.network, strip.top, strip.bottom, self._padded.height)
        if stage.first == 0 or level is None or level.raw is None:
            given = {
                f"{name}_{layer}": self._measured[layer][position][None, :, None, None]
                for layer in stage.given(self.network)
                for position, name in enumerate(("gain", "bias"))
            }
            return {"image": self._padded.rows(reach.source)[None], **given, **reach.gathers}
        feeds: dict[str, NDArray[Any]] = {
            "raw": level.raw.read(reach.source),
            "gain": level.gain[_LAST],
            "bias": level.bias[_LAST],
            **reach.gathers,
        }
        if stage.takes_trunk(self.network) and level.trunk is not None:
            feeds["trunk"] = level.trunk.read(reach.source)
        return feeds

    def _normalisation(self, layer: int, means: NDArray[np.float64]) -> tuple[Planes, Planes]:
        """Return gain and bias (channels,) for mean and mean square per channel (2, channels)."""
        low, high = self.network.offsets[layer]
        scale, shift = self._vector[:, low:high].astype(np.float64)
        variance = np.maximum(means[1] - means[0] ** 2, 0.0)
        gain = scale / np.sqrt(variance + self.network.epsilon)
        bias = shift - means[0] * gain
        return gain.astype(np.float32), bias.astype(np.float32)

    def _stored(self, stage: Stage) -> np.dtype[Any]:
        """Return how a stage's output is kept: the largest maps in half precision.

        Each map in half precision adds up to a step of 255 in a few pixels, so only those at the
        size of the picture are, and none where the picture is small.
        """
        is_large = (
            stage.shrink_out(self.network) == 1 and stage.density(self.network) >= _HALF_DENSITY
        )
        is_half = self._may_halve and stage.is_kept and is_large
        return np.dtype(np.float16 if is_half else np.float32)

    def _buffer(self, channels: int, height: int, width: int, dtype: np.dtype[Any]) -> RowBuffer:
        return RowBuffer(channels, height, width, dtype, self._room, self.job.scratch)

    def _strip_count(self, stage: Stage) -> int:
        shrink = stage.shrink_out(self.network)
        return strip_count(self._padded.height // shrink, self._rows // shrink)

    def _report(self) -> None:
        self.job.progress(
            self._done / self._total, "Painting strips", done=self._done, total=self._total
        )
        self._done += 1

    def _canary(self, stage: Stage) -> dict[str, NDArray[Any]]:
        """Return a narrow strip of noise: enough to see that a graph runs at all."""
        network = self.network
        height, width = 256, 200
        top = 64 // stage.shrink_out(network)
        reach = stage.reach(network, top, 2 * top, height)
        noise = np.random.default_rng(0)
        rows = len(reach.source)
        extra: dict[str, NDArray[Any]] = dict(reach.gathers)
        for layer in stage.given(network):
            shape_of = (1, network.layers[layer].outputs, 1, 1)
            extra[f"gain_{layer}"] = np.ones(shape_of, np.float32)
            extra[f"bias_{layer}"] = np.zeros(shape_of, np.float32)
        if self._stored(stage).itemsize == 2:
            depth = network.layers[stage.last].outputs
            extra["centre"] = np.zeros((1, 1, 1, depth), np.float32)
        if stage.first == 0:
            return {"image": noise.random((1, 3, rows, width), np.float32), **extra}
        earlier = before(self.stages, stage)
        stored = self._stored(earlier) if earlier else np.dtype(np.float32)
        channels = network.layers[stage.first - 1].outputs
        shape = (1, rows, width // stage.shrink_in(network), channels)
        feeds: dict[str, NDArray[Any]] = {
            "raw": noise.standard_normal(shape, np.float32).astype(stored),
            "gain": np.ones((1, 1, 1, channels), np.float32),
            "bias": np.zeros((1, 1, 1, channels), np.float32),
            **extra,
        }
        if stage.takes_trunk(network):
            feeds["trunk"] = feeds["raw"].astype(np.float32)
        return feeds
