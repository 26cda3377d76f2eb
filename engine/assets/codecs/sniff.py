"""What kind of file this is, by its content, and whether it can be opened at all.

Only formats on a short list are handed to a decoder. Formats that are known but not read are
named, so that the message can say what to do instead.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from pathlib import Path
from typing import BinaryIO

from engine.errors import AssetError

READABLE: dict[str, tuple[str, ...]] = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png", ".apng"),
    "WebP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "GIF": (".gif",),
    "BMP": (".bmp", ".dib"),
    "AVIF": (".avif",),
    "JPEG 2000": (".jp2", ".j2k", ".jpx", ".jpf", ".j2c"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
}
"""Format -> the suffixes that go with it."""

_LONGEST_NAME = 80
_EXPORT = "Export it as PNG, TIFF or JPEG from the program that made it."


def safe_name(path: Path | str) -> str:
    """Return a file's name for messages and logs: one line, printable, at most 80 characters."""
    name = os.fspath(path).replace("\\", "/").rstrip("/").rpartition("/")[2] or os.fspath(path)
    # Bidirectional overrides and line separators are formatting characters too.
    shown = "".join(c if unicodedata.category(c)[0] not in "CZ" or c == " " else "�" for c in name)
    if len(shown) > _LONGEST_NAME:
        half = _LONGEST_NAME // 2
        shown = f"{shown[: half - 1]}…{shown[-half:]}"
    return shown or "(no name)"


def open_for_reading(path: Path) -> tuple[BinaryIO, int]:
    """Open a regular, non-empty file.

    Returns:
        The open file and its size in bytes.

    Raises:
        AssetError: it is missing, empty, a folder, a device, or may not be read.
    """
    name = safe_name(path)
    try:
        # A look before opening: opening a pipe would wait for a writer that never comes.
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise AssetError(f"“{name}” is a folder.", asset=name, hint="Choose a picture in it.")
        if not stat.S_ISREG(kind):
            raise AssetError(f"“{name}” is not a file but a device or a pipe.", asset=name)
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        file.close()
        raise AssetError(
            f"“{name}” is empty: it has zero bytes.",
            asset=name,
            hint="Copy or download it again.",
        )
    return file, size


def unreadable(path: Path, error: OSError | ValueError) -> AssetError:
    """Return what to tell the user when the system refuses to open or read `path`."""
    name = safe_name(path)
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOENT, errno.ENOTDIR):
        return AssetError(f"“{name}” is not there.", asset=name, hint="Was it moved or renamed?")
    if code in (errno.EACCES, errno.EPERM):
        return AssetError(
            f"“{name}” may not be read.",
            asset=name,
            hint="Check the permissions of the file and of its folder.",
        )
    if code == errno.ELOOP:
        return AssetError(f"“{name}” is a link that leads back to itself.", asset=name)
    if code == errno.ENAMETOOLONG:
        return AssetError(f"The file name “{name}” is too long for this system.", asset=name)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return AssetError(f"“{name}” cannot be read: {reason.lower()}.", asset=name)


def sniff(head: bytes) -> str | None:
    """Return the format (a key of `READABLE`) that the first 32 bytes of a file show, or None."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if head[:2] == b"BM" and len(head) >= 18 and head[14] in (12, 16, 40, 52, 56, 64, 108, 124):
        return "BMP"
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"):
        return "AVIF"
    if head.startswith((b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")):
        return "JPEG 2000"
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():
        return "PPM"
    return None


def unsupported(path: Path, head: bytes) -> AssetError:
    """Return what to tell the user about a file of no readable kind."""
    name = safe_name(path)
    known = _known_but_not_read(head)
    if known:
        return AssetError(
            f"“{name}” is {known}, which Gesso does not read.", asset=name, hint=_EXPORT
        )
    return AssetError(
        f"“{name}” is not a picture that Gesso knows.",
        asset=name,
        hint=f"Gesso reads {', '.join(READABLE)}.",
    )


def _known_but_not_read(head: bytes) -> str:
    starts = {
        b"%PDF": "a PDF document",
        b"%!PS": "a PostScript drawing",
        b"\xc5\xd0\xd3\xc6": "an EPS drawing",
        b"8BPS": "a Photoshop document",
        b"<svg": "an SVG drawing",
        b"<?xml": "an XML document",
        b"<!DOC": "a web page",
        b"<html": "a web page",
        b"PK\x03\x04": "an archive or document",
        b"gimp xcf": "a GIMP document",
        b"\x00\x00\x01\x00": "an icon",
        b"v/1\x01": "an OpenEXR picture",
        b"\xff\x0a": "a JPEG XL picture",
        b"\0\0\0\x0cJXL ": "a JPEG XL picture",
        b"qoif": "a QOI picture",
        b"DDS ": "a DirectDraw texture",
        b"\xd7\xcd\xc6\x9a": "a Windows metafile",
        b"FUJIFILM": "a camera's raw file",
        b"#?RADIANCE": "a Radiance picture",
    }
    for magic, words in starts.items():
        if head.startswith(magic):
            return words
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
            return "a HEIC picture"
        return "a film" if brand != b"crx " else "a camera's raw file"
    return ""


def suffix_note(path: Path, found: str) -> str:
    """Return a sentence if the file's suffix says another format than its content, else ""."""
    suffix = path.suffix.lower()
    if not suffix or suffix in READABLE[found]:
        return ""
    if not any(suffix in suffixes for suffixes in READABLE.values()):
        return ""
    return f"“{safe_name(path)}” is a {found} file by its content, whatever its name says."
