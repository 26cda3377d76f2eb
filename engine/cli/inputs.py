"""Files that a command is given: found, expanded, or answered with the nearest name."""

from __future__ import annotations

import difflib
import glob
import os
from collections.abc import Iterable
from pathlib import Path

from engine.cli.style_argument import PICTURE_SUFFIXES
from engine.errors import AssetError

STANDARD = "-"

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"II+\0", ".tif"),
    (b"MM\0+", ".tif"),
    (b"BM", ".bmp"),
    (b"P6", ".ppm"),
    (b"P5", ".ppm"),
)


def existing_file(text: str, *, what: str = "file") -> Path:
    """Return `text` as the path of a file that is there.

    Raises:
        AssetError: it is not; the hint names a file beside it that is nearly called so.
    """
    path = Path(text).expanduser()
    if path.is_file():
        return path
    if path.is_dir():
        raise AssetError(
            f"{text} is a folder, not a {what}.",
            asset=text,
            hint="Use `gesso batch` for folders.",
        )
    raise AssetError(f"There is no {what} {text}.", asset=text, hint=nearest_hint(path))


def nearest_hint(path: Path) -> str:
    """Return "Did you mean …?" for a path that is not there, or nothing."""
    try:
        names = [p.name for p in path.parent.iterdir() if p.is_file()]
    except OSError:
        return f"There is no folder {path.parent} either."
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(path.name.casefold(), folded, n=1, cutoff=0.6)
    same_stem = [name for name in names if Path(name).stem == path.stem]
    if same_stem:
        return f"Did you mean {path.with_name(same_stem[0])}?"
    return f"Did you mean {path.with_name(folded[near[0]])}?" if near else ""


def expand(
    texts: Iterable[str], *, recursive: bool, leave_out: Path | None = None
) -> tuple[list[Path], list[AssetError]]:
    """Return the pictures that files, folders and patterns stand for, without doubles.

    Args:
        texts: as typed. A folder stands for the pictures in it; a pattern that the shell did
            not expand is expanded here.
        recursive: look into folders inside folders too.
        leave_out: a folder whose pictures are passed over: the one that results go to.

    Returns:
        The files in a steady order, and an error for each text that stands for nothing.
    """
    found: dict[Path, None] = {}
    errors: list[AssetError] = []
    skip = leave_out.resolve() if leave_out is not None else None
    for text in texts:
        path = Path(text).expanduser()
        if path.is_dir():
            files = _pictures_in(path, recursive=recursive, skip=skip)
        elif path.is_file():
            files = [path]
        elif glob.has_magic(text):
            hits = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 - any pattern, also absolute
            files = [Path(h) for h in hits if Path(h).suffix.lower() in PICTURE_SUFFIXES]
            files = [f for f in files if f.is_file()]
        else:
            errors.append(
                AssetError(f"There is no file {text}.", asset=text, hint=nearest_hint(path))
            )
            continue
        if not files:
            errors.append(AssetError(f"There are no pictures in {text}.", asset=text))
        found.update(dict.fromkeys(files))
    return list(found), errors


def sniff_suffix(data: bytes) -> str:
    """Return the suffix of an encoded picture by its first bytes.

    Raises:
        AssetError: it is none that Gesso knows.
    """
    for magic, suffix in _MAGIC:
        if data.startswith(magic):
            return suffix
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return ".avif"
    raise AssetError(
        "What came through standard input is not a picture that Gesso knows."
        if data
        else "Nothing came through standard input.",
        hint="Pipe a PNG, JPEG, WebP or TIFF file into it.",
    )


def _pictures_in(folder: Path, *, recursive: bool, skip: Path | None) -> list[Path]:
    files: list[Path] = []
    for root, folders, names in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(
            f
            for f in folders
            if recursive and not f.startswith(".") and (here / f).resolve() != skip
        )
        files += [
            here / name
            for name in sorted(names)
            if Path(name).suffix.lower() in PICTURE_SUFFIXES and not name.startswith(".")
        ]
    return files
