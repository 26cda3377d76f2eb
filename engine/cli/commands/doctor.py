"""`gesso doctor`: what runs where on this machine, what is missing, and how to get it."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from engine import __version__
from engine.cli.exits import Exit
from engine.cli.report import Report, size_text, table
from engine.cli.session import open_engine
from engine.errors import EngineError
from engine.models.catalog import Catalog
from engine.models.info import ModelInfo
from engine.models.styles import all_styles
from engine.paths import Folders, is_frozen, resources

_PACKAGES = ("numpy", "onnx", "pillow", "tifffile", "msgspec", "psutil", "PySide6-Essentials")
_RUNTIMES = ("onnxruntime", "onnxruntime-gpu")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it should be.

    Attributes:
        what: one sentence.
        remedy: what to do.
        is_serious: Gesso cannot do its main job.
    """

    what: str
    remedy: str = ""
    is_serious: bool = True


def run(namespace: argparse.Namespace, report: Report) -> int:
    """Look at everything and tell; the exit code says whether the main job can be done."""
    del namespace
    folders = Folders.of_user()
    findings: list[Finding] = []
    versions = package_versions(findings)
    places = _places(folders, findings)
    models = Catalog(folders).models()
    findings += model_findings(models)
    styles = _styles(models, findings)
    device = _device(report, findings)
    document = {
        "gesso": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "resources": str(resources()),
        "packages": versions,
        "folders": places,
        "models": models,
        "styles": len(styles),
        "devices": device,
        "findings": findings,
    }
    report.document(msgspec.to_builtins(document))
    _show(report, document, findings)
    return Exit.FAILED if any(f.is_serious for f in findings) else Exit.OK


def package_versions(findings: list[Finding]) -> dict[str, str]:
    """Return the versions of what Gesso needs; add what is missing or doubled."""
    versions: dict[str, str] = {}
    for name in (*_PACKAGES, *_RUNTIMES, "openvino"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    if is_frozen():
        return versions
    findings += [
        Finding(
            what=f"The package {name} is not installed.",
            remedy=f"pip install {name}",
            is_serious=name != "PySide6-Essentials",
        )
        for name in _PACKAGES
        if name not in versions
    ]
    runtimes = [name for name in _RUNTIMES if name in versions]
    if len(runtimes) != 1:
        what = (
            "No ONNX Runtime is installed."
            if not runtimes
            else f"{' and '.join(runtimes)} are both installed and overwrite each other."
        )
        remedy = f"pip uninstall -y {' '.join(runtimes)}; " if runtimes else ""
        remedy += "pip install --no-deps onnxruntime-gpu"
        findings.append(Finding(what=what, remedy=remedy))
    return versions


def model_findings(models: tuple[ModelInfo, ...]) -> list[Finding]:
    """Return what is wrong with models; only those that ship with Gesso are serious."""
    return [
        Finding(
            what=f"The model {model.id} is {model.state.value}.",
            remedy=model.reason,
            is_serious=model.origin != "folder",
        )
        for model in models
        if not model.is_available
    ]


def _places(folders: Folders, findings: list[Finding]) -> dict[str, dict[str, Any]]:
    places: dict[str, dict[str, Any]] = {}
    for name in ("config", "data", "cache", "state", "library"):
        path: Path = getattr(folders, name)
        there = next(p for p in (path, *path.parents) if p.exists())
        free = shutil.disk_usage(there).free
        writable = os.access(there, os.W_OK)
        places[name] = {"path": str(path), "free_bytes": free, "writable": writable}
        if not writable:
            findings.append(
                Finding(
                    what=f"The folder {path} cannot be written.",
                    remedy="Change its rights, or set GESSO_HOME to a folder of yours.",
                )
            )
        elif free < 1_000_000_000:
            findings.append(
                Finding(
                    what=f"Only {size_text(free)} are free at {path}.",
                    remedy="Make room on that disk.",
                    is_serious=False,
                )
            )
    return places


def _styles(models: tuple[ModelInfo, ...], findings: list[Finding]) -> tuple[Any, ...]:
    try:
        styles = all_styles(models)
    except EngineError as error:
        findings.append(Finding(what=error.message, remedy=error.hint))
        return ()
    if not styles:
        findings.append(
            Finding(
                what="No styles ship with this Gesso.",
                remedy="Install Gesso again, or use any picture file as the style.",
                is_serious=False,
            )
        )
    return styles


def _device(report: Report, findings: list[Finding]) -> dict[str, Any]:
    report.progress("Asking the engine what it can calculate on")
    try:
        with open_engine(report) as engine:
            device: dict[str, Any] = msgspec.to_builtins(engine.device_report())
    except EngineError as error:
        findings.append(Finding(what=error.message, remedy=error.hint))
        return {}
    finally:
        report.end_progress()
    if fault := device.get("onnxruntime_fault"):
        findings.append(Finding(what=str(fault)))
    return device


def _show(report: Report, document: dict[str, Any], findings: list[Finding]) -> None:
    device = document["devices"]
    rows = [
        ("Gesso", f"{__version__} on Python {document['python']} ({sys.executable})"),
        ("system", document["system"]),
    ]
    if device:
        flags = ", ".join(device["flags"])
        rows += [
            (
                "processor",
                f"{device['processor']}, {device['physical']} cores, {device['usable']} usable"
                + (f" ({flags})" if flags else ""),
            ),
            (
                "memory",
                f"{size_text(device['memory_mb'] * 2**20)}, "
                f"{size_text(device['free_mb'] * 2**20)} free",
            ),
            ("CPU", f"ONNX Runtime {device['onnxruntime'] or 'not usable'}"),
            ("OpenVINO", device["openvino_state"] or device["openvino"]),
            ("CUDA", device["cuda_state"]),
        ]
        rows += [
            (
                "fastest",
                f"{choice['kind']}: {choice['candidate']}, {choice['threads']} threads",
            )
            for choice in device["choices"]
        ]
        rows += [
            ("not used", f"{crashed['candidate']} for {crashed['kind']}: it ended the process once")
            for crashed in device["crashed"]
        ]
    rows += [("model", f"{m.id}, {m.state.value}") for m in document["models"]]
    rows.append(("styles", f"{document['styles']} by name, and any picture"))
    rows += [
        (name, f"{place['path']}, {size_text(place['free_bytes'])} free")
        for name, place in document["folders"].items()
    ]
    for line in table([row for row in rows if row[1]]):
        report.text(line)
    report.text()
    if not findings:
        report.text("Nothing is missing.")
    for finding in findings:
        report.text(f"{'PROBLEM' if finding.is_serious else 'Note'}: {finding.what}")
        if finding.remedy:
            report.text(f"  {finding.remedy}")
