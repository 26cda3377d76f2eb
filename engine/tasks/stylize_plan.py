"""What a stylisation will have to do, foretold from its parameters alone.

The pipeline takes its sizes from here, so that estimates and runs cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.spec.task import DeviceChoice, PrecisionChoice, RunOptions, Work

FINEST_PX = 4096
"""Long side of the network's working picture at a stroke size of 1."""

STAGED_PIXELS = 13_000_000
"""From here on a network runs in stages: half as fast, but in a bounded amount of memory. One run
over so many pixels takes up to 2 GB in bfloat16; where that is too much, stages are used earlier.
"""

EXACT_PIXELS = 1_100_000
"""The same in float32. One run sums a whole picture's squares in float32, by which it strays up to
1/255 from the exact result here, 3/255 at 4 megapixels and 45/255 at 17; stages do not."""

_STAGED_TIMES = 3.0
"""Time that a megapixel takes in stages, relative to one run: a first guess."""

_NEAR = 1.1
"""Base and detail that differ in size by less than this are one run."""


@dataclass(frozen=True)
class Sizes:
    """The sizes of one run, each (height, width) in pixels.

    Attributes:
        output: of the result.
        base: at which the strokes are painted.
        detail: at which fine brush marks are painted on top, or None for none.
    """

    output: tuple[int, int]
    base: tuple[int, int]
    detail: tuple[int, int] | None


def sizes_of(
    height: int, width: int, *, stroke: float, texture: float, size: int, preview_px: int
) -> Sizes:
    """Return the sizes for a picture of `height` x `width`.

    Args:
        height: rows of the picture.
        width: columns of the picture.
        stroke: 1 is the finest.
        texture: share of fine brush marks; 0 needs no second run.
        size: long side of the result; 0 keeps the picture's.
        preview_px: long side of a preview; 0 is none.
    """
    long_side = size or max(height, width)
    base_side = min(FINEST_PX / stroke, long_side)
    if preview_px:
        long_side = min(long_side, preview_px)
        base_side = min(base_side, long_side)
    output = fitted(height, width, long_side)
    has_detail = texture > 0.0 and max(output) > base_side * _NEAR
    if max(output) <= base_side * _NEAR:
        return Sizes(output, output, None)
    return Sizes(output, fitted(height, width, round(base_side)), output if has_detail else None)


def fitted(height: int, width: int, long_side: int) -> tuple[int, int]:
    """Return (height, width) scaled so that the longer is `long_side`, each at least 1."""
    scale = long_side / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def is_staged(pixels: int, *, is_exact: bool = False) -> bool:
    """Whether a network runs in stages on a picture of this many pixels.

    Args:
        pixels: of the picture.
        is_exact: it calculates in float32.
    """
    return pixels > (EXACT_PIXELS if is_exact else STAGED_PIXELS)


def work_kind(family: str, pixels: int, options: RunOptions) -> str:
    """Return the kind under which painting is counted: `style.any/once`, `style.26/staged/cpu`."""
    is_exact = options.precision is PrecisionChoice.FLOAT32
    way = "staged" if is_staged(pixels, is_exact=is_exact) else "once"
    return _kind(family, way, options)


def _kind(family: str, way: str, options: RunOptions) -> str:
    parts = [f"style.{family}", way]
    if options.device is not DeviceChoice.AUTO:
        parts.append(options.device.value)
    if options.precision is not PrecisionChoice.AUTO:
        parts.append(options.precision.value)
    return "/".join(parts)


COMPOSE_KIND = "style.compose"
"""Kind of everything after the networks: resizing, colours, masks; per megapixel of result."""


def families_of(styles: Iterable[tuple[str, float, str | None, bool]]) -> tuple[str, ...]:
    """Return the families that run, one entry per run over the picture.

    Args:
        styles: (style, weight, mask, invert) of every style.
    """
    runs: dict[tuple[str | None, bool, str], None] = {}
    for style, weight, mask, invert in styles:
        if weight > 0.0:
            runs[mask, invert and mask is not None, family_of(style)] = None
    return tuple(family for _, _, family in runs)


def family_of(style: str) -> str:
    """Return the family of a style: "26", "any", or "model:<id>"."""
    kind, _, _ = style.partition(":")
    return {"built-in": "26", "painting": "any", "picture": "any"}.get(kind, style)


def planned(
    styles: Iterable[tuple[str, float, str | None, bool]], sizes: Sizes, options: RunOptions
) -> tuple[Work, ...]:
    """Return the work of a run with these styles and sizes."""
    work: list[Work] = []
    for family in families_of(styles):
        for size in (sizes.base, sizes.detail):
            if size:
                pixels = size[0] * size[1]
                kind, once = work_kind(family, pixels, options), _kind(family, "once", options)
                times = 1.0 if kind == once else _STAGED_TIMES
                work.append(Work(kind=kind, units=pixels / 1e6, instead=once, times=times))
    work.append(Work(kind=COMPOSE_KIND, units=sizes.output[0] * sizes.output[1] / 1e6))
    return tuple(work)


Pictures = Mapping[str, tuple[int, int]]
"""Asset id -> (width, height), as a planner gets them."""
