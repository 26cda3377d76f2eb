"""Pictures as files: the door for everyone who reads, shows or stores one."""

from __future__ import annotations

from pathlib import Path

from engine.assets import color_profile
from engine.assets.codecs import png_write
from engine.assets.codecs.atomic import written_at_once
from engine.assets.codecs.frame import DEFAULT_MAX_PIXELS
from engine.assets.codecs.sniff import safe_name
from engine.assets.information import PictureInfo, picture_info
from engine.assets.pictures import Picture
from engine.assets.reading import read_picture
from engine.assets.thumbnails import thumbnail

__all__ = [
    "DEFAULT_MAX_PIXELS",
    "PictureInfo",
    "picture_info",
    "read_picture",
    "safe_name",
    "thumbnail",
    "write_store_picture",
]


def write_store_picture(picture: Picture, path: Path) -> tuple[str, ...]:
    """Write a picture without loss to a PNG file, quickly rather than small.

    The file is in the picture's own colour space and carries its profile, alpha and resolution.
    It is on the disk in full when this returns, or not there at all.

    Returns:
        What the user should know, one sentence each: that the profile could not be used.

    Raises:
        AssetError: the disk is full or the folder cannot be written to.
    """
    chunks: list[png_write.Chunk] = []
    notes: list[str] = []
    convert = None
    if picture.icc is not None:
        back = color_profile.from_srgb(picture.icc, picture.pixels.dtype)
        notes += [back.note] if back.note else []
        if back.is_usable:
            convert = back.apply
            chunks.append(png_write.icc_chunk(picture.icc))
    if picture.dpi is not None:
        chunks.append(png_write.dpi_chunk(picture.dpi))
    with written_at_once(path) as file:
        png_write.write_png(file, picture.pixels, picture.alpha, chunks=chunks, convert=convert)
    return tuple(notes)
