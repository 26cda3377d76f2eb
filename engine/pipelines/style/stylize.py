"""The style task: a photograph repainted in the manner of others."""

from __future__ import annotations

import mmap
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.assets.pictures import Picture
from engine.errors import ParameterError
from engine.ops.color import luma
from engine.ops.masks import Mask
from engine.ops.resize import Filter, resize_rows
from engine.ops.strips import strip_count, strips
from engine.pipelines.job import JobContext
from engine.pipelines.style.brushwork import Brushwork
from engine.pipelines.style.buffers import Room
from engine.pipelines.style.compose import Coat, Composition, Region
from engine.pipelines.style.painting import Painting
from engine.pipelines.style.recall import Recall
from engine.pipelines.style.sources import (
    HeldRows,
    PictureRows,
    UnderpaintedRows,
    pixels_of,
    planes_of,
)
from engine.pipelines.style.styles import Layer, layers_of
from engine.spec.results import ImageResult
from engine.tasks.stylize import Depth, KeepColor, StyleUse, StylizeParams
from engine.tasks.stylize_plan import COMPOSE_KIND, Sizes, fitted, is_staged, sizes_of

Planes = NDArray[np.float32]

_UNDERPAINTING = 0.6
"""Share of the broad painting in what the fine one is made from; the rest is photo, which keeps
faces and lettering readable."""

_STRIP_PIXELS = 1 << 19
_PREVIEW_PX = 512
_MAPPED_BYTES = 1 << 28
"""Results larger than this lie in a file while they are written."""

_FEATHER = 0.1 / 3.0
"""Standard deviation of the softest edge, as a share of the long side: it spreads over a tenth."""

_small_pictures = Recall(8)


def stylize(params: StylizeParams, job: JobContext) -> ImageResult:
    """Repaint a picture.

    Raises:
        ParameterError: all styles have a weight of 0.
        AssetError: a picture cannot be read.
        ModelError: a network is missing or damaged.
        DeviceError: memory ran out, even for the smallest strips.
        Cancelled: the user asked to stop.
    """
    uses = [use for use in params.styles if use.weight > 0.0]
    if not uses:
        raise ParameterError(
            "Every style has a weight of 0.", field="styles", hint="Give one of them a weight."
        )
    picture = _finished(params, uses, job)
    return ImageResult(image=job.save_picture(picture), width=picture.width, height=picture.height)


