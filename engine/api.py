"""The engine's public surface: all that the window, scripts and servers may use."""

from __future__ import annotations

from engine.host.events import Event, JobChanged, LiveResult, WorkerChanged
from engine.models.manifest import Manifest, ModelKind, ModelLicence, ModelState
from engine.spec.fields import Choice, Field, field_of, fields_of
from engine.spec.job import ErrorInfo, Estimate, Job, JobState, Progress
from engine.spec.params import ui, visible_if
from engine.spec.results import AnyResult, AssetId, ImageResult, Ran, TaskResult, TextResult
from engine.spec.task import DeviceChoice, Lane, PrecisionChoice, RunOptions, TaskParams, TaskSpec
from engine.spec.validate import convert_params, dump_params, load_params, validated
from engine.tasks import TASKS, find_task
from engine.tasks.stylize import STYLIZE, StyleUse, StylizeParams

__all__ = [
    "STYLIZE",
    "TASKS",
    "AnyResult",
    "AssetId",
    "Choice",
    "DeviceChoice",
    "ErrorInfo",
    "Estimate",
    "Event",
    "Field",
    "ImageResult",
    "Job",
    "JobChanged",
    "JobState",
    "Lane",
    "LiveResult",
    "Manifest",
    "ModelKind",
    "ModelLicence",
    "ModelState",
    "PrecisionChoice",
    "Progress",
    "Ran",
    "RunOptions",
    "StyleUse",
    "StylizeParams",
    "TaskParams",
    "TaskResult",
    "TaskSpec",
    "TextResult",
    "WorkerChanged",
    "convert_params",
    "dump_params",
    "field_of",
    "fields_of",
    "find_task",
    "load_params",
    "ui",
    "validated",
    "visible_if",
]
