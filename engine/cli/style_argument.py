"""`--style X[=weight][@mask]`: what it says, before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ParameterError

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".ppm"}
)

_INVERT = ":invert"


@dataclass(frozen=True)
class StyleArgument:
    """One `--style`.

    Attributes:
        name: a picture file, a style's name or a model's id, as typed.
        weight: share of the blend.
        mask: a picture file, or empty.
        invert: land where the mask is black.
    """

    name: str
    weight: float = 1.0
    mask: str = ""
    invert: bool = False

    @property
    def looks_like_a_file(self) -> bool:
        """Whether the name is meant as a file rather than as a style's name."""
        path = Path(self.name)
        return path.suffix.lower() in PICTURE_SUFFIXES or "/" in self.name or "\\" in self.name


def parse_style(
    text: str, is_file: Callable[[str], bool] = lambda name: Path(name).is_file()
) -> StyleArgument:
    """Return what `text` says.

    A file that is there wins: its name may hold "=" and "@".

    Raises:
        ParameterError: there is no name, or the weight or the mask makes no sense.
    """
    if is_file(text):
        return StyleArgument(text)
    rest, mask, invert = _split_mask(text, is_file)
    name, weight = _split_weight(rest, is_file)
    if not name:
        raise ParameterError(
            f"--style {text!r} names no style.",
            field="styles",
            hint="Write a picture file, a style's name or a model's id: --style ember=2@sky.png",
        )
    return StyleArgument(name, weight, mask, invert)


def _split_mask(text: str, is_file: Callable[[str], bool]) -> tuple[str, str, bool]:
    rest, at, mask = text.rpartition("@")
    if not at or is_file(text.rpartition("=")[0]):
        return text, "", False
    invert = mask.endswith(_INVERT) and not is_file(mask)
    mask = mask.removesuffix(_INVERT) if invert else mask
    if not mask:
        raise ParameterError(
            f"--style {text!r} names no mask behind the @.",
            field="styles",
            hint="Write a picture file there: --style ember@sky.png",
        )
    return rest, mask, invert


def _split_weight(text: str, is_file: Callable[[str], bool]) -> tuple[str, float]:
    name, equals, number = text.rpartition("=")
    if not equals or is_file(text):
        return text, 1.0
    try:
        weight = float(number)
    except ValueError:
        raise ParameterError(
            f"--style {text!r}: {number!r} is not a weight.",
            field="styles",
            hint="A weight is a number from 0 to 10: --style ember=0.5",
        ) from None
    if not 0 <= weight <= 10:
        raise ParameterError(
            f"--style {text!r}: the weight is not between 0 and 10.", field="styles"
        )
    return name, weight
