"""Make the sheets of results in docs/pictures: real runs on the sample photographs, labelled.

python -m tools.contact_sheet
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image, ImageDraw, ImageFont, ImageOps

from engine.api import Engine, StyleUse, StylizeParams
from engine.paths import Folders

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "resources" / "samples"
PICTURES = ROOT / "docs" / "pictures"
FONT = ROOT / "resources" / "fonts" / "Inter_500Medium.ttf"

CELL = (396, 264)
GAP = 8
CAPTION = 30
PAPER = (247, 246, 243)
INK = (40, 38, 36)
LIMIT_BYTES = 600_000


@dataclass(frozen=True)
class Shot:
    """One cell: a photograph, and how it is repainted; unpainted if there are no styles."""

    photo: str
    caption: str
    styles: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


def _styled(photo: str, **styles: str) -> tuple[Shot, ...]:
    return tuple(Shot(photo, title.replace("_", " "), (key,)) for title, key in styles.items())


RESULTS = (
    (Shot("coffee.png", "Photograph"), *_styled(
        "coffee.png", Evening_Bay="painting:evening-bay", Patchwork_Farm="painting:patchwork-farm",
        Hornet="built-in:hornet")),
    (Shot("chelsea.png", "Photograph"), *_styled(
        "chelsea.png", The_Breaker="painting:breaker", Jug_and_Pears="painting:jug-and-pears",
        Starling="built-in:starling")),
    (Shot("rocket.jpg", "Photograph"), *_styled(
        "rocket.jpg", Peaks_in_Mist="painting:mist-peaks", Evening_Bay="painting:evening-bay",
        Nocturne="built-in:nocturne")),
    (Shot("astronaut.png", "Photograph"), *_styled(
        "astronaut.png", Two_Carp="painting:two-carp", Apricot="built-in:apricot",
        Tapestry="built-in:tapestry")),
)  # fmt: skip

_BAY = ("painting:evening-bay",)
_CUP = "coffee.png"
SETTINGS = (
    tuple(Shot(_CUP, f"Strength {share:.0%}", _BAY, {"strength": share})
          for share in (0.25, 0.5, 0.75, 1.0)),
    tuple(Shot(_CUP, f"Stroke size {stroke:g}", _BAY, {"stroke": stroke, "size": 2400})
          for stroke in (2.0, 5.0, 10.0, 16.0)),
    tuple(Shot(_CUP, f"Stroke size 16, texture {share:.0%}", _BAY,
               {"stroke": 16.0, "texture": share, "size": 2400})
          for share in (0.0, 0.33, 0.67, 1.0)),
    (Shot(_CUP, "Photograph"), *(
        Shot(_CUP, f"Colours: {title}", _BAY, {"keep_color": value})
        for title, value in (("of the style", "style"), ("of the photo", "luminance"),
                             ("matched", "match")))),
)  # fmt: skip


def picture_of(engine: Engine, shot: Shot) -> Image.Image:
    """Return the picture of a cell, made by a job if it is repainted."""
    photo = SAMPLES / shot.photo
    if not shot.styles:
        return Image.open(photo).convert("RGB")
    values = {
        "content": engine.import_file(photo),
        "styles": [msgspec.to_builtins(StyleUse(style=key)) for key in shot.styles],
        **shot.settings,
    }
    params = msgspec.convert(values | {"type": "stylize"}, StylizeParams)
    job = engine.wait(engine.submit(params, label=shot.caption).id, 300)
    if job.result is None:
        raise RuntimeError(f"{shot.caption}: {job.error}")
    return Image.open(engine.asset_path(job.result.image)).convert("RGB")


def sheet(engine: Engine, rows: tuple[tuple[Shot, ...], ...]) -> Image.Image:
    """Return every row of cells with captions under them."""
    width, height = CELL
    columns = max(map(len, rows))
    whole = Image.new(
        "RGB",
        (columns * (width + GAP) + GAP, len(rows) * (height + CAPTION + GAP) + GAP),
        PAPER,
    )
    draw = ImageDraw.Draw(whole)
    font = ImageFont.truetype(str(FONT), 15)
    for line, shots in enumerate(rows):
        for column, shot in enumerate(shots):
            left = GAP + column * (width + GAP)
            top = GAP + line * (height + CAPTION + GAP)
            picture = ImageOps.fit(picture_of(engine, shot), CELL, Image.Resampling.LANCZOS,
                                   centering=(0.5, 0.3))  # fmt: skip
            whole.paste(picture, (left, top))
            draw.text((left + 2, top + height + 6), shot.caption, INK, font)
    return whole


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="gesso-sheets-") as home,
        Engine(Folders.under(Path(home))) as engine,
    ):
        for name, rows in (("results", RESULTS), ("settings", SETTINGS)):
            whole = sheet(engine, rows)
            path = PICTURES / f"{name}.jpg"
            for quality in range(90, 40, -4):
                whole.save(path, quality=quality, optimize=True, progressive=True)
                if path.stat().st_size <= LIMIT_BYTES:
                    break
            print(f"{path.name}: {whole.width} x {whole.height}, "
                  f"{path.stat().st_size / 1000:.0f} kB")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
