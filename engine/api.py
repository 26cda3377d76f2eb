"""The engine's public surface: all that the window, scripts and servers may use."""

from __future__ import annotations

from engine.assets.export import (
    ExportDepth,
    ExportFormat,
    ExportMetadata,
    ExportOptions,
    ExportProfile,
)
from engine.assets.information import PictureInfo
from engine.assets.recipe import Recipe
from engine.errors import (
    AssetError,
    Cancelled,
    DeviceError,
    EngineError,
    ModelError,
    ParameterError,
    WorkerLost,
)
from engine.host.client import Engine
from engine.host.events import Event, JobChanged, LiveResult, WorkerChanged
from engine.host.limits import HostLimits
from engine.host.process import WorkerFactory, WorkerLink
from engine.models.info import ModelInfo
from engine.models.manifest import Manifest, ModelKind, ModelLicence, ModelState
from engine.models.styles import StyleInfo, StyleKind, resolve_style_name
from engine.paths import Folders, resources
from engine.spec.devices import DeviceReport
from engine.spec.fields import Choice, Field, field_of, fields_of
from engine.spec.job import ErrorInfo, Estimate, Job, JobState, Progress
from engine.spec.params import ui, visible_if
from engine.spec.results import AnyResult, AssetId, Cost, ImageResult, Ran, TaskResult, TextResult
from engine.spec.task import DeviceChoice, Lane, PrecisionChoice, RunOptions, TaskParams, TaskSpec
from engine.spec.validate import convert_params, dump_params, load_params, validated
from engine.tasks import TASKS, find_task
from engine.tasks.stylize import FINEST_PX, STYLIZE, Depth, KeepColor, StyleUse, StylizeParams

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
    "convert_params",
    "dump_params",
    "field_of",
    "fields_of",
    "find_task",
    "load_params",
    "resolve_style_name",
    "resources",
    "ui",
    "validated",
    "visible_if",
]
