"""From a Pillow image to arrays, whatever its mode, and with honest words when it is broken.

Arrays are filled in bands of rows, so that no second copy of a large picture is ever held.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.assets.codecs.frame import DamagedError, TruncatedError

if TYPE_CHECKING:
    from PIL import Image

_BAND = 4_000_000


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Pillow's warnings about odd metadata and large pictures to itself.

    Gesso has limits of its own, and tells of oddities through notes.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL(\.|$)")
        from PIL import Image

        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def load(im: Image.Image, *, accept_truncated: bool = False) -> bool:
    """Decode `im` in place.

    Returns:
        True if it is whole; False if it is not and `accept_truncated`.

    Raises:
        TruncatedError: it ends early; the text says how much of it is there.
        DamagedError: its data make no sense.
        MemoryError: it does not fit.
    """
    try:
        im.load()
    except MemoryError:
        raise
    except Exception as error:
        text = f"{error}".strip() or type(error).__name__
        is_short = any(word in text.lower() for word in ("truncated", "incomplete", "-2", "eof"))
        if getattr(im, "_im", None) is None:
            raise (TruncatedError if is_short else DamagedError)(_clause(text)) from error
        im.tile = []  # type: ignore[attr-defined] # what was decoded stays in the image
        if accept_truncated:
            return False
        share = rows_there(im) / max(1, im.height)
        if is_short:
            raise TruncatedError(
                f"it ends early, and about {share:.0%} of the picture is there"
            ) from error
        raise DamagedError(f"{_clause(text)}; about {share:.0%} can be read") from error
    return True


def _clause(text: str) -> str:
    first = " ".join(text.split())[:120].rstrip(".")
    return f"its pixels cannot be decoded ({first})"


def rows_there(im: Image.Image) -> int:
    """Return how many rows have been decoded: those above and below them are all zero."""
    filled = np.concatenate(
        [np.asarray(rows).reshape(bottom - top, -1).any(axis=1) for top, bottom, rows in bands(im)]
    )
    found = np.flatnonzero(filled)
    # Most formats begin at the top, BMP at the bottom.
    return int(found[-1] - found[0] + 1) if found.size else 0


def split(im: Image.Image) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return (pixels, alpha) of a decoded 8-bit image in any mode but CMYK and LAB.

    Returns:
        pixels (height, width) or (height, width, 3) uint8, and alpha (height, width) uint8, not
        premultiplied, or None.
    """
    target, has_alpha = _target(im)
    is_grey = target in ("L", "LA")
    shape = (im.height, im.width)
    pixels = np.empty(shape if is_grey else (*shape, 3), np.uint8)
    alpha = np.empty(shape, np.uint8) if has_alpha else None
    for top, bottom, rows in bands(im):
        part = np.asarray(rows if rows.mode == target else rows.convert(target))
        pixels[top:bottom] = (
            part[..., 0] if target == "LA" else part[..., :3] if not is_grey else part
        )
        if alpha is not None:
            alpha[top:bottom] = part[..., -1]
    return pixels, alpha


def bands(im: Image.Image) -> Iterator[tuple[int, int, Image.Image]]:
    """Yield (top, bottom, crop) down the image, each of a few megapixels."""
    step = max(1, _BAND // max(1, im.width))
    for top in range(0, im.height, step):
        bottom = min(im.height, top + step)
        yield top, bottom, im.crop((0, top, im.width, bottom))


def _target(im: Image.Image) -> tuple[str, bool]:
    is_keyed = "transparency" in im.info
    match im.mode:
        case "1" | "L":
            return ("LA", True) if is_keyed else ("L", False)
        case "LA" | "La":
            return "LA", True
        case "P" if not is_keyed:
            return ("RGBA", True) if im.palette and im.palette.mode == "RGBA" else ("RGB", False)
        case "RGBA" | "RGBa" | "PA" | "P":
            return "RGBA", True
        case "RGB" if is_keyed:
            return "RGBA", True
        case _:
            return "RGB", False
