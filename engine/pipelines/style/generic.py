"""Style networks that bring their style with them: one picture in, one picture out.

Networks of the fast-neural-style kind take and give 1 x 3 x H x W float32 in 0..255; those of the
AnimeGAN kind 1 x H x W x 3 in -1..1. The manifest's contract says which: `layout` ("NCHW" or
"NHWC"), `range` ([low, high]), `height` and `width` (0 if free) and `size_multiple`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import DeviceError, ModelError
from engine.models.manifest import InstalledModel
from engine.ops.tiling import Span, spans
from engine.pipelines.job import JobContext
from engine.pipelines.style.buffers import Room, RowBuffer
from engine.pipelines.style.painting import HeldPainting, Painting
from engine.pipelines.style.sources import PaddedRows, Rows
from engine.runtime.sessions import Graph, Session
from engine.tasks.stylize_plan import fitted, is_staged, work_kind

Planes = NDArray[np.float32]

_BYTES_PER_PIXEL = 1400
"""A generous guess of what one run takes: 64 channels of float32 at full size, five times."""

_TILE = 1024
_LEAST_TILE = 256
_OVERLAP = 64
_SMALLEST = 64


@dataclass(frozen=True)
class Contract:
    """What a network takes and gives.

    Attributes:
        is_channels_last: 1 x H x W x 3 instead of 1 x 3 x H x W.
        low: value of black.
        high: value of white.
        height: of its input, or 0 if free.
        width: of its input, or 0 if free.
        multiple: height and width must be a multiple of this.
    """

    is_channels_last: bool = False
    low: float = 0.0
    high: float = 255.0
    height: int = 0
    width: int = 0
    multiple: int = 1

    @classmethod
    def of(cls, model: InstalledModel) -> Contract:
        """Read a manifest's contract.

        Raises:
            ModelError: it makes no sense.
        """
        given: dict[str, Any] = model.manifest.contract
        try:
            low, high = (float(v) for v in given.get("range", (0.0, 255.0)))
            contract = cls(
                is_channels_last={"NCHW": False, "NHWC": True}[given.get("layout", "NCHW")],
                low=low,
                high=high,
                height=int(given.get("height", 0)),
                width=int(given.get("width", 0)),
                multiple=int(given.get("size_multiple", 1)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _unusable(model) from error
        if contract.high <= contract.low or contract.multiple < 1 or contract.height < 0:
            raise _unusable(model)
        return contract

    def entering(self, planes: Planes) -> Planes:
        """Return (3, h, w) 0..1 as the network takes it."""
        values = planes * np.float32(self.high - self.low) + np.float32(self.low)
        if self.is_channels_last:
            values = values.transpose(1, 2, 0)
        return np.ascontiguousarray(values, np.float32)[None]

    def leaving(self, values: NDArray[Any]) -> Planes:
        """Return what the network gave as (3, h, w) 0..1."""
        planes = values[0].transpose(2, 0, 1) if self.is_channels_last else values[0]
        scaled = (planes.astype(np.float32) - self.low) / (self.high - self.low)
        return np.ascontiguousarray(np.clip(scaled, 0.0, 1.0), np.float32)


class NetworkPainter:
    """A style network of its own."""

    def __init__(self, model: InstalledModel, room: Room) -> None:
        """Prepare.

        Args:
            model: the network.
            room: memory for maps.

        Raises:
            ModelError: the contract makes no sense.
        """
        self._model = model
        self._room = room
        self._contract = Contract.of(model)
        self._family = f"model:{model.manifest.id}"

    def paint(self, source: Rows, job: JobContext) -> Painting:
        """Return what the network makes of `source`; see `painters.Painter`."""
        began = time.perf_counter()
        pixels = source.height * source.width
        if self._contract.height and self._contract.width:
            painting = self._fixed(source, job)
        elif is_staged(pixels) or pixels * _BYTES_PER_PIXEL > job.memory_bytes:
            painting = self._tiled(source, job, _TILE)
        else:
            try:
                painting = HeldPainting(self._run(source, job))
            except DeviceError:
                painting = self._tiled(source, job, _TILE // 2)
        kind = work_kind(self._family, pixels, job.options)
        job.cost(kind, pixels / 1e6, time.perf_counter() - began)
        return painting

    def _fixed(self, source: Rows, job: JobContext) -> Painting:
        """Run at the one size that the network knows, the picture fitted inside."""
        contract = self._contract
        scale = min(contract.height / source.height, contract.width / source.width)
        long_side = max(1, round(max(source.height, source.width) * scale))
        height, width = fitted(source.height, source.width, long_side)
        height, width = min(height, contract.height), min(width, contract.width)
        job.note(
            f"{self._model.manifest.name} paints at {contract.width} x {contract.height} pixels; "
            "larger results are enlarged."
        )
        small = source.resized(height, width)
        padded = PaddedRows(small, 1, 1, least=(contract.height, contract.width))
        planes = self._painted(padded.rows(np.arange(padded.height)), job)
        return HeldPainting(planes[:, :height, :width])

    def _run(self, source: Rows, job: JobContext) -> Planes:
        multiple = self._contract.multiple
        padded = PaddedRows(source, multiple, -(-_SMALLEST // multiple) * multiple)
        planes = self._painted(padded.rows(np.arange(padded.height)), job)
        return planes[:, : source.height, : source.width]

    def _tiled(self, source: Rows, job: JobContext, tile: int) -> Painting:
        """Run tile by tile; the tiles know nothing of each other but fade into one another."""
        job.note(
            f"{self._model.manifest.name} was run in tiles, because the picture is large; tones "
            "can differ a little between them."
        )
        while True:
            try:
                return self._in_tiles(source, job, tile)
            except DeviceError as error:
                if tile // 2 < _LEAST_TILE:
                    raise DeviceError(
                        f"There is not enough memory to run {self._model.manifest.name}, even "
                        f"in tiles of {tile} pixels.",
                        hint="Close other programs, or choose a smaller size.",
                    ) from error
                tile //= 2
                job.note("Memory was short, so smaller tiles were used.")

    def _in_tiles(self, source: Rows, job: JobContext, tile: int) -> Painting:
        multiple = self._contract.multiple
        size = -(-tile // multiple) * multiple
        padded = PaddedRows(source, 1, 1, least=(min(size, tile), min(size, tile)))
        down = spans(padded.height, size, _OVERLAP)
        across = spans(padded.width, size, _OVERLAP)
        dtype = np.dtype(np.float16)
        result = RowBuffer(3, padded.height, padded.width, dtype, self._room, job.scratch)
        carried = np.zeros((3, 0, padded.width), np.float32)
        done = 0
        for position, rows in enumerate(down):
            band = np.zeros((3, rows.stop - rows.start, padded.width), np.float32)
            band[:, : carried.shape[1]] = carried
            strip = padded.rows(np.arange(rows.start, rows.stop))
            for columns in across:
                job.progress(
                    done / (len(down) * len(across)),
                    "Painting tiles",
                    done=done,
                    total=len(down) * len(across),
                )
                done += 1
                self._add(band, strip[:, :, columns.start : columns.stop], rows, columns, job)
            after = down[position + 1].start if position + 1 < len(down) else rows.stop
            result.write(rows.start, band[:, : after - rows.start].transpose(1, 2, 0))
            carried = band[:, after - rows.start :]
        return _BufferedPainting(result, source.height, source.width)

    def _add(self, band: Planes, part: Planes, rows: Span, columns: Span, job: JobContext) -> None:
        height, width = part.shape[1:]
        multiple = self._contract.multiple
        extra = (-height % multiple, -width % multiple)
        if any(extra):
            part = np.pad(part, ((0, 0), (0, extra[0]), (0, extra[1])), mode="reflect")
        painted = self._painted(part, job)[:, :height, :width]
        painted *= rows.weight[:, None] * columns.weight
        band[:, :, columns.start : columns.stop] += painted

    def _painted(self, planes: Planes, job: JobContext) -> Planes:
        session = self._session(job)
        feeds = {session.inputs[0]: self._contract.entering(planes)}
        values = session.run(feeds, job.token)[session.outputs[0]]
        painted = self._contract.leaving(values)
        if (
            painted.shape[0] != 3
            or min(painted.shape[1] - planes.shape[1], painted.shape[2] - planes.shape[2]) < 0
        ):
            raise ModelError(
                f"{self._model.manifest.name} gave a picture of another size than it was given.",
                model_id=self._model.manifest.id,
                hint="It is not a style network; check it under Models.",
            )
        return painted[:, : planes.shape[1], : planes.shape[2]]

    def _session(self, job: JobContext) -> Session:
        model, contract = self._model, self._contract
        if "network" not in model.files:
            raise _unusable(model)

        def canary() -> dict[str, NDArray[Any]]:
            height = contract.height or -(-256 // contract.multiple) * contract.multiple
            width = contract.width or -(-256 // contract.multiple) * contract.multiple
            noise = np.random.default_rng(0).random((3, height, width), np.float32)
            return {_input_name(model): contract.entering(noise)}

        graph = Graph(
            path=model.files["network"],
            digest=model.digest("network"),
            kind=f"style.{self._family}/once",
            canary=canary,
        )
        return job.sessions.get(graph, job.options)


class _BufferedPainting:
    """A painting kept in a buffer of rows."""

    def __init__(self, buffer: RowBuffer, height: int, width: int) -> None:
        self._buffer = buffer
        self.height = height
        self.width = width

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom` as (3, rows, width) float32 0..1."""
        rows = self._buffer.read(np.arange(top, bottom))[0, :, : self.width]
        return np.ascontiguousarray(rows.transpose(2, 0, 1), np.float32)


def _input_name(model: InstalledModel) -> str:
    import onnx

    graph = onnx.load(model.files["network"], load_external_data=False).graph
    stored = {item.name for item in graph.initializer}
    return next((item.name for item in graph.input if item.name not in stored), "")


def _unusable(model: InstalledModel) -> ModelError:
    return ModelError(
        f"The manifest of {model.manifest.name} does not say how its pictures are laid out.",
        model_id=model.manifest.id,
        hint="Its contract needs layout, range and size; add the model again under Models.",
    )
