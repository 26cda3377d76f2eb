"""`gesso models`: what can paint, under which terms, and whether it is whole."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from engine.cli.exits import Exit
from engine.cli.inputs import existing_file
from engine.cli.report import Report, size_text, table
from engine.cli.session import open_engine
from engine.errors import ModelError
from engine.models.catalog import Catalog
from engine.models.info import ModelInfo
from engine.models.licences import licence_text, notices
from engine.paths import Folders

_COMMERCIAL = {
    "yes": "results may be sold",
    "no": "results may not be sold",
    "unknown": "nobody said whether results may be sold",
}


def run(namespace: argparse.Namespace, report: Report) -> int:
    """Run one action on models; those that only read start no engine."""
    action: str = namespace.action
    if action == "add":
        return _add(namespace, report)
    actions: dict[str, Callable[[argparse.Namespace, Report, Catalog], int]] = {
        "list": _list,
        "show": _show,
        "remove": _remove,
        "verify": _verify,
        "licences": _licences,
        "accept": _accept,
    }
    return actions[action](namespace, report, Catalog(Folders.of_user()))


def _list(namespace: argparse.Namespace, report: Report, catalog: Catalog) -> int:
    models = catalog.models()
    report.document({"models": models})
    rows = [("MODEL", "NAME", "SIZE", "LICENCE", "STATE")]
    rows += [(m.id, m.name, size_text(m.size), m.licence or "?", m.state.value) for m in models]
    for line in table(rows):
        report.text(line)
    for model in models:
        if model.reason:
            report.text(f"{model.id}: {model.reason}")
    return Exit.OK


def _show(namespace: argparse.Namespace, report: Report, catalog: Catalog) -> int:
    model = catalog.info(namespace.model)
    manifest = catalog.manifest(namespace.model) if model.kind is not None else None
    report.document({"model": model, "manifest": manifest})
    rows = [
        ("name", model.name),
        ("summary", model.summary),
        ("state", f"{model.state.value}. {model.reason}".removesuffix(". ")),
        ("runs as", model.arch),
        ("licence", f"{model.licence}; {_COMMERCIAL.get(model.commercial, '')}"),
        ("to name", model.attribution),
        ("origin", model.note),
        ("made by", manifest.recipe if manifest else ""),
        ("from", f"{model.origin}, {model.path}"),
    ]
    rows += [
        (file.role, f"{file.path}, {size_text(file.size)}, sha256 {file.sha256}")
        for file in (manifest.files if manifest else ())
    ]
    for line in table([row for row in rows if row[1]]):
        report.text(line)
    return Exit.OK


def _add(namespace: argparse.Namespace, report: Report) -> int:
    path = existing_file(namespace.file)
    if path.suffix.lower() != ".onnx":
        raise ModelError(
            f"{path.name} is not an ONNX file.",
            hint="Gesso takes style networks as .onnx files and runs no others.",
        )
    with open_engine(report) as engine:
        report.progress(f"Reading {path.name}")
        model = engine.add_model(path.resolve())
    report.document({"model": model})
    report.text(f"Added {model.id}: {model.summary}")
    if model.commercial != "yes":
        report.text(f"Licence: {model.note or _COMMERCIAL[model.commercial]}")
    report.text(f"Try it: gesso stylize PHOTO --style {model.id}")
    return Exit.OK


def _remove(namespace: argparse.Namespace, report: Report, catalog: Catalog) -> int:
    target = catalog.remove(namespace.model)
    report.document({"removed": namespace.model, "kept": str(target)})
    report.text(f"Removed {namespace.model}. Its files were moved to {target}")
    return Exit.OK


def _verify(namespace: argparse.Namespace, report: Report, catalog: Catalog) -> int:
    wanted: list[str] = namespace.models or [model.id for model in catalog.models()]
    results: list[ModelInfo] = []
    for model_id in wanted:
        report.progress(f"Reading {model_id}")
        results.append(catalog.verify(model_id))
    report.document({"models": results})
    for model in results:
        report.text(f"{model.id}: {'whole' if model.is_available else model.reason}")
    return Exit.OK if all(model.is_available for model in results) else Exit.MODEL


def _licences(namespace: argparse.Namespace, report: Report, catalog: Catalog) -> int:
    if namespace.text:
        manifest = catalog.manifest(namespace.text)
        text = licence_text(manifest, Path(catalog.info(namespace.text).path))
        report.document({"model": manifest.id, "licence": manifest.licence, "text": text})
        report.text(text or f"No text of {manifest.licence.spdx} came with this model.")
        return Exit.OK
    found = notices(catalog.models())
    report.document({"licences": found})
    for notice in found:
        report.text(f"{notice.licence}: {_COMMERCIAL[notice.commercial]}")
        for line in (*notice.models, *notice.attributions):
            report.text(f"  {line}")
    return Exit.OK


def _accept(namespace: argparse.Namespace, report: Report, catalog: Catalog) -> int:
    model = catalog.consent(namespace.model)
    report.document({"model": model})
    report.text(f"Accepted {model.licence} for {model.id}. It is {model.state.value} now.")
    return Exit.OK
