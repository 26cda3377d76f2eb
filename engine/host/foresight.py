"""From a task's parameters to what its run will take."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import psutil

from engine.assets.store import AssetStore
from engine.errors import ParameterError
from engine.host.estimates import BASE_MB, Calibration
from engine.spec.job import Estimate
from engine.spec.results import AssetId
from engine.spec.task import RunOptions, TaskParams, TaskSpec
from engine.spec.validate import dump_params
from engine.tasks import TASKS, find_task

_ASSETS = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


class Foresight:
    """Asks a task's planner what it will do, and the calibration how long that takes.

    Args:
        calibration: what was learned.
        store: where the pictures lie that parameters name.
    """

    def __init__(self, calibration: Calibration, store: AssetStore) -> None:
        self._calibration = calibration
        self._store = store
        self._sizes: dict[AssetId, tuple[int, int]] = {}

    def estimate(self, spec: TaskSpec, params: TaskParams, options: RunOptions) -> Estimate:
        """Return what a run will take.

        Raises:
            AssetError: a file that the parameters name cannot be read.
        """
        if spec.plan is None:
            return self._calibration.estimate(spec.id, None)
        sizes = {asset: self._size(asset) for asset in assets_in(dump_params(params))}
        estimate = self._calibration.estimate(spec.id, spec.plan(params, sizes, options))
        # Work that does not fit goes to strips and to disk, so no job grows beyond its budget.
        most = BASE_MB + _budget_mb(options)
        return msgspec.structs.replace(estimate, peak_mb=min(estimate.peak_mb, most))

    def _size(self, asset: AssetId) -> tuple[int, int]:
        # An asset's bytes never change, so its size is looked up once.
        if asset not in self._sizes:
            from engine.assets.images import picture_info

            info = picture_info(self._store.path(asset))
            self._sizes[asset] = (info.width, info.height)
        return self._sizes[asset]


def _budget_mb(options: RunOptions) -> float:
    """Return what a worker will grant a job: see `engine.worker.memory.granted_bytes`."""
    spare = float(psutil.virtual_memory().available) / 2**20
    return min(spare, options.memory_mb or max(spare / 4, 1024.0))


def spec_of(params: TaskParams) -> TaskSpec:
    """Return the task that `params` are for.

    Raises:
        ParameterError: there is none, or it is a debug task and those are off.
    """
    for spec in TASKS:
        if spec.params is type(params):
            return find_task(spec.id)
    raise ParameterError(f"There is no task for {type(params).__name__}.", field="task")


def assets_in(data: object) -> tuple[AssetId, ...]:
    """Return every asset id in plain data, also behind a prefix such as `picture:`, once each."""
    if isinstance(data, str):
        return tuple(dict.fromkeys(_ASSETS.findall(data)))
    parts: list[Any] = []
    if isinstance(data, dict):
        parts = list(data.values())
    elif isinstance(data, list | tuple):
        parts = list(data)
    return tuple(dict.fromkeys(asset for part in parts for asset in assets_in(part)))