def _finished(params: StylizeParams, uses: Sequence[StyleUse], job: JobContext) -> Picture:
    """Return the result; all that it was made from is let go before it is saved."""
    job.progress(0.0, "Reading the picture")
    content = _content(params.content, job)
    sizes = sizes_of(
        *content.size,
        stroke=params.stroke,
        texture=params.texture,
        size=params.size,
        preview_px=job.options.preview_px,
    )
    photo = PictureRows(content.picture, *sizes.output)
    if params.strength == 0.0:
        result: Painting = photo
    else:
        room = Room(job.memory_bytes // 2)
        with job.part(0.0, 0.85):
            regions = _regions(params, uses, content, sizes, room, job)
        result = Composition(photo, regions, params.keep_color, _limit(params, sizes, job))
    with job.part(0.85 if params.strength else 0.0, 1.0):
        return _written(result, content.picture, params.depth, sizes, job)


@dataclass(frozen=True, eq=False)
class _Content:
    """The photo and the size that it has on disk; for a preview the photo itself is small."""

    picture: Picture
    size: tuple[int, int]


def _content(ref: str, job: JobContext) -> _Content:
    limit = job.options.preview_px
    if not limit:
        picture = job.picture(ref)
        for sentence in picture.notes:
            job.note(sentence)
        return _Content(picture, (picture.height, picture.width))

    def make() -> _Content:
        picture = job.picture(ref)
        size = (picture.height, picture.width)
        if max(size) <= limit:
            return _Content(picture, size)
        small = fitted(*size, limit)
        pixels = pixels_of(PictureRows(picture, *small).rows(0, small[0]), picture.white)
        alpha = None if picture.alpha is None else _resized_alpha(picture.alpha, *small)
        return _Content(Picture(pixels=pixels, alpha=alpha, icc=picture.icc), size)

    return _small_pictures.get((ref, limit), make)


def _regions(
    params: StylizeParams,
    uses: Sequence[StyleUse],
    content: _Content,
    sizes: Sizes,
    room: Room,
    job: JobContext,
) -> list[Region]:
    """Paint every region's coats."""
    groups: dict[tuple[str | None, bool], list[StyleUse]] = {}
    for use in uses:
        groups.setdefault((use.mask, use.invert and use.mask is not None), []).append(use)
    layers = {
        place: layers_of(
            members,
            params.strength,
            params.content,
            room,
            job,
            is_recolored=params.keep_color is KeepColor.MATCH,
        )
        for place, members in groups.items()
    }
    count = sum(len(some) for some in layers.values())
    regions: list[Region] = []
    done = 0
    for (ref, invert), some in layers.items():
        coats: list[Coat] = []
        for layer in some:
            with job.part(done / count, (done + 1) / count):
                painting = _painted(layer, params, content, sizes, job)
            coats.append(Coat(painting, layer.weight, layer.fade_low, layer.fade_high))
            done += 1
        mask = None if ref is None else _mask(ref, params.feather, sizes, job)
        regions.append(Region(tuple(coats), mask, invert))
    return regions


def _painted(
    layer: Layer, params: StylizeParams, content: _Content, sizes: Sizes, job: JobContext
) -> Painting:
    """Paint one coat: broad strokes, then fine marks over them."""
    base = PictureRows(content.picture, *sizes.base)
    if is_staged(sizes.base[0] * sizes.base[1]):
        _show_early(layer, base, job)
    if sizes.detail is None:
        broad = layer.painter.paint(base, job)
        if (broad.height, broad.width) == sizes.output:
            return broad
        return Brushwork(broad, None, 0.0, *sizes.output)
    share = sizes.base[0] * sizes.base[1] / (sizes.detail[0] * sizes.detail[1])
    share = max(0.05, share / (1.0 + share))
    with job.part(0.0, share):
        broad = layer.painter.paint(base, job)
        job.progress(1.0, "Painting", preview=_preview(broad))
    with job.part(share, 1.0):
        photo = PictureRows(content.picture, *sizes.detail)
        under = UnderpaintedRows(photo, broad, _UNDERPAINTING)
        fine = layer.painter.paint(under, job)
        return Brushwork(broad, fine, params.texture, *sizes.output)


def _show_early(layer: Layer, source: PictureRows, job: JobContext) -> None:
    """Show a small version first where the real one takes a while."""
    size = fitted(source.height, source.width, _PREVIEW_PX)
    small = HeldRows(source.resized(*size).rows(0, size[0]))
    with job.part(0.0, 0.0):
        painting = layer.painter.paint(small, job)
        job.progress(0.0, "Painting", preview=_preview(painting))


def _preview(painting: Painting) -> NDArray[np.uint8]:
    limit = min(_PREVIEW_PX, max(painting.height, painting.width))
    size = fitted(painting.height, painting.width, limit)
    planes = resize_rows(
        painting.rows, (painting.height, painting.width), size, 0, size[0], Filter.AREA
    )
    return pixels_of(planes, 255)


def _mask(ref: str, feather: float, sizes: Sizes, job: JobContext) -> Mask:
    def make() -> Planes:
        picture = job.picture(ref)
        # Row by row, so that a large mask never lies in memory as colours in floating point.
        parts = [
            luma(planes_of(picture.pixels[s.fresh : s.bottom], picture.white))
            for s in strips(picture.height, 256)
        ]
        return np.concatenate(parts)

    limit = job.options.preview_px
    plane = _small_pictures.get(("mask", ref), make) if limit else make()
    return Mask(plane, *sizes.output, feather * _FEATHER * max(sizes.output))


def _limit(params: StylizeParams, sizes: Sizes, job: JobContext) -> Region | None:
    if params.mask is None:
        return None
    mask = _mask(params.mask, params.feather, sizes, job)
    return Region((), mask, params.invert_mask)


def _written(
    result: Painting, content: Picture, depth: Depth, sizes: Sizes, job: JobContext
) -> Picture:
    """Work the result out strip by strip and return it as a picture."""
    began = time.perf_counter()
    height, width = sizes.output
    white = {Depth.AUTO: content.white, Depth.EIGHT: 255, Depth.SIXTEEN: 65535}[depth]
    dtype = np.dtype(np.uint8 if white == 255 else np.uint16)
    pixels: NDArray[Any]
    if height * width * 3 * dtype.itemsize > _MAPPED_BYTES:
        path = job.scratch / "result"
        pixels = np.memmap(path, dtype=dtype, mode="w+", shape=(height, width, 3))
    else:
        pixels = np.empty((height, width, 3), dtype)
    rows = max(8, _STRIP_PIXELS // width)
    total = strip_count(height, rows)
    for done, strip in enumerate(strips(height, rows)):
        job.progress(done / total, "Finishing", done=done, total=total)
        planes = result.rows(strip.fresh, strip.bottom)
        pixels[strip.fresh : strip.bottom] = pixels_of(planes, white)
        if isinstance(pixels, np.memmap):
            _let_go(pixels)
    alpha = None
    if content.alpha is not None:
        alpha = _resized_alpha(content.alpha, height, width)
        if white != content.white:
            alpha = np.round(alpha.astype(np.float32) * (white / content.white)).astype(dtype)
    job.cost(COMPOSE_KIND, height * width / 1e6, time.perf_counter() - began)
    return Picture(pixels=pixels, alpha=alpha, icc=content.icc, dpi=content.dpi)


def _let_go(pixels: np.memmap[Any, Any]) -> None:
    """Have pages that were written counted as the system's cache, and not as this process's."""
    if hasattr(mmap, "MADV_DONTNEED"):
        # A shared map of a file loses nothing by this: the cache keeps what was written.
        pixels._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]


def _resized_alpha(alpha: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    if alpha.shape == (height, width):
        return alpha
    highest = 255 if alpha.dtype.itemsize == 1 else 65535
    result = np.empty((height, width), alpha.dtype)
    for strip in strips(height, 256):
        rows = resize_rows(
            lambda low, high: alpha[None, low:high].astype(np.float32),
            alpha.shape,
            (height, width),
            strip.fresh,
            strip.bottom,
            Filter.BICUBIC,
        )[0]
        result[strip.fresh : strip.bottom] = np.round(np.clip(rows, 0, highest))
    return result
