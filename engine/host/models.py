"""The engine's methods about models and devices; `engine.host.client.Engine` has them too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import DeviceError, EngineError
from engine.paths import Folders
from engine.spec.results import TaskResult, TextResult
from engine.spec.task import TaskParams
from engine.tasks.inspect_model import InspectModelParams

if TYPE_CHECKING:
    from engine.models.info import ModelInfo
    from engine.models.styles import StyleInfo
    from engine.spec.devices import DeviceReport


class ModelDoor:
    """What there is to work with."""

    folders: Folders

    def _ask(self, params: TaskParams) -> TaskResult:
        raise NotImplementedError

    def _ask_devices(self) -> dict[str, Any]:
        raise NotImplementedError

    def models(self) -> tuple[ModelInfo, ...]:
        """Return every model that Gesso knows, also those that are not installed."""
        from engine.models.catalog import Catalog

        return Catalog(self.folders).models()

    def add_model(self, path: Path) -> ModelInfo:
        """Read a model file in a worker, recognise it and copy it to the user's models.

        Raises:
            ModelError: it is not a model that Gesso can use.
            AssetError: it cannot be read or copied.
            WorkerLost: reading it ended the worker.
        """
        from engine.models.catalog import Catalog
        from engine.models.detect import Signature

        result = self._ask(InspectModelParams(path=str(path.resolve())))
        if not isinstance(result, TextResult):  # pragma: no cover - the declaration says so
            raise EngineError("Reading a model gave something unexpected.")
        signature = msgspec.json.decode(result.text, type=Signature)
        return Catalog(self.folders).add_file(path, signature)

    def remove_model(self, model_id: str) -> None:
        """Take one of the user's models away; its files are kept aside, so nothing is lost.

        Raises:
            ModelError: there is none of this id, or it came with Gesso.
            AssetError: it cannot be moved.
        """
        from engine.models.catalog import Catalog

        Catalog(self.folders).remove(model_id)

    def styles(self) -> tuple[StyleInfo, ...]:
        """Return every style that can be chosen by name, also those whose model is missing."""
        from engine.models.catalog import Catalog
        from engine.models.styles import all_styles

        return all_styles(Catalog(self.folders).models())

    def device_report(self) -> DeviceReport:
        """Return what this machine calculates with; asks a worker, starting one if none runs.

        Raises:
            DeviceError: the runtime cannot be looked at.
            WorkerLost: no worker could be started.
        """
        from engine.spec.devices import DeviceReport

        data = self._ask_devices()
        if "error" in data:
            raise DeviceError(
                f"The runtime cannot be used: {data['error']}.", hint="Install Gesso again."
            )
        return msgspec.convert(data, DeviceReport)
