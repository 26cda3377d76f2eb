"""From the command line to the parameters of a job."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.arguments import given_values
from engine.cli.inputs import existing_file
from engine.cli.naming import style_label
from engine.cli.parser import BY_HAND
from engine.cli.style_argument import StyleArgument, parse_style
from engine.errors import AssetError, ModelError, ParameterError
from engine.models.styles import StyleInfo, resolve_style_name
from engine.spec.results import AssetId
from engine.spec.task import DeviceChoice, PrecisionChoice, RunOptions
from engine.spec.validate import convert_params, dump_params, load_params
from engine.tasks.stylize import STYLIZE, StylizeParams

if TYPE_CHECKING:
    from engine.api import Engine


@dataclass(frozen=True)
class Settings:
    """All but the picture.

    Attributes:
        values: plain values of `StylizeParams` without the content.
        label: a word for the styles, for file names.
        names: asset -> file name of what was taken into the store.
    """

    values: dict[str, Any]
    label: str
    names: Mapping[str, str] = field(default_factory=dict)

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


class Intake:
    """Takes files into the store and remembers what they were called."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.names: dict[AssetId, str] = {}

    def file(self, text: str, *, what: str) -> AssetId:
        """Return a file as an asset.

        Raises:
            AssetError: it is not there, or cannot be read.
        """
        path = existing_file(text, what=what)
        # Looked at here, so that a file that is no picture is told of by its own name.
        self.engine.picture_info(path)
        asset = self.engine.import_file(path)
        self.names[asset] = path.name
        return asset


def settings_of(namespace: argparse.Namespace, engine: Engine) -> Settings:
    """Return the settings that the command line and a recipe give together.

    Raises:
        ParameterError: no style was given, or one is unknown.
        AssetError: a file is not there or is no picture.
    """
    intake = Intake(engine)
    texts: list[str] = getattr(namespace, "styles", None) or []
    arguments = [parse_style(text) for text in texts]
    values: dict[str, Any] = {}
    label = ""
    if namespace.recipe:
        values = _recipe_values(Path(namespace.recipe), engine)
        label = style_label([_short(use["style"]) for use in values["styles"]])
    values |= given_values(namespace, StylizeParams, leave_out=BY_HAND)
    if "mask" in vars(namespace):
        values["mask"] = intake.file(namespace.mask, what="mask")
    if arguments:
        values["styles"] = style_values(arguments, intake)
        label = style_label([argument.name for argument in arguments])
    if not values.get("styles"):
        raise ParameterError("No style was given.", field="styles", hint=_style_hint(engine))
    _check_assets(values, engine)
    return Settings(values, label, intake.names)


def style_values(arguments: list[StyleArgument], intake: Intake) -> list[dict[str, Any]]:
    """Return the styles of a blend as plain values, with their pictures and masks in the store.

    Raises:
        ParameterError: a name is unknown.
        AssetError: a file is not there or is no picture.
    """
    styles = intake.engine.styles()
    return [
        {
            "style": _style_id(argument, styles, intake),
            "weight": argument.weight,
            "mask": intake.file(argument.mask, what="mask") if argument.mask else None,
            "invert": argument.invert,
        }
        for argument in arguments
    ]


def _style_id(argument: StyleArgument, styles: tuple[StyleInfo, ...], intake: Intake) -> str:
    name = argument.name
    if Path(name).suffix.lower() == ".onnx":
        raise ParameterError(
            f"{name} is a network, not a picture.",
            field="styles",
            hint=f"Add it once with `gesso models add {name}`, then name it by its id.",
        )
    if argument.looks_like_a_file or Path(name).is_file():
        return f"picture:{intake.file(name, what='picture')}"
    style = resolve_style_name(name, styles)
    if style.reason:
        raise ModelError(
            f"The style {style.key!r} cannot be used now.", model_id=style.model, hint=style.reason
        )
    return style.id


def _short(style: str) -> str:
    """Return the part of a style's id that means something in a file's name."""
    kind, _, key = style.partition(":")
    return "picture" if kind == "picture" else key


def _check_assets(values: dict[str, Any], engine: Engine) -> None:
    """Refuse early what the store does not hold: pictures of a recipe made elsewhere."""
    for use in values["styles"]:
        kind, _, asset = str(use["style"]).partition(":")
        for wanted in (asset if kind == "picture" else "", use.get("mask") or ""):
            _require(wanted, engine, "Give the style again: --style X")
    _require(values.get("mask") or "", engine, "Give the mask again: --mask FILE")


def _require(asset: AssetId, engine: Engine, hint: str) -> None:
    if not asset:
        return
    try:
        engine.asset_path(asset)
    except AssetError as error:
        raise AssetError(
            "These settings name a picture that is not on this machine.", asset=asset, hint=hint
        ) from error


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
