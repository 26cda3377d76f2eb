"""The few EXIF fields that Gesso reads: orientation, and where other programs put their recipes.

EXIF 2.32 (CIPA DC-008). Damaged EXIF is common and never a reason to refuse a picture.
"""

from __future__ import annotations

import logging
import struct

log = logging.getLogger(__name__)

ORIENTATION = 0x0112
MAKE = 0x010F
MODEL = 0x0110
USER_COMMENT = 0x9286
MAKER_NOTE = 0x927C
_MAX_BYTES = 8 << 20


def exif_fields(data: bytes) -> dict[int, object]:
    """Return the main and the photographic fields of an EXIF block; empty if it is damaged."""
    from PIL import Image

    if not data or len(data) > _MAX_BYTES:
        return {}
    try:
        exif = Image.Exif()
        exif.load(data)
        return {**dict(exif), **exif.get_ifd(0x8769)}
    except Exception as error:  # noqa: BLE001 - hostile EXIF makes Pillow raise nearly anything
        log.debug("EXIF ignored: %s", error)
        return {}


def exif_orientation(data: bytes) -> int:
    """Return the orientation 1..8; 1 where it is missing or nonsense."""
    value = exif_fields(data).get(ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def user_comment(value: object) -> str:
    """Return the text of a UserComment field, whose first eight bytes name its coding."""
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        return ""
    code, text = value[:8], value[8:]
    if code == b"UNICODE\0":
        # The byte order is the file's by the standard, and big-endian by custom.
        big = text.decode("utf-16-be", "replace")
        little = text.decode("utf-16-le", "replace")
        is_big = sum(c < "\u0250" for c in big) >= sum(c < "\u0250" for c in little)
        return (big if is_big else little).rstrip("\0")
    if code == b"ASCII\0\0\0":
        return text.decode("latin-1").rstrip("\0")
    return value.decode("utf-8", "replace").strip("\0")


def comment_block(text: str) -> bytes:
    """Return an EXIF block with `text` as its UserComment and nothing else."""
    comment = b"UNICODE\0" + text.encode("utf-16-be")
    # Big-endian TIFF: one directory that points to a second one, which holds the comment.
    main = struct.pack(">HHHIII", 1, 0x8769, 4, 1, 26, 0)
    photo = struct.pack(">HHHIII", 1, USER_COMMENT, 7, len(comment), 44, 0)
    return b"Exif\0\0" + b"MM\0*\0\0\0\x08" + main + photo + comment
