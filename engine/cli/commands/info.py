"""`gesso info`: what a picture file holds, and how it was made."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from engine.cli.exits import Exit, exit_of, exit_of_many
from engine.cli.inputs import existing_file
from engine.cli.report import Report, size_text, table
from engine.cli.results import as_data, not_made
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.assets.information import PictureInfo
    from engine.assets.recipe import Recipe


def run(namespace: argparse.Namespace, report: Report) -> int:
    """Tell of every file; needs no engine."""
    from engine.assets.information import picture_info
    from engine.assets.recipe import read_foreign_recipe, read_recipe

    rows: list[dict[str, Any]] = []
    codes: list[Exit] = []
    for text in namespace.files:
        try:
            path = existing_file(text, what="picture")
            info = picture_info(path)
            recipe = read_recipe(path)
            foreign = None if recipe else read_foreign_recipe(path)
        except EngineError as error:
            if len(namespace.files) == 1:
                raise
            report.error(f"{text}: {error}")
            rows.append({"failed": not_made(text, error)})
            codes.append(exit_of(error))
            continue
        rows.append({"file": text, "picture": info, "recipe": recipe, "foreign": foreign})
        for line in (*picture_lines(text, info), *recipe_lines(recipe)):
            report.text(line)
        if foreign is not None:
            report.text(f"  made with {foreign.kind}:")
            report.text(foreign.text)
    report.document({"files": as_data(rows)})
    return exit_of_many(len(rows) - len(codes), codes)


def picture_lines(name: str, info: PictureInfo) -> list[str]:
    """Return what to say of a picture."""
    parts = [info.format, f"{info.width} x {info.height}", f"{info.mode} {info.depth} bit"]
    parts += ["with transparency"] if info.has_alpha else []
    parts += ["with a colour profile"] if info.has_icc else []
    parts += [f"{info.frames} frames"] if info.frames > 1 else []
    return [f"{name}: {', '.join(parts)}, {size_text(info.size_bytes)}"]


def recipe_lines(recipe: Recipe | None) -> list[str]:
    """Return how a picture was made."""
    if recipe is None:
        return ["  no settings of Gesso inside"]
    lines = [
        f"  made by {recipe.app} {recipe.app_version}, {recipe.task}"
        + (f", {recipe.created}" if recipe.created else "")
    ]
    rows = [(name, _short(value)) for name, value in recipe.params.items() if name != "type"]
    rows += [("from", ", ".join(recipe.inputs))] if recipe.inputs else []
    rows += [("ran on", ran.summary()) for ran in recipe.ran]
    rows += [("model", f"{name} {digest[:12]}") for name, digest in recipe.models.items()]
    return lines + table(rows, indent="  ")


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(_short(v) for v in value)
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if v not in (None, False)}
        return ", ".join(f"{k} {_short(v)}" for k, v in kept.items())
    text = str(value)
    # The name of an asset is a digest, of which nobody reads more than the beginning.
    kind, colon, rest = text.partition(":")
    if colon and len(rest) > 60:
        return f"{kind}:{rest[:12]}…"
    return f"{text[:12]}…" if len(text) > 60 and " " not in text else text
