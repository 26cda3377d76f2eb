"""Read the signature of a model file, so that it can be recognised."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from engine.spec.params import ui
from engine.spec.results import TextResult
from engine.spec.task import TaskParams, TaskSpec


class InspectModelParams(TaskParams, frozen=True, kw_only=True, tag="inspect-model"):
    """Which file to read."""

    path: Annotated[str, ui("File"), Meta(description="Absolute path of an .onnx file.")]


INSPECT_MODEL = TaskSpec(
    id="inspect-model",
    version=1,
    title="Read a model file",
    params=InspectModelParams,
    result=TextResult,
    entry="engine.pipelines.inspect_model:inspect_model",
)
"""The result's text is JSON: an `engine.models.detect.Signature`."""
