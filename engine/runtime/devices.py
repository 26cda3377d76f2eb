"""The report on what this machine calculates with, for the window, `doctor` and bug reports."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import onnxruntime as ort
import psutil

from engine.runtime import cuda, openvino
from engine.runtime.choices import Choices
from engine.runtime.machine import free_memory, processor, usable_cores
from engine.spec.devices import DeviceReport

_RUNTIMES = ("onnxruntime", "onnxruntime-gpu")
# Others that install into the same folder and so break the one that is meant.
_INTRUDERS = ("onnxruntime-openvino", "onnxruntime-directml", "onnxruntime-training", "ort-nightly")


def device_report(cache: Path | None = None) -> DeviceReport:
    """Return what this machine calculates with; takes milliseconds and prints nothing.

    Args:
        cache: folder whose remembered choices are listed; None lists none.
    """
    machine = processor()
    found = installed_runtimes()
    fault = runtime_fault(found, getattr(ort, "__version__", ""))
    compiler = openvino.library()
    nvidia = cuda.cuda_state()
    choices = Choices(cache)
    return DeviceReport(
        processor=machine.name,
        logical=machine.logical,
        physical=machine.physical,
        usable=usable_cores(),
        flags=machine.flags,
        memory_mb=psutil.virtual_memory().total / 2**20,
        free_mb=free_memory() / 2**20,
        onnxruntime="" if fault else ort.__version__,
        onnxruntime_distributions=tuple(f"{name} {version}" for name, version in found.items()),
        onnxruntime_fault=fault,
        openvino=compiler.version if compiler.is_usable else "",
        openvino_state=compiler.state,
        cuda=nvidia.is_usable,
        cuda_state=nvidia.sentence,
        free_vram_mb=cuda.free_vram() / 2**20,
        choices=choices.all(),
        crashed=choices.crashed(),
    )


def installed_runtimes() -> dict[str, str]:
    """Return the version of each installed distribution that brings an onnxruntime."""
    found: dict[str, str] = {}
    for name in (*_RUNTIMES, *_INTRUDERS):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def runtime_fault(found: dict[str, str], imported: str) -> str:
    """Return what is wrong with an installation of ONNX Runtime, and what to do; empty if nothing.

    All distributions write into one folder: the last one installed wins, and removing either
    leaves an empty module behind.

    Args:
        found: version by distribution.
        imported: the version that the imported module says of itself, or empty.
    """
    names = ", ".join(found)
    if not found and imported:
        return ""  # a packaged application carries the files without their metadata
    if not found:
        return "ONNX Runtime is not installed: install Gesso again."
    if len(found) > 1:
        return (
            f"{names} overwrite each other: uninstall all of them, "
            "then install only the one that Gesso needs."
        )
    if imported not in found.values():
        return f"{names} is installed in part: uninstall it and install it again."
    return ""
