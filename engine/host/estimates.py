"""What a run will take, learned from the runs before it on this machine.

Every `Cost` that a run reports is a point (units, seconds, peak memory) of its kind. The last
twenty points of a kind are kept in `calibration.json`; a straight line through them gives a fixed
part and a part that grows with the units. The slope is the median of the slopes between all pairs
of points (Theil 1950, Sen 1968), so single slow runs do not move it.

What a job takes beyond its reported costs (loading, reading, writing) is learned per task.
"""

from __future__ import annotations

import itertools
import logging
import os
import statistics
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.files import write_whole
from engine.spec.job import Estimate
from engine.spec.results import TaskResult
from engine.spec.task import Work

log = logging.getLogger(__name__)

KEPT_RUNS = 20
BASE_MB = 300.0
"""Of a worker with its libraries loaded, before it has touched a picture."""

_GUESS_CORE_SECONDS = 2.0  # a unit, on one core
_GUESS_MB = 60.0  # a unit


class Run(msgspec.Struct, frozen=True, array_like=True):
    """One past run of a kind: units, seconds, and the process's peak memory in MiB."""

    units: float
    seconds: float
    peak_mb: float = 0.0


class _File(msgspec.Struct):
    schema: int = 1
    kinds: dict[str, list[Run]] = {}


@dataclass(frozen=True)
class Line:
    """A straight line: `fixed` at 0, growing by `slope` a unit; neither is negative."""

    fixed: float
    slope: float

    def at(self, units: float) -> float:
        """Return the value at `units`."""
        return self.fixed + self.slope * units


def fit(points: Sequence[tuple[float, float]], fixed: float = 0.0) -> Line:
    """Return the line through (units, value) points.

    Args:
        points: in order of time.
        fixed: value at 0 units that is taken when the points are all of one size and cannot tell.
    """
    if not points:
        return Line(fixed, 0.0)
    slopes = [
        (y2 - y1) / (x2 - x1)
        for (x1, y1), (x2, y2) in itertools.combinations(points, 2)
        # Points of nearly one size say nothing of the slope, and much of the noise.
        if abs(x2 - x1) > 0.05 * max(x1, x2)
    ]
    if slopes:
        slope = max(statistics.median(slopes), 0.0)
        at_zero = statistics.median(y - slope * x for x, y in points)
        if at_zero >= 0:
            return Line(at_zero, slope)
        fixed = 0.0  # the line fell below nothing: all of it grows
    rates = [max(y - fixed, 0.0) / x for x, y in points if x > 0]
    if not rates:
        return Line(statistics.median(y for _, y in points), 0.0)
    # Of two runs the faster: what slows a first one down, such as compiling, does not come again.
    return Line(fixed, statistics.median_low(rates))


class Calibration:
    """The runs of every kind, kept in a file.

    Args:
        path: of `calibration.json`; a missing or damaged one begins anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._kinds = _load(path)

    def learn(self, task: str, result: TaskResult) -> None:
        """Take a finished job's figures in and write them down."""
        units = sum(cost.units for cost in result.costs)
        rest = max(result.seconds - sum(cost.seconds for cost in result.costs), 0.0)
        with self._lock:
            for cost in result.costs:
                self._add(cost.kind, Run(cost.units, cost.seconds, cost.peak_mb))
            self._add(_rest_of(task), Run(units, rest, result.peak_mb))
            self._add(_whole_of(task), Run(units, result.seconds, result.peak_mb))
            self._save()

    def estimate(self, task: str, works: Sequence[Work] | None) -> Estimate:
        """Return what a run of `task` will take that consists of `works`.

        Args:
            task: id of the task.
            works: from the task's planner; None if it has none.
        """
        with self._lock:
            rest = self._kinds.get(_rest_of(task), [])
            if works is None:
                return _from_whole_runs(self._kinds.get(_whole_of(task), []))
            units = sum(work.units for work in works)
            parts = [self._part(work) for work in works]
        seconds = sum(part.seconds for part in parts)
        if rest:
            # One run cannot tell loading, which is fixed, from reading and writing, which grow.
            fixed = rest[0].seconds if len(rest) == 1 else 0.0
            seconds += fit([(run.units, run.seconds) for run in rest], fixed).at(units)
        unknown = [work.kind for work, part in zip(works, parts, strict=True) if part.runs == 0]
        return Estimate(
            seconds=seconds,
            peak_mb=max((part.peak_mb for part in parts), default=BASE_MB),
            runs=min((part.runs for part in parts), default=0),
            note="No run of this kind yet: a guess." if unknown or not works else "",
        )

    def _part(self, work: Work) -> Estimate:
        runs = self._kinds.get(work.kind) or self._variant(work.kind)
        times = 1.0
        if not runs and work.instead:
            runs, times = self._kinds.get(work.instead, []), work.times
        if not runs:
            cores = max(os.cpu_count() or 1, 1)
            return Estimate(
                seconds=work.units * _GUESS_CORE_SECONDS / cores,
                peak_mb=BASE_MB * 2 + work.units * _GUESS_MB,
            )
        seconds = fit([(run.units, run.seconds) for run in runs])
        memory = [(run.units, run.peak_mb) for run in runs if run.peak_mb > 0]
        lowest = min((peak for _, peak in memory), default=BASE_MB)
        peak = fit(memory, min(BASE_MB, lowest))
        return Estimate(
            seconds=times * seconds.at(work.units), peak_mb=peak.at(work.units), runs=len(runs)
        )

    def _variant(self, kind: str) -> list[Run]:
        """Return the runs of the same work done another way: of "a/b", those of "a/b/OpenVINO"."""
        found = [runs for name, runs in self._kinds.items() if name.startswith(f"{kind}/")]
        return max(found, key=len, default=[])

    def _add(self, kind: str, run: Run) -> None:
        if run.units >= 0 and run.seconds >= 0:
            self._kinds[kind] = [*self._kinds.get(kind, []), run][-KEPT_RUNS:]

    def _save(self) -> None:
        try:
            data = msgspec.json.encode(_File(kinds=self._kinds))
            write_whole(self._path, data, is_precious=False)
        except OSError as error:
            # Estimates are a comfort; a full disk is told where something is really lost.
            log.info("what was learned could not be written: %s", error)


def _from_whole_runs(runs: list[Run]) -> Estimate:
    """Estimate a task whose work cannot be foretold from how long it took before."""
    if not runs:
        return Estimate(seconds=1.0, peak_mb=BASE_MB, note="No run of this kind yet: a guess.")
    return Estimate(
        seconds=statistics.median(run.seconds for run in runs),
        peak_mb=statistics.median(run.peak_mb for run in runs),
        runs=len(runs),
        note="Taken from earlier runs, whatever their size.",
    )


def _rest_of(task: str) -> str:
    return f"task:{task}:rest"


def _whole_of(task: str) -> str:
    return f"task:{task}"


def _load(path: Path) -> dict[str, list[Run]]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File).kinds
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        log.info("what was learned cannot be read, so estimates begin anew: %s", error)
        return {}
