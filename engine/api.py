"""The engine's public surface: all that the window, scripts and servers may use.

Names and nothing else. Those that bring numpy or a codec along are looked up at their first use,
so that a command line's help and a window's first paint wait for nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from engine import __version__
from engine.errors import (
    AssetError,
    Cancelled,
    DeviceError,
    EngineError,
    ModelError,
    ParameterError,
    WorkerLost,
)
from engine.files import replacing, write_whole
from engine.host.client import Engine
from engine.host.events import Event, JobChanged, LiveResult, WorkerChanged
from engine.host.limits import HostLimits
from engine.host.process import WorkerFactory, WorkerLink
from engine.logs import to_file as log_to_file
from engine.logs import to_stderr as log_to_stderr
from engine.models.info import ModelInfo
from engine.models.manifest import Manifest, ModelKind, ModelLicence, ModelState
from engine.models.styles import StyleInfo, StyleKind, resolve_style_name
from engine.paths import Folders, forget_package_libraries, is_frozen, program_folder, resources
from engine.spec.devices import DeviceReport
from engine.spec.fields import Choice, Field, field_of, fields_of
from engine.spec.job import ErrorInfo, Estimate, Job, JobState, Progress
from engine.spec.params import ui, visible_if
from engine.spec.results import AnyResult, AssetId, Cost, ImageResult, Ran, TaskResult, TextResult
from engine.spec.task import DeviceChoice, Lane, PrecisionChoice, RunOptions, TaskParams, TaskSpec
from engine.spec.validate import convert_params, dump_params, load_params, validated
from engine.tasks import TASKS, find_task
from engine.tasks.stylize import FINEST_PX, STYLIZE, Depth, KeepColor, StyleUse, StylizeParams

if TYPE_CHECKING:
    from engine.assets.export import (
        ExportDepth,
        ExportFormat,
        ExportMetadata,
        ExportOptions,
        ExportProfile,
        target_name,
    )
    from engine.assets.images import PictureInfo, picture_info, thumbnail
    from engine.assets.recipe import ForeignRecipe, Recipe, read_foreign_recipe, read_recipe

_AT_FIRST_USE = {
    "ExportDepth": "engine.assets.export",
    "ExportFormat": "engine.assets.export",
    "ExportMetadata": "engine.assets.export",
    "ExportOptions": "engine.assets.export",
    "ExportProfile": "engine.assets.export",
    "ForeignRecipe": "engine.assets.recipe",
    "PictureInfo": "engine.assets.images",
    "Recipe": "engine.assets.recipe",
    "picture_info": "engine.assets.images",
    "read_foreign_recipe": "engine.assets.recipe",
    "read_recipe": "engine.assets.recipe",
    "target_name": "engine.assets.export",
    "thumbnail": "engine.assets.images",
}


def __getattr__(name: str) -> Any:
    module = _AT_FIRST_USE.get(name)
    if module is None:
        raise AttributeError(f"engine.api has no name {name!r}")
    return getattr(importlib.import_module(module), name)


__all__ = [
    "FINEST_PX",
    "STYLIZE",
    "TASKS",
    "AnyResult",
    "AssetError",
    "AssetId",
    "Cancelled",
    "Choice",
    "Cost",
    "Depth",
    "DeviceChoice",
    "DeviceError",
    "DeviceReport",
    "Engine",
    "EngineError",
    "ErrorInfo",
    "Estimate",
    "Event",
    "ExportDepth",
    "ExportFormat",
    "ExportMetadata",
    "ExportOptions",
    "ExportProfile",
    "Field",
    "Folders",
    "ForeignRecipe",
    "HostLimits",
    "ImageResult",
    "Job",
    "JobChanged",
    "JobState",
    "KeepColor",
    "Lane",
    "LiveResult",
    "Manifest",
    "ModelError",
    "ModelInfo",
    "ModelKind",
    "ModelLicence",
    "ModelState",
    "ParameterError",
    "PictureInfo",
    "PrecisionChoice",
    "Progress",
    "Ran",
    "Recipe",
    "RunOptions",
    "StyleInfo",
    "StyleKind",
    "StyleUse",
    "StylizeParams",
    "TaskParams",
    "TaskResult",
    "TaskSpec",
    "TextResult",
    "WorkerChanged",
    "WorkerFactory",
    "WorkerLink",
    "WorkerLost",
    "__version__",
    "convert_params",
    "dump_params",
    "field_of",
    "fields_of",
    "find_task",
    "forget_package_libraries",
    "is_frozen",
    "load_params",
    "log_to_file",
    "log_to_stderr",
    "picture_info",
    "program_folder",
    "read_foreign_recipe",
    "read_recipe",
    "replacing",
    "resolve_style_name",
    "resources",
    "target_name",
    "thumbnail",
    "ui",
    "validated",
    "visible_if",
    "write_whole",
]
