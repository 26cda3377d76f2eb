"""`gesso demo`: the main job on the photographs that ship with Gesso."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import results
from engine.cli.commands.stylize import Run, Target, stylize_one
from engine.cli.exits import Exit
from engine.cli.naming import file_name, style_label
from engine.cli.report import Report
from engine.cli.saving import Saving
from engine.cli.session import open_engine
from engine.cli.settings import Intake, Settings, run_options, style_values
from engine.cli.style_argument import PICTURE_SUFFIXES, StyleArgument, parse_style
from engine.errors import AssetError, ModelError
from engine.models.styles import StyleKind
from engine.paths import resources

if TYPE_CHECKING:
    from engine.host.client import Engine

_PHOTOS = 3


def run(namespace: argparse.Namespace, report: Report) -> int:
    """Repaint a few sample photographs, each in another style."""
    photos = sample_photos()
    if not photos:
        raise AssetError(
            "No sample photographs ship with this Gesso.",
            hint="Use your own: gesso stylize photo.jpg --style ember",
        )
    folder = Path(namespace.out_dir).expanduser()
    done: list[results.Made] = []
    with open_engine(report) as engine:
        if namespace.styles:
            blends = [[parse_style(text) for text in namespace.styles]]
        else:
            blends = _some_styles(engine)
        for number, photo in enumerate(photos[:_PHOTOS]):
            arguments = blends[number % len(blends)]
            label = style_label([argument.name for argument in arguments])
            intake = Intake(engine)
            settings = Settings({"styles": style_values(arguments, intake)}, label, intake.names)
            saving = Saving(names=intake.names)
            work = Run(engine, settings, run_options(namespace), saving, report)
            name = file_name("{name}-{style}", name=photo.stem, style=label)
            item = stylize_one(
                work, str(photo), Target(folder / f"{name}.jpg", ".jpg", overwrite=True)
            )
            results.tell(report, item)
            done.append(item)
    report.document({"results": done})
    report.text(f"Look at them in {folder.resolve()}")
    return Exit.OK


def sample_photos(folder: Path | None = None) -> list[Path]:
    """Return the photographs that ship with Gesso."""
    folder = folder if folder is not None else resources() / "samples"
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES)


def _some_styles(engine: Engine) -> list[list[StyleArgument]]:
    """Return a painting, a built-in and another painting, as far as they are there.

    Raises:
        ModelError: no style can be used.
    """
    shipped = [style for style in engine.styles() if style.kind is not StyleKind.MODEL]
    usable = [style for style in shipped if style.is_available]
    groups: dict[str, list[str]] = {}
    for style in usable:
        groups.setdefault(style.group, []).append(style.id)
    firsts = [names[0] for names in groups.values()]
    rest = [names[len(names) // 2] for names in groups.values()]
    names = list(dict.fromkeys(firsts + rest))[:_PHOTOS]
    if not names:
        raise ModelError(
            "No style can be used.", hint="The command `gesso doctor` says what is missing."
        )
    return [[StyleArgument(name)] for name in names]
