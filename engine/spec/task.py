"""A task: its parameters, its result and where its code lies, declared once.

The command line, the forms, the HTTP interface, the recipe inside a file and the documentation
are all derived from these declarations (`engine.spec.fields`). The code itself is named by a
dotted string that only a worker resolves, so that reading a declaration imports no runtime.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec

from engine.spec.results import TaskResult


class TaskParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every task's parameters: an immutable value that describes one run in full.

    Constraints are checked by `engine.spec.validate.validated`, not by the constructor.
    Files appear as asset ids, never as paths.
    """


class Lane(Enum):
    """Which worker process runs a task. Lanes run side by side; within one, jobs take turns."""

    MAIN = "main"
    LIVE = "live"
    TRAINER = "trainer"


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work that a run will do, in the terms of `engine.spec.results.Cost`.

    Attributes:
        kind: the same text that the run will report as `Cost.kind`.
        units: how much of it, mostly megapixels.
        instead: kind whose runs foretell this one as long as it has none of its own.
        times: seconds of this work, relative to the same units of `instead`.
    """

    kind: str
    units: float
    instead: str = ""
    times: float = 1.0


Planner = Callable[[Any, Mapping[str, tuple[int, int]], "RunOptions"], tuple[Work, ...]]
"""(parameters, asset id -> (width, height), options) -> the work of a run; pure and quick."""


@dataclass(frozen=True)
class TaskSpec:
    """The declaration of one task.

    Attributes:
        id: name on the wire, in recipes and on the command line.
        version: raised when a parameter changes its meaning.
        title: what the user reads.
        params: type of the parameters.
        result: type of the result.
        entry: `module:function` with the signature `(params, job) -> result`.
        lane: the worker that runs it.
        has_preview: whether `RunOptions.preview_px` gives a fast, small result for live editing.
        plan: foretells the work of a run, for estimates; None if it cannot be foretold.
        upgrades: old version -> function from that version's saved parameters to the next one's.
        is_debug: only there when `GESSO_DEBUG_TASKS=1`.
    """

    id: str
    version: int
    title: str
    params: type[TaskParams]
    result: type[TaskResult]
    entry: str
    lane: Lane = Lane.MAIN
    has_preview: bool = False
    plan: Planner | None = None
    upgrades: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    is_debug: bool = False


class DeviceChoice(Enum):
    """Where to run; `AUTO` takes the fastest that works."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class PrecisionChoice(Enum):
    """How exactly to calculate; `AUTO` takes the fastest within the stated error."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class RunOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to run a task, as opposed to what to make.

    Attributes:
        device: where to run.
        precision: how exactly to calculate.
        threads: CPU threads of one run; 0 takes all physical cores.
        memory_mb: the most that a job may use; 0 takes a quarter of what the machine can spare.
        preview_px: long side of a fast result for live editing; 0 runs in full.
    """

    device: DeviceChoice = DeviceChoice.AUTO
    precision: PrecisionChoice = PrecisionChoice.AUTO
    threads: int = 0
    memory_mb: int = 0
    preview_px: int = 0
