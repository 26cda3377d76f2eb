"""From the styles that a user chose to painters that are ready to paint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.assets.pictures import Picture
from engine.errors import ModelError
from engine.models.styles import StyleInfo, style_entry
from engine.ops.color import (
    ColorStatistics,
    mapped,
    oklab_from_srgb,
    srgb_from_oklab,
    statistics,
    transport,
)
from engine.ops.resize import Filter, resize_rows
from engine.pipelines.job import JobContext
from engine.pipelines.style.buffers import Room
from engine.pipelines.style.canary import canary_picture
from engine.pipelines.style.generic import NetworkPainter
from engine.pipelines.style.networks.folding import fold
from engine.pipelines.style.networks.magenta import (
    CODE,
    CodeNetwork,
    RowNetwork,
    read_codes,
    read_rows,
)
from engine.pipelines.style.networks.store import stored_graph
from engine.pipelines.style.painters import Painter, VectorPainter
from engine.pipelines.style.recall import Recall
from engine.pipelines.style.sources import planes_of
from engine.runtime.sessions import Graph
from engine.tasks.stylize import StyleUse
from engine.tasks.stylize_plan import family_of

Planes = NDArray[np.float32]
Code = NDArray[np.float32]

ROW_MODEL = "magenta-26"
CODE_MODEL = "magenta-any"

_PREDICTOR_PX = 256
_FADE_BELOW = 0.25
"""Strength under which a code network's picture is faded into the photo."""

_networks = Recall(8)
_codes = Recall(256)
_entries = Recall(256)


@dataclass(frozen=True, eq=False)
class Layer:
    """One painter of a region.

    Attributes:
        painter: paints.
        weight: share in the region, relative to its other layers.
        fade_low: share of the painting in large shapes and colours; the rest is photo.
        fade_high: share of the painting in strokes and edges.
    """

    painter: Painter
    weight: float
    fade_low: float
    fade_high: float


def layers_of(
    uses: Sequence[StyleUse],
    strength: float,
    content: str,
    room: Room,
    job: JobContext,
    *,
    is_recolored: bool = False,
) -> tuple[Layer, ...]:
    """Return one layer per network that these styles, blended, need.

    Strength works in two ways. Between 25 and 100 % a code network mixes the style's code with the
    photo's own, which keeps every stroke crisp; below, that painting fades into the photo. The
    other networks know no style that leaves a photo alone (the mildest of the 26 rows greys it, a
    mean of rows is a style of its own), so their painting fades, its colours in proportion and
    its strokes more slowly, so that it looks painted for as long as it can.

    Args:
        uses: styles that land in the same place, at least one with a weight.
        strength: 0..1.
        content: asset id of the photo.
        room: memory for maps.
        job: context.
        is_recolored: give style pictures the photo's colours before they are looked at, so
            that white stays white where the result is matched to the photo.

    Raises:
        ModelError: a style or its network is missing.
        AssetError: a style's picture cannot be read.
    """
    groups: dict[str, list[StyleUse]] = {}
    for use in uses:
        groups.setdefault(family_of(use.style), []).append(use)
    layers: list[Layer] = []
    for family, members in groups.items():
        total = sum(use.weight for use in members)
        shares = [use.weight / total for use in members]
        low, high = strength, 1.0 - (1.0 - strength) ** 2
        painter: Painter
        if family == "26":
            rows = row_network(job)
            vector = _mix([rows.rows[_row(use.style)] for use in members], shares)
            painter = VectorPainter(rows.network, vector, room)
        elif family == "any":
            codes = code_network(job)
            palette = content if is_recolored else ""
            code = _mix([_style_code(use.style, palette, job) for use in members], shares)
            if strength < 1.0:
                own = asset_code(content, job)
                share = max(0.0, (strength - _FADE_BELOW) / (1.0 - _FADE_BELOW))
                code = own + np.float32(share) * (code - own)
            painter = VectorPainter(codes.network, codes.vector(code), room)
            low = high = min(1.0, strength / _FADE_BELOW)
        else:
            painter = _own_network(family, room, job)
        layers.append(Layer(painter, total, low, high))
    return tuple(layers)


def row_network(job: JobContext) -> RowNetwork:
    """Return the network of learned rows."""
    model = job.model(ROW_MODEL)
    path = model.files["network"]
    return _networks.get((ROW_MODEL, model.digest("network")), lambda: read_rows(path))


def code_network(job: JobContext) -> CodeNetwork:
    """Return the network for any style picture."""
    model = job.model(CODE_MODEL)
    path = model.files["transform"]

    def make() -> CodeNetwork:
        codes = read_codes(path)
        typical = codes.vector(_predicted(canary_picture(), job))
        return replace(codes, network=replace(codes.network, typical=typical))

    return _networks.get((CODE_MODEL, model.digest("transform")), make)


def asset_code(ref: str, job: JobContext) -> Code:
    """Return the code (100,) of a picture in the store."""
    return _recalled_code(ref, "", lambda: job.picture(ref), job)


