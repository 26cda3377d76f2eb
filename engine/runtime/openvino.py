"""The OpenVINO plugin: a provider for processors that onnxruntime loads at run time."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
import threading
from dataclasses import dataclass
from typing import Any

import onnxruntime as ort

from engine.runtime.machine import processor

DISTRIBUTION = "onnxruntime-ep-openvino"
_MODULE = "onnxruntime_ep_openvino"
_lock = threading.Lock()
_found: Plugin | None = None


@dataclass(frozen=True)
class Plugin:
    """The plugin as this process has it.

    Attributes:
        version: of the distribution; empty when it is not installed.
        devices: onnxruntime's device objects for the processor; empty when it cannot be used.
        state: one sentence.
    """

    version: str
    devices: tuple[Any, ...]
    state: str

    @property
    def is_usable(self) -> bool:
        """Whether graphs can be given to it."""
        return bool(self.devices)

    @property
    def has_bfloat16(self) -> bool:
        """Whether it says that this processor calculates in bfloat16; elsewhere it ignores it."""
        texts = [d.ep_metadata.get("OPTIMIZATION_CAPABILITIES", "BF16") for d in self.devices]
        return any("BF16" in text.split() for text in texts)


def plugin() -> Plugin:
    """Return the plugin, registered with onnxruntime once per process."""
    global _found
    with _lock:
        if _found is None:
            _found = _register()
        return _found


def add_to(options: ort.SessionOptions, precision: str, threads: int) -> None:
    """Have a session run on the plugin.

    Args:
        options: of the session.
        precision: "f32" or "bf16".
        threads: of one run.
    """
    config = {
        "INFERENCE_PRECISION_HINT": precision,
        # The plugin ignores `num_of_threads` and onnxruntime's own number of threads.
        "INFERENCE_NUM_THREADS": str(threads),
        "NUM_STREAMS": "1",
        # Pinned threads of two workers, or of the window, would queue for the same cores.
        "ENABLE_CPU_PINNING": "NO",
    }
    options.add_provider_for_devices(
        list(plugin().devices), {"load_config": json.dumps({"CPU": config})}
    )


def _register() -> Plugin:
    if importlib.util.find_spec(_MODULE) is None:
        return Plugin("", (), "The OpenVINO plugin is not installed.")
    try:
        version = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        version = "unknown"
    try:
        module = importlib.import_module(_MODULE)
        ort.register_execution_provider_library(DISTRIBUTION, module.get_library_path())
        name = module.get_ep_name()
        offered = [device for device in ort.get_ep_devices() if device.ep_name == name]
    except Exception as error:  # noqa: BLE001 - whatever a foreign library raises, it is just absent
        return Plugin(version, (), f"The OpenVINO plugin does not load: {error}")
    cpu = ort.OrtHardwareDeviceType.CPU
    devices = tuple(device for device in offered if device.device.type == cpu)
    if not devices:
        # Up to 1.8 the plugin offers processors of Intel alone, although OpenVINO runs on others.
        return Plugin(
            version,
            (),
            f"The OpenVINO plugin {version} offers nothing for {processor().name}.",
        )
    return Plugin(version, devices, f"OpenVINO plugin {version} can be used.")
