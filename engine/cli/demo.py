"""The main job from nothing: `gesso demo` runs every canvas on the samples that ship with it.

Each canvas adds its own part to `PARTS`; the command prints one table of all that was made.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.api import (
    Engine,
    ImageResult,
    Job,
    ModelError,
    RunOptions,
    StyleInfo,
    StyleKind,
    StyleUse,
    StylizeParams,
    TaskParams,
    resources,
)
from engine.cli import results
from engine.cli.saving import Saving


@dataclass(frozen=True)
class Made:
    """One line of the table.

    Attributes:
        path: the file.
        what: sample and style.
        size: of the result, for the reader: "600 × 400".
        device: what really calculated.
        seconds: wall time of the job.
        peak_mb: highest memory of the worker while it ran.
    """

    path: Path
    what: str
    size: str
    device: str
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Stage:
    """What every part works with.

    Attributes:
        engine: runs the jobs.
        out: folder of the results.
        options: how to run.
        styles: ids that the user chose; each part picks its own if there are none.
        finished: runs a job under a label and a title, and returns it when it has ended well.
    """

    engine: Engine
    out: Path
    options: RunOptions
    styles: tuple[StyleUse, ...]
    finished: Callable[[TaskParams, str, str], Job]


STYLIZED = (
    ("coffee.png", "oil"),
    ("astronaut.png", "tapestry"),
    ("rocket.jpg", "woodcut"),
    ("chelsea.png", "pointillism"),
    ("hubble_deep_field.jpg", "nocturne"),  # a built-in style, by its key
)
"""Sample, and the medium of the painting or the key of the style that it is shown in."""


def style_part(stage: Stage) -> Iterator[Made]:
    """Repaint the sample photographs, each at its full resolution."""
    known = stage.engine.styles()
    titles = {style.id: style.title() for style in known}
    shown: set[str] = set()
    for number, (sample, wish) in enumerate(STYLIZED, start=1):
        uses = stage.styles or (StyleUse(style=fitting(known, wish, shown)),)
        shown |= {use.style for use in uses}
        words = " + ".join(titles.get(use.style, "your picture") for use in uses)
        title = f"{Path(sample).stem} as {words}"
        content = stage.engine.import_file(resources() / "samples" / sample)
        params = StylizeParams(content=content, styles=uses, stroke=4.0)
        job = stage.finished(params, sample, f"{number}/{len(STYLIZED)} {title}")
        key = uses[0].style.partition(":")[2][:24].replace(".", "-")
        target = stage.out / f"{Path(sample).stem}-{key}.png"
        path = results.save(stage.engine, job, target, Saving(), overwrite=True)
        yield _made(path, title, results.picture_of(job))


def fitting(styles: Sequence[StyleInfo], wish: str, shown: set[str]) -> str:
    """Return the id of a style that was not shown yet, if possible of the wished medium or key.

    Raises:
        ModelError: no style that ships with Gesso can be used.
    """
    usable = [s for s in styles if s.is_available and s.kind is not StyleKind.MODEL]
    if not usable:
        raise ModelError(
            "No style can be used.", hint="The command `gesso doctor` says what is missing."
        )
    kind = StyleKind.PAINTING if wish else StyleKind.BUILT_IN

    def order(style: StyleInfo) -> tuple[bool, bool, bool, bool]:
        is_wished = style.key == wish or style.medium.get("en", "").casefold().startswith(wish)
        return style.id in shown, not is_wished, style.kind is not kind, style.is_abstract

    return min(usable, key=order).id


def _made(path: Path, title: str, result: ImageResult) -> Made:
    device = result.ran[0].summary() if result.ran else "—"
    size = f"{result.width} × {result.height}"
    return Made(path, title, size, device, result.seconds, result.peak_mb)


PARTS = (style_part,)


def table(rows: list[Made]) -> str:
    """Return the rows as aligned text."""
    head = ("output", "picture", "size", "ran on", "seconds", "peak MB")
    cells = [head] + [
        (r.path.name, r.what, r.size, r.device, f"{r.seconds:.2f}", f"{r.peak_mb:.0f}")
        for r in rows
    ]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = []
    for row in cells:
        texts = [
            text.rjust(width) if i >= 4 else text.ljust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(texts).rstrip())
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def sample_credits() -> str:
    """Return who made the samples, one line each."""
    path = resources() / "samples" / "manifest.toml"
    pictures = tomllib.loads(path.read_text(encoding="utf-8"))["picture"]
    return "\n".join(f"{p['file']}: {p['title']}, {p['author']} ({p['licence']})" for p in pictures)
