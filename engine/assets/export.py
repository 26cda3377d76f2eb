"""Writing a result for the world outside: format, depth, colour space, and what it says of itself.

Nothing of the original's EXIF is carried over. How much the file tells is chosen: in full (the
recipe, the text that galleries read, the IPTC mark), the IPTC mark alone, or nothing.
"""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.assets import color_profile
from engine.assets.codecs import encode, xmp
from engine.assets.codecs.atomic import unwritable, written_at_once
from engine.assets.codecs.resize import matted, resized, to_depth
from engine.assets.codecs.sniff import READABLE
from engine.assets.naming import target_name
from engine.assets.pictures import Picture
from engine.assets.reading import read_picture
from engine.assets.recipe import Recipe, digital_source_type, parameters_text
from engine.errors import AssetError, ParameterError

__all__ = [
    "ExportDepth",
    "ExportFormat",
    "ExportMetadata",
    "ExportOptions",
    "ExportProfile",
    "export_picture",
    "target_name",
]


class ExportFormat(Enum):
    """File format of an export."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    TIFF = "tiff"


class ExportDepth(Enum):
    """Bits of a channel; `AUTO` keeps the picture's as far as the format can."""

    AUTO = "auto"
    EIGHT = "8"
    SIXTEEN = "16"


class ExportMetadata(Enum):
    """What the file says of how it was made."""

    FULL = "full"
    PROVENANCE = "provenance"
    NONE = "none"


class ExportProfile(Enum):
    """Colour space of an export: the original's own, or sRGB."""

    KEEP = "keep"
    SRGB = "srgb"


class ExportOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to write a picture.

    Attributes:
        format: file format.
        quality: of JPEG and lossy WebP, 1..100.
        lossless: WebP without loss.
        depth: bits of a channel.
        metadata: what the file says of how it was made.
        size: long side in pixels; 0 keeps the picture's.
        matte: colour under transparent parts in formats without alpha, as #rrggbb in sRGB.
        icc: colour space.
        overwrite: replace a file of the same name instead of numbering the new one.
    """

    format: ExportFormat = ExportFormat.PNG
    quality: Annotated[int, Meta(ge=1, le=100)] = 92
    lossless: bool = False
    depth: ExportDepth = ExportDepth.AUTO
    metadata: ExportMetadata = ExportMetadata.FULL
    size: Annotated[int, Meta(ge=0, le=65535)] = 0
    matte: Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")] = "#ffffff"
    icc: ExportProfile = ExportProfile.KEEP
    overwrite: bool = False


_SUFFIX = {
    ExportFormat.PNG: ".png",
    ExportFormat.JPEG: ".jpg",
    ExportFormat.WEBP: ".webp",
    ExportFormat.TIFF: ".tif",
}
_NAMED = {
    ExportFormat.PNG: "PNG",
    ExportFormat.JPEG: "JPEG",
    ExportFormat.WEBP: "WebP",
    ExportFormat.TIFF: "TIFF",
}
_LONGEST_SIDE = {ExportFormat.JPEG: 65_500, ExportFormat.WEBP: 16_383}
_MOST_TRIES = 10_000


def export_picture(
    source: Path, target: Path, options: ExportOptions, recipe: Recipe | None
) -> Path:
    """Write a copy of a picture and return where it went.

    A file that is there already is never touched unless `options.overwrite`: the new one is then
    called "name (2)", and so on. The copy is there in full or not at all.

    Args:
        source: a picture, usually in the store.
        target: where to; the suffix is set to the format's if it is not one of them.
        options: how.
        recipe: how the picture was made; None for one that Gesso did not make.

    Raises:
        ParameterError: the options contradict each other.
        AssetError: the source cannot be read, or the target cannot be written.
    """
    options = _checked(options)
    picture = read_picture(source)
    _check_size(picture, options)
    picture = resized(picture, options.size)
    picture = to_depth(picture, _bits(picture, options))
    if picture.alpha is not None and options.format is ExportFormat.JPEG:
        picture = matted(picture, _rgb(options.matte))
    pixels, icc = _in_profile(picture, options)
    writer = encode.Sheet(
        pixels=pixels,
        alpha=picture.alpha,
        icc=icc,
        dpi=picture.dpi,
        quality=options.quality,
        is_lossless=options.lossless,
        tags=_tags(options, recipe),
    )
    target = _with_suffix(target, options.format)
    if options.overwrite:
        with written_at_once(target) as file:
            encode.write(file, options.format.value, writer)
        return target
    placed: list[Path] = []

    def settle(finished: Path) -> Path:
        placed.append(_place(finished, target))
        return placed[0]

    with written_at_once(target, settle=settle) as file:
        encode.write(file, options.format.value, writer)
    return placed[0]


def _checked(options: ExportOptions) -> ExportOptions:
    try:
        options = msgspec.convert(msgspec.to_builtins(options), ExportOptions)
    except msgspec.ValidationError as error:
        field = re.search(r"`\$\.(\w+)`", str(error))
        raise ParameterError(
            f"An export setting is out of range: {error}.", field=field[1] if field else ""
        ) from error
    if options.depth is ExportDepth.SIXTEEN and options.format in _LONGEST_SIDE:
        raise ParameterError(
            f"{_NAMED[options.format]} holds 8 bits a channel, not 16.",
            field="depth",
            hint="Choose PNG or TIFF, or 8 bits.",
        )
    return options


def _check_size(picture: Picture, options: ExportOptions) -> None:
    limit = _LONGEST_SIDE.get(options.format)
    longest = options.size or max(picture.width, picture.height)
    if limit is not None and longest > limit:
        raise AssetError(
            f"{_NAMED[options.format]} files can be at most {limit:,} pixels long; "
            f"this picture would be {longest:,}.",
            hint=f"Choose PNG or TIFF, or a size of {limit:,} or less.",
        )


def _bits(picture: Picture, options: ExportOptions) -> int:
    if options.depth is not ExportDepth.AUTO:
        return int(options.depth.value)
    is_deep = picture.white == 65535 and options.format not in _LONGEST_SIDE
    return 16 if is_deep else 8


def _in_profile(picture: Picture, options: ExportOptions) -> tuple[NDArray[Any], bytes | None]:
    """Return pixels in the wanted space and the profile to embed."""
    if options.icc is ExportProfile.SRGB:
        return picture.pixels, color_profile.srgb_profile()
    if picture.icc is None:
        return picture.pixels, None
    back = color_profile.from_srgb(picture.icc, picture.pixels.dtype)
    if not back.is_usable:
        return picture.pixels, color_profile.srgb_profile()
    if back.apply is None:
        return picture.pixels, picture.icc
    pixels = np.array(picture.pixels)
    color_profile.convert_in_place(pixels, back.apply)
    return pixels, picture.icc


def _tags(options: ExportOptions, recipe: Recipe | None) -> encode.Tags:
    if recipe is None or options.metadata is ExportMetadata.NONE:
        return encode.Tags()
    source_type = digital_source_type(recipe.task)
    if options.metadata is ExportMetadata.PROVENANCE:
        return encode.Tags(xmp=xmp.packet(source_type=source_type))
    tool = f"{recipe.app} {recipe.app_version}"
    text = recipe.to_json()
    return encode.Tags(
        recipe=text,
        parameters=parameters_text(recipe),
        xmp=xmp.packet(source_type=source_type, creator_tool=tool),
        xmp_with_recipe=xmp.packet(source_type=source_type, creator_tool=tool, recipe=text),
    )


def _with_suffix(target: Path, wanted: ExportFormat) -> Path:
    suffix = target.suffix.lower()
    if suffix in READABLE[_NAMED[wanted]]:
        return target
    if any(suffix in suffixes for suffixes in READABLE.values()):
        return target.with_suffix(_SUFFIX[wanted])
    return target.with_name(target.name + _SUFFIX[wanted])


def _place(finished: Path, target: Path) -> Path:
    """Move a finished file to `target` or to the first free numbered name."""
    for number in range(1, _MOST_TRIES):
        place = target if number == 1 else target.with_stem(f"{target.stem} ({number})")
        try:
            # Creating the empty file claims the name; two exports at once cannot both have it.
            place.open("xb").close()
        except FileExistsError:
            continue
        try:
            finished.replace(place)
        except OSError:
            place.unlink(missing_ok=True)
            raise
        return place
    raise unwritable(target, ValueError("there are too many files of this name")) from None


def _rgb(matte: str) -> tuple[int, int, int]:
    return int(matte[1:3], 16), int(matte[3:5], 16), int(matte[5:7], 16)
