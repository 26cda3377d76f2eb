"""From the command line to the parameters of a job."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.arguments import given_values
from engine.cli.inputs import existing_file
from engine.cli.naming import style_label
from engine.cli.parser import BY_HAND
from engine.cli.style_argument import StyleArgument, parse_style
from engine.errors import ParameterError
from engine.models.styles import StyleInfo, resolve_style_name
from engine.spec.results import AssetId
from engine.spec.task import DeviceChoice, PrecisionChoice, RunOptions
from engine.spec.validate import convert_params, dump_params, load_params
from engine.tasks.stylize import STYLIZE, StyleUse, StylizeParams

if TYPE_CHECKING:
    from engine.host.client import Engine

_MASK_FIELDS = ("mask",)


@dataclass(frozen=True)
class Settings:
    """All but the picture.

    Attributes:
        values: plain values of `StylizeParams` without the content.
        label: a word for the styles, for file names.
    """

    values: dict[str, Any]
    label: str

    def params(self, content: AssetId) -> StylizeParams:
        """Return the parameters for one picture.

        Raises:
            ParameterError: a value is out of range.
        """
        return convert_params({**self.values, "content": content}, StylizeParams)


def run_options(namespace: argparse.Namespace) -> RunOptions:
    """Return how to run."""
    return RunOptions(
        device=DeviceChoice(namespace.device),
        precision=PrecisionChoice(namespace.precision),
        threads=namespace.threads,
        memory_mb=namespace.memory_mb,
    )


def settings_of(namespace: argparse.Namespace, engine: Engine) -> Settings:
    """Return the settings that the command line and a recipe give together.

    Raises:
        ParameterError: no style was given, or one is unknown.
        AssetError: a file is not there or is no picture.
    """
    values: dict[str, Any] = {}
    label = ""
    if namespace.recipe:
        values = _recipe_values(Path(namespace.recipe), engine)
        label = style_label([use["style"].partition(":")[2][:12] for use in values["styles"]])
    given = given_values(namespace, StylizeParams, leave_out=BY_HAND)
    for name in _MASK_FIELDS:
        if name in given:
            given[name] = engine.import_file(existing_file(given[name], what="mask"))
    values |= given
    texts: list[str] = getattr(namespace, "styles", None) or []
    if texts:
        arguments = [parse_style(text) for text in texts]
        uses = style_uses(arguments, engine)
        values["styles"] = [
            {"style": u.style, "weight": u.weight, "mask": u.mask, "invert": u.invert} for u in uses
        ]
        label = style_label([argument.name for argument in arguments])
    if not values.get("styles"):
        raise ParameterError("No style was given.", field="styles", hint=_style_hint(engine))
    return Settings(values, label)


def style_uses(arguments: list[StyleArgument], engine: Engine) -> tuple[StyleUse, ...]:
    """Return the styles of a blend, with their pictures and masks in the store.

    Raises:
        ParameterError: a name is unknown.
        AssetError: a file is not there or is no picture.
    """
    styles = engine.styles()
    return tuple(
        StyleUse(
            style=_style_id(argument, styles, engine),
            weight=argument.weight,
            mask=engine.import_file(existing_file(argument.mask, what="mask"))
            if argument.mask
            else None,
            invert=argument.invert,
        )
        for argument in arguments
    )


def _style_id(argument: StyleArgument, styles: tuple[StyleInfo, ...], engine: Engine) -> str:
    name = argument.name
    if Path(name).suffix.lower() == ".onnx":
        raise ParameterError(
            f"{name} is a network, not a picture.",
            field="styles",
            hint=f"Add it once with `gesso models add {name}`, then name it by its id.",
        )
    if argument.looks_like_a_file or Path(name).is_file():
        return f"picture:{engine.import_file(existing_file(name, what='picture'))}"
    return resolve_style_name(name, styles).id


def _recipe_values(path: Path, engine: Engine) -> dict[str, Any]:
    existing_file(str(path))
    recipe = engine.read_recipe(path)
    if recipe is None:
        raise ParameterError(
            f"{path.name} holds no settings: Gesso did not make it, or was told to write none.",
            field="recipe",
            hint="Give the style and the settings themselves.",
        )
    if recipe.task != STYLIZE.id:
        raise ParameterError(
            f"{path.name} was made by {recipe.task!r}, not by style transfer.", field="recipe"
        )
    values = dump_params(load_params(STYLIZE, dict(recipe.params), recipe.task_version))
    del values["content"]
    return values


def _style_hint(engine: Engine) -> str:
    names = [style.key for style in engine.styles() if style.is_available][:5]
    listed = f" Some names: {', '.join(names)}." if names else ""
    return f"Add --style with a picture file or a name from `gesso styles`.{listed}"
