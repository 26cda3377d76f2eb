"""Texts inside picture files, wherever their format keeps them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from engine.assets.codecs import pillow_open, png_read, tiff, webp
from engine.assets.codecs.exif import (
    MAKE,
    MAKER_NOTE,
    MODEL,
    USER_COMMENT,
    exif_fields,
    user_comment,
)
from engine.assets.codecs.frame import DamagedError
from engine.assets.codecs.pillow_frame import quiet
from engine.assets.codecs.sniff import open_for_reading, safe_name, sniff
from engine.errors import AssetError

log = logging.getLogger(__name__)


@dataclass
class Texts:
    """What a file says of itself.

    Attributes:
        keyed: PNG keyword -> text.
        xmp: the packet, or b"".
        comment: EXIF UserComment.
        make, model: EXIF fields in which ComfyUI keeps its graphs.
        maker_note: EXIF field in which Fooocus names its scheme.
    """

    keyed: dict[str, str] = field(default_factory=dict)
    xmp: bytes = b""
    comment: str = ""
    make: str = ""
    model: str = ""
    maker_note: str = ""


def read_texts(path: Path) -> Texts:
    """Return the texts of a picture; empty ones if there are none or the file is no picture."""
    try:
        file, _ = open_for_reading(path)
    except AssetError as error:
        log.debug("no texts: %s", error)
        return Texts()
    with file, quiet():
        try:
            return _read(sniff(file.read(64)), file)
        except Exception as error:  # noqa: BLE001 - a look for texts must not fail, whatever is there
            log.debug("texts of %s ignored: %s", safe_name(path), error)
            return Texts()


def _read(kind: str | None, file: BinaryIO) -> Texts:
    if kind == "PNG":
        header = png_read.read_header(file)
        texts = _of_exif(header.exif)
        texts.keyed = header.text
        texts.xmp = header.text.get("XML:com.adobe.xmp", "").encode()
        return texts
    if kind == "WebP":
        chunks = webp.read_header(file)
        texts = _of_exif(chunks.exif)
        texts.xmp = chunks.xmp
        return texts
    if kind == "TIFF":
        tag = tiff.first_page(file).tags.get(700)
        value = tag.value if tag is not None else b""
        return Texts(xmp=bytes(value) if isinstance(value, bytes | tuple) else str(value).encode())
    if kind in ("JPEG", "AVIF"):
        im = pillow_open.open_image(kind, file)
        texts = _of_exif(im.info.get("exif") or b"")
        texts.xmp = im.info.get("xmp") or b""
        return texts
    raise DamagedError("it is of a kind that holds no texts")


def _of_exif(block: bytes) -> Texts:
    fields = exif_fields(block)
    note = fields.get(MAKER_NOTE, "")
    return Texts(
        comment=user_comment(fields.get(USER_COMMENT)),
        make=str(fields.get(MAKE, "")),
        model=str(fields.get(MODEL, "")),
        maker_note=note.decode("latin-1") if isinstance(note, bytes) else str(note),
    )
