"""The main job from nothing: `gesso demo` runs every canvas on the samples that ship with it.

Each canvas adds its own part to `PARTS`; the command prints one table of all that was made.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.api import (
    Engine,
    ExportOptions,
    ImageResult,
    Job,
    JobState,
    Recipe,
    StyleUse,
    StylizeParams,
    resources,
)


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


Watch = Callable[[Job, str], Job]
"""Follows a job to its end, showing its progress under a title; returns the final job."""

STYLIZED = (
    ("coffee.png", ("painting:oil",)),
    ("astronaut.png", ("painting:watercolour",)),
    ("rocket.jpg", ("painting:woodcut",)),
    ("chelsea.png", ("painting:pointillism",)),
    ("hubble_deep_field.jpg", ()),  # the first built-in style, whichever that is
)


def style_part(engine: Engine, out: Path, watch: Watch) -> Iterator[Made]:
    """Repaint the sample photographs, each at its full resolution."""
    styles = engine.styles()
    titles = {style.id: style.titles["en"] for style in styles}
    built_in = next(style.id for style in styles if style.id.startswith("built-in:"))
    for number, (sample, wanted) in enumerate(STYLIZED, start=1):
        chosen = wanted or (built_in,)
        title = f"{Path(sample).stem} as {' + '.join(titles[style] for style in chosen)}"
        params = StylizeParams(
            content=engine.import_file(resources() / "samples" / sample),
            styles=tuple(StyleUse(style=style) for style in chosen),
            stroke=4.0,
        )
        job = watch(engine.submit(params, label=sample), f"{number}/{len(STYLIZED)} {title}")
        if job.state is not JobState.DONE or not isinstance(job.result, ImageResult):
            raise job.error.exception() if job.error else RuntimeError(f"{title}: {job.state}")
        result = job.result
        name = f"{Path(sample).stem}-{chosen[0].partition(':')[2]}.png"
        path = engine.export(
            result.image,
            out / name,
            ExportOptions(overwrite=True),
            Recipe.of(job, inputs={"content": sample}),
        )
        device = result.ran[0].summary() if result.ran else "—"
        size = f"{result.width} × {result.height}"
        yield Made(path, title, size, device, result.seconds, result.peak_mb)


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
