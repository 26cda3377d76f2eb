"""What can be said of a picture without decoding it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from engine.assets.codecs import pillow_open, png_read, tiff, webp
from engine.assets.codecs.exif import exif_orientation
from engine.assets.codecs.frame import DamagedError
from engine.assets.codecs.pillow_frame import quiet
from engine.assets.codecs.sniff import open_for_reading, safe_name, sniff, unsupported
from engine.assets.recipe import read_recipe
from engine.errors import AssetError


class PictureInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A picture file at a glance.

    Attributes:
        width, height: in pixels, upright.
        mode: for the user: "RGB", "Grey", "CMYK", "Palette", "Lab", "Bilevel".
        depth: bits of a channel; 32 for floating point.
        has_alpha: some pixels can be transparent.
        has_icc: a colour profile is embedded.
        format: "JPEG", "PNG", ...
        frames: images in an animation, or pages of a document.
        size_bytes: of the file.
        has_recipe: it was made by Gesso and says how.
    """

    width: int
    height: int
    mode: str
    depth: int
    has_alpha: bool
    has_icc: bool
    format: str
    frames: int
    size_bytes: int
    has_recipe: bool


def picture_info(path: Path) -> PictureInfo:
    """Return what the headers of a picture say; takes milliseconds, whatever its size.

    Raises:
        AssetError: it is missing, not readable, not a picture, or its header is damaged.
    """
    name = safe_name(path)
    file, size = open_for_reading(path)
    with file, quiet():
        head = file.read(64)
        kind = sniff(head)
        if kind is None:
            raise unsupported(path, head)
        try:
            facts = _facts(kind, file)
        except (DamagedError, OSError, ValueError, TypeError, LookupError) as error:
            raise AssetError(f"“{name}” is damaged: {error}.", asset=name) from error
        except MemoryError as error:
            raise AssetError(f"There is not enough memory for “{name}”.", asset=name) from error
    return PictureInfo(
        format=kind,
        size_bytes=size,
        has_recipe=read_recipe(path) is not None,
        **facts,
    )


def _facts(kind: str, file: BinaryIO) -> dict[str, Any]:
    if kind == "PNG":
        header = png_read.read_header(file)
        mode = {0: "Grey", 2: "RGB", 3: "Palette", 4: "Grey", 6: "RGB"}[header.color]
        return _upright(
            exif_orientation(header.exif),
            width=header.width,
            height=header.height,
            mode=mode,
            depth=8 if header.color == 3 else header.depth,
            has_alpha=header.has_alpha,
            has_icc=header.icc is not None,
            frames=header.frames,
        )
    if kind == "TIFF":
        return _tiff_facts(file)
    if kind == "WebP":
        return _webp_facts(file)
    im = pillow_open.open_image(kind, file)
    mode, depth = _MODES.get(im.mode, ("RGB", 8))
    return _upright(
        pillow_open.orientation_of(im),
        width=im.width,
        height=im.height,
        mode=mode,
        depth=depth,
        has_alpha=im.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in im.info,
        has_icc=pillow_open.icc_of(im) is not None,
        frames=pillow_open.count_frames(kind, file, im),
    )


def _webp_facts(file: BinaryIO) -> dict[str, Any]:
    header = webp.read_header(file)
    return _upright(
        exif_orientation(header.exif),
        width=header.width,
        height=header.height,
        mode="RGB",
        depth=8,
        has_alpha=header.has_alpha,
        has_icc=bool(header.icc),
        frames=header.frames,
    )


def _tiff_facts(file: BinaryIO) -> dict[str, Any]:
    page = tiff.first_page(file)
    photometric = int(page.photometric)
    colors = {2: 3, 5: 4, 6: 3, 8: 3}.get(photometric, 1)
    extra = tuple(int(e) for e in (page.extrasamples or ()))
    modes = {0: "Grey", 1: "Grey", 2: "RGB", 3: "Palette", 5: "CMYK", 6: "RGB", 8: "Lab"}
    depth = tiff.bits_of(page)
    return _upright(
        tiff.orientation_of(page),
        width=int(page.imagewidth),
        height=int(page.imagelength),
        mode="Bilevel" if depth == 1 else modes.get(photometric, "RGB"),
        depth=depth,
        has_alpha=int(page.samplesperpixel) > colors and (extra[:1] in ((1,), (2,)) or not extra),
        has_icc=tiff.icc_of(page) is not None,
        frames=tiff.count_pages(file),
    )


def _upright(orientation: int, **facts: Any) -> dict[str, Any]:
    if orientation >= 5:
        facts["width"], facts["height"] = facts["height"], facts["width"]
    return facts


_MODES = {
    "1": ("Bilevel", 1),
    "L": ("Grey", 8),
    "LA": ("Grey", 8),
    "La": ("Grey", 8),
    "P": ("Palette", 8),
    "PA": ("Palette", 8),
    "CMYK": ("CMYK", 8),
    "LAB": ("Lab", 8),
    "I": ("Grey", 16),
    "I;16": ("Grey", 16),
    "I;16B": ("Grey", 16),
    "F": ("Grey", 32),
}
