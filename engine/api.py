"""The engine's public surface: all that the window, scripts and servers may use."""

from __future__ import annotations

from engine.spec.fields import Choice, Field, field_of, fields_of
from engine.spec.params import ui, visible_if
from engine.spec.results import AssetId, Ran
from engine.spec.task import RunOptions, TaskParams, TaskSpec
from engine.spec.validate import convert_params, dump_params, load_params
from engine.tasks import find_task
from engine.tasks.stylize import STYLIZE, StyleUse, StylizeParams

__all__ = [
    "STYLIZE",
    "AssetId",
    "Choice",
    "Field",
    "Ran",
    "RunOptions",
    "StyleUse",
    "StylizeParams",
    "TaskParams",
    "TaskSpec",
    "convert_params",
    "dump_params",
    "field_of",
    "fields_of",
    "find_task",
    "load_params",
    "ui",
    "visible_if",
]
