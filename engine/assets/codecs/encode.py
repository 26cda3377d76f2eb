"""Encoding pixels and metadata into each format that Gesso writes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.assets.codecs import png_write
from engine.assets.codecs.exif import comment_block
from engine.errors import AssetError

log = logging.getLogger(__name__)

_JPEG_SEGMENT = 65_000
_TIFF_CLASSIC = 4_000_000_000


@dataclass(frozen=True)
class Tags:
    """What a file says of itself; all empty says nothing.

    Attributes:
        recipe: JSON text, for PNG.
        parameters: text in the manner of Stable Diffusion web UI.
        xmp: packet without the recipe.
        xmp_with_recipe: packet with it, for formats that have no place of their own for it.
    """

    recipe: str = ""
    parameters: str = ""
    xmp: bytes = b""
    xmp_with_recipe: bytes = b""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What goes into a file.

    Attributes:
        pixels: (height, width, 3) uint8 or uint16.
        alpha: (height, width) of the same dtype, or None.
        icc: profile to embed, or None.
        dpi: resolution, or None.
        quality: 1..100 for lossy formats.
        is_lossless: WebP without loss.
        tags: metadata.
    """

    pixels: NDArray[Any]
    alpha: NDArray[Any] | None = None
    icc: bytes | None = None
    dpi: tuple[float, float] | None = None
    quality: int = 92
    is_lossless: bool = False
    tags: Tags = field(default_factory=Tags)


def write(file: BinaryIO, kind: str, sheet: Sheet) -> None:
    """Write a sheet as "png", "jpeg", "webp" or "tiff".

    Raises:
        AssetError: the encoder refuses the picture.
        OSError: the disk is full, for one.
    """
    {"png": _png, "jpeg": _jpeg, "webp": _webp, "tiff": _tiff}[kind](file, sheet)


def _png(file: BinaryIO, sheet: Sheet) -> None:
    chunks: list[png_write.Chunk] = []
    if sheet.icc:
        chunks.append(png_write.icc_chunk(sheet.icc))
    if sheet.dpi:
        chunks.append(png_write.dpi_chunk(sheet.dpi))
    if sheet.tags.xmp:
        packet = sheet.tags.xmp
        chunks.append((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))
    if sheet.tags.recipe:
        chunks.append(png_write.text_chunk("gesso", sheet.tags.recipe))
    if sheet.tags.parameters:
        chunks.append(png_write.latin_chunk("parameters", sheet.tags.parameters))
    png_write.write_png(file, sheet.pixels, sheet.alpha, chunks=chunks, is_quick=False)


def _jpeg(file: BinaryIO, sheet: Sheet) -> None:
    from PIL import Image

    extra: dict[str, Any] = {}
    packet = sheet.tags.xmp_with_recipe or sheet.tags.xmp
    if len(packet) > _JPEG_SEGMENT:
        log.debug("the recipe does not fit into a JPEG file and was left out")
        packet = sheet.tags.xmp
    if packet:
        extra["xmp"] = packet
    comment = comment_block(sheet.tags.parameters) if sheet.tags.parameters else b""
    if comment and len(comment) <= _JPEG_SEGMENT:
        extra["exif"] = comment
    if sheet.dpi:
        extra["dpi"] = sheet.dpi
    image = Image.fromarray(np.ascontiguousarray(sheet.pixels))
    # Full colour resolution where quality is asked for; halved colour is seen on saturated edges.
    subsampling = 0 if sheet.quality >= 90 else 2
    image.save(
        file,
        "JPEG",
        quality=sheet.quality,
        subsampling=subsampling,
        icc_profile=sheet.icc,
        **extra,
    )


def _webp(file: BinaryIO, sheet: Sheet) -> None:
    from PIL import Image

    samples = sheet.pixels if sheet.alpha is None else np.dstack((sheet.pixels, sheet.alpha))
    extra: dict[str, Any] = {}
    packet = sheet.tags.xmp_with_recipe or sheet.tags.xmp
    if packet:
        extra["xmp"] = packet
    if sheet.tags.parameters:
        extra["exif"] = comment_block(sheet.tags.parameters)
    try:
        Image.fromarray(np.ascontiguousarray(samples)).save(
            file,
            "WEBP",
            quality=sheet.quality,
            lossless=sheet.is_lossless,
            exact=sheet.is_lossless,
            icc_profile=sheet.icc or b"",
            **extra,
        )
    except ValueError as error:
        raise AssetError(f"WebP cannot hold this picture: {error}.") from error


def _tiff(file: BinaryIO, sheet: Sheet) -> None:
    import tifffile

    samples = sheet.pixels if sheet.alpha is None else np.dstack((sheet.pixels, sheet.alpha))
    extra: list[tuple[int, int, int, bytes, bool]] = []
    packet = sheet.tags.xmp_with_recipe or sheet.tags.xmp
    if packet:
        extra.append((700, 1, len(packet), packet, True))
    tifffile.imwrite(
        file,
        samples,
        bigtiff=samples.nbytes > _TIFF_CLASSIC,
        photometric="rgb",
        extrasamples=None if sheet.alpha is None else ["unassalpha"],
        compression="zlib",
        compressionargs={"level": 6},
        rowsperstrip=max(1, (1 << 20) // max(1, samples[0].nbytes)),
        iccprofile=sheet.icc,
        resolution=sheet.dpi,
        resolutionunit="INCH" if sheet.dpi else None,
        metadata=None,
        software=False,
        extratags=extra,
    )
