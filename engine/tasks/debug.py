"""Tasks that misbehave on purpose, for tests of everything around a task.

They are there only when `GESSO_DEBUG_TASKS=1`.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from engine.spec.results import ImageResult, TaskResult, TextResult
from engine.spec.task import TaskParams, TaskSpec


class SleepParams(TaskParams, frozen=True, kw_only=True, tag="debug-sleep"):
    """Sleep politely: progress and a look at the token every few milliseconds."""

    seconds: Annotated[float, Meta(ge=0, le=600)] = 1.0


class SpinParams(TaskParams, frozen=True, kw_only=True, tag="debug-spin"):
    """Calculate without ever looking at the token."""

    seconds: Annotated[float, Meta(ge=0, le=600)] = 1.0


class CrashParams(TaskParams, frozen=True, kw_only=True, tag="debug-crash"):
    """End the process by a signal, or raise."""

    how: str = "segfault"


class GarbageParams(TaskParams, frozen=True, kw_only=True, tag="debug-garbage"):
    """Write to standard output from Python and from C."""

    size: Annotated[int, Meta(ge=0, le=10_000_000)] = 10_000


class LeakParams(TaskParams, frozen=True, kw_only=True, tag="debug-leak"):
    """Allocate memory until there is none, or up to a limit."""

    megabytes: Annotated[int, Meta(ge=0, le=1_000_000)] = 100


class PaintParams(TaskParams, frozen=True, kw_only=True, tag="debug-paint"):
    """Take a while, then give a picture of one grey."""

    seconds: Annotated[float, Meta(ge=0, le=600)] = 0.0
    grey: Annotated[int, Meta(ge=0, le=255)] = 128
    width: Annotated[int, Meta(ge=1, le=10_000)] = 16
    height: Annotated[int, Meta(ge=1, le=10_000)] = 16


def _spec(
    name: str,
    params: type[TaskParams],
    result: type[TaskResult] = TextResult,
    *,
    has_preview: bool = False,
) -> TaskSpec:
    return TaskSpec(
        id=f"debug-{name}",
        version=1,
        title=f"Debug: {name}",
        params=params,
        result=result,
        entry=f"engine.worker.debug:{name}",
        has_preview=has_preview,
        is_debug=True,
    )


DEBUG_TASKS: tuple[TaskSpec, ...] = (
    _spec("sleep", SleepParams),
    _spec("spin", SpinParams),
    _spec("crash", CrashParams),
    _spec("garbage", GarbageParams),
    _spec("leak", LeakParams),
    _spec("paint", PaintParams, ImageResult, has_preview=True),
)
