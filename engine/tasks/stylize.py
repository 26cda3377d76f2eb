"""Repaint a picture in the manner of others."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import msgspec
from msgspec import Meta

from engine.spec.params import Fraction, ImageIn, MaskIn, choice_titles, ui
from engine.spec.results import ImageResult
from engine.spec.task import RunOptions, TaskParams, TaskSpec, Work
from engine.tasks.stylize_plan import FINEST_PX, Pictures, planned, sizes_of


class KeepColor(Enum):
    """Whose colours the result has."""

    STYLE = "style"
    LUMINANCE = "luminance"
    MATCH = "match"


class Depth(Enum):
    """Bits of a channel of the result; `AUTO` keeps the picture's own."""

    AUTO = "auto"
    EIGHT = "8"
    SIXTEEN = "16"


class StyleUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One style of a blend.

    Attributes:
        style: `built-in:<key>` (a row of the bundled network, by its key in
            resources/styles/index.toml), `painting:<key>` (a bundled picture), `picture:<asset id>`
            (the user's picture) or `model:<model id>` (a network of its own).
        weight: share of the blend, relative to the others.
        mask: where this style lands; everywhere if None. Styles with the same mask blend.
        invert: land where the mask is black.
    """

    style: Annotated[str, Meta(pattern=r"^(built-in|painting|picture|model):\S+$")]
    weight: Annotated[float, Meta(ge=0.0, le=10.0)] = 1.0
    mask: MaskIn | None = None
    invert: bool = False


class StylizeParams(TaskParams, frozen=True, kw_only=True, tag="stylize"):
    """Everything that decides what a stylised picture looks like."""

    content: Annotated[ImageIn, ui("Picture"), Meta(description="The picture to repaint.")]
    styles: Annotated[
        tuple[StyleUse, ...],
        Meta(min_length=1, max_length=32, description="One style, or a weighted blend of several."),
        ui("Styles", kind="styles"),
    ]
    strength: Annotated[
        Fraction,
        ui("Strength", low_label="Photo", high_label="Painting"),
        Meta(description="How far the picture goes from the photograph towards the style."),
    ] = 1.0
    stroke: Annotated[
        float,
        Meta(
            ge=1.0,
            le=16.0,
            description="Width of the strokes relative to the picture: 1 is the finest, "
            "16 the broadest.",
        ),
        ui("Stroke size", scale="log", step=0.1, low_label="Fine", high_label="Broad"),
    ] = 5.0
    texture: Annotated[
        Fraction,
        ui("Texture"),
        Meta(description="Fine brush marks at full resolution on top of broad strokes."),
    ] = 0.5
    keep_color: Annotated[
        KeepColor,
        ui("Colours"),
        choice_titles(style="Of the style", luminance="Of the photo", match="Matched"),
        Meta(
            description="Take the style's colours, keep the photo's exactly, or recolour the "
            "result to the photo's overall palette."
        ),
    ] = KeepColor.STYLE
    mask: Annotated[
        MaskIn | None,
        ui("Mask", kind="mask", group="Mask"),
        Meta(description="White is repainted, black stays as photographed."),
    ] = None
    invert_mask: Annotated[
        bool,
        ui("Invert mask", group="Mask"),
        Meta(description="Repaint the black part of the mask and keep the white one."),
    ] = False
    feather: Annotated[
        Fraction,
        ui("Feather", group="Mask"),
        Meta(description="Softness of every mask's edge, as a share of a tenth of the long side."),
    ] = 0.1
    size: Annotated[
        int,
        Meta(
            ge=0, le=65535, description="Long side of the result in pixels; 0 keeps the picture's."
        ),
        ui("Size", unit="px", group="Output", advanced=True),
    ] = 0
    depth: Annotated[
        Depth,
        ui("Bit depth", group="Output", advanced=True),
        choice_titles(**{"auto": "As the picture", "8": "8 bit", "16": "16 bit"}),
        Meta(description="Bits of a channel of the result."),
    ] = Depth.AUTO


def plan(params: StylizeParams, pictures: Pictures, options: RunOptions) -> tuple[Work, ...]:
    """Foretell the work of a run.

    Args:
        params: of the run.
        pictures: asset id -> (width, height), with the content among them.
        options: how to run.

    Returns:
        The networks' work by kind and megapixels, and that of putting the result together.
        Nothing if the content's size is not known.
    """
    if params.content not in pictures:
        return ()
    width, height = pictures[params.content]
    sizes = sizes_of(
        height,
        width,
        stroke=params.stroke,
        texture=params.texture,
        size=params.size,
        preview_px=options.preview_px,
    )
    styles = [(use.style, use.weight, use.mask, use.invert) for use in params.styles]
    return planned(styles if params.strength > 0.0 else [], sizes, options)


STYLIZE = TaskSpec(
    id="stylize",
    version=1,
    title="Style transfer",
    params=StylizeParams,
    result=ImageResult,
    entry="engine.pipelines.style.stylize:stylize",
    has_preview=True,
    plan=plan,
)

__all__ = ["FINEST_PX", "STYLIZE", "Depth", "KeepColor", "StyleUse", "StylizeParams", "plan"]