def picture_code(picture: Picture, job: JobContext, palette: ColorStatistics | None = None) -> Code:
    """Return the code (100,) of a picture, recoloured to `palette` (OKLab) if one is given.

    The predictor sees squares. A long picture is seen as several that overlap, and their codes
    are averaged, so that nothing is squeezed and nothing left out.
    """
    height, width = picture.height, picture.width
    side = min(height, width)
    room = max(height, width) - side
    # Squares overlap by half; more than four of a very long picture add nothing.
    count = min(4, 1 + -(-2 * room // side))
    recolor: tuple[Planes, Planes] | None = None
    if palette is not None:
        small = oklab_from_srgb(_squeezed(picture.pixels, picture.white))
        recolor = transport(statistics(small), palette)
    total = np.zeros(CODE, np.float32)
    for index in range(count):
        start = room // 2 if count == 1 else round(index * room / (count - 1))
        top, left = (start, 0) if height > width else (0, start)
        square = picture.pixels[top : top + side, left : left + side]
        planes = _squeezed(square, picture.white)
        if recolor is not None:
            planes = srgb_from_oklab(mapped(oklab_from_srgb(planes), *recolor))
        total += _predicted(planes, job)
    return total / np.float32(count)


def _squeezed(pixels: NDArray[Any], white: int) -> Planes:
    """Return pixels at the predictor's size, (3, 256, 256) 0..1."""
    planes = resize_rows(
        lambda low, high: planes_of(pixels[low:high], white),
        pixels.shape[:2],
        (_PREDICTOR_PX, _PREDICTOR_PX),
        0,
        _PREDICTOR_PX,
        Filter.LANCZOS,
    )
    return np.clip(planes, 0.0, 1.0)


def _predicted(planes: Planes, job: JobContext) -> Code:
    model = job.model(CODE_MODEL)

    def build() -> bytes:
        import onnx

        folded: bytes = fold(onnx.load(model.files["predict"])).SerializeToString(
            deterministic=True
        )
        return folded

    name = f"style.predict-{model.digest('predict')[:16]}-v1"
    path, digest = stored_graph(job.graphs, name, build)

    def canary() -> dict[str, NDArray[Any]]:
        return {"style_image": np.ascontiguousarray(canary_picture().transpose(1, 2, 0))[None]}

    graph = Graph(path=path, digest=digest, kind="style.predict", canary=canary)
    session = job.sessions.get(graph, job.options)
    image = np.ascontiguousarray(planes.transpose(1, 2, 0))[None]
    out = session.run({session.inputs[0]: image}, job.token)
    return out[session.outputs[0]].reshape(CODE).astype(np.float32)


def _style_code(style: str, palette: str, job: JobContext) -> Code:
    kind, _, key = style.partition(":")
    if kind == "picture":
        return _recalled_code(key, palette, lambda: job.picture(key), job)
    path = Path(_entry(style).file)
    return _recalled_code(str(path), palette, lambda: _painting(path), job)


def _recalled_code(name: str, palette: str, read: Callable[[], Picture], job: JobContext) -> Code:
    """Return a picture's code, recoloured to the asset `palette` unless that is empty."""

    def make() -> Code:
        colors = None
        if palette:
            photo = job.picture(palette)
            colors = statistics(oklab_from_srgb(_squeezed(photo.pixels, photo.white)))
        return picture_code(read(), job, colors)

    digest = job.model(CODE_MODEL).digest("predict")
    return _codes.get((name, palette, digest), make)


def _painting(path: Path) -> Picture:
    from PIL import Image

    try:
        with Image.open(path) as image:
            return Picture(pixels=np.asarray(image.convert("RGB")))
    except OSError as error:
        raise ModelError(
            f"The painting {path.name} cannot be read: {error}.", hint="Install Gesso again."
        ) from error


def _row(style: str) -> int:
    return _entry(style).index or 0


def _entry(style: str) -> StyleInfo:
    # What came with Gesso does not change while it runs, and reading the list takes 4 ms.
    return _entries.get(style, lambda: style_entry(style))


def _own_network(family: str, room: Room, job: JobContext) -> Painter:
    model_id = family.partition(":")[2]
    model = job.model(model_id)
    if model.manifest.arch != "image-to-image":
        raise ModelError(
            f"{model.manifest.name} cannot be used as a style of its own.",
            model_id=model_id,
            hint="Choose a style network that takes one picture and gives one.",
        )
    return NetworkPainter(model, room)


def _mix(vectors: Sequence[Planes], shares: Sequence[float]) -> Planes:
    mixed = sum(
        (np.float64(share) * vector for vector, share in zip(vectors, shares, strict=True)),
        start=np.zeros(vectors[0].shape),
    )
    return mixed.astype(np.float32)


__all__ = ["Layer", "asset_code", "code_network", "layers_of", "picture_code", "row_network"]
