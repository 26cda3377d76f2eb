"""From a task's entry string to its function."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.spec.results import TaskResult
from engine.spec.task import TaskParams, TaskSpec

if TYPE_CHECKING:  # importing it at run time would load onnxruntime before the worker says hello
    from engine.pipelines.job import JobContext

TaskFunction = Callable[[TaskParams, "JobContext"], TaskResult]


def resolve(spec: TaskSpec) -> TaskFunction:
    """Import and return the function that runs `spec`.

    Raises:
        EngineError: it is not part of this installation.
    """
    module_name, _, name = spec.entry.partition(":")
    try:
        function: TaskFunction = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError) as error:
        raise EngineError(
            f"{spec.title} is not part of this installation: {error}.",
            hint="Install Gesso again.",
        ) from error
    return function
