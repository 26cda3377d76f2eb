"""Every task Gesso knows, in an explicit list: reading it imports no task's code."""

from __future__ import annotations

import os

from engine.errors import ParameterError
from engine.spec.task import TaskSpec
from engine.tasks.debug import DEBUG_TASKS
from engine.tasks.inspect_model import INSPECT_MODEL
from engine.tasks.stylize import STYLIZE

TASKS: tuple[TaskSpec, ...] = (STYLIZE, INSPECT_MODEL, *DEBUG_TASKS)


def find_task(task_id: str) -> TaskSpec:
    """Return the task called `task_id`.

    Raises:
        ParameterError: there is none, or it is a debug task and those are off.
    """
    for spec in TASKS:
        if spec.id == task_id and (not spec.is_debug or debug_tasks_are_on()):
            return spec
    raise ParameterError(f"There is no task called {task_id!r}.", field="task")


def debug_tasks_are_on() -> bool:
    """Return whether tasks that misbehave on purpose may run."""
    return os.environ.get("GESSO_DEBUG_TASKS") == "1"
