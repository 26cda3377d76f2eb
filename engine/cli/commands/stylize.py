"""`gesso stylize`: repaint one or a few pictures."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import results
from engine.cli.exits import exit_of, exit_of_many
from engine.cli.inputs import STANDARD, existing_file, sniff_suffix
from engine.cli.naming import DEFAULT_TEMPLATE, file_name, free_path, result_suffix
from engine.cli.report import Report
from engine.cli.saving import Saving
from engine.cli.session import Follower, estimate_text, open_engine
from engine.cli.settings import Settings, run_options, settings_of
from engine.errors import AssetError, Cancelled, EngineError, ParameterError
from engine.spec.results import AssetId
from engine.spec.task import RunOptions

if TYPE_CHECKING:
    from engine.api import Engine


@dataclass(frozen=True)
class Target:
    """Where a result goes.

    Attributes:
        path: the file, or None for standard output.
        suffix: of the format.
        overwrite: the user named this very file, so it may be replaced.
    """

    path: Path | None
    suffix: str
    overwrite: bool = False

    @property
    def shown(self) -> str:
        """What messages call it."""
        return STANDARD if self.path is None else str(self.path)


@dataclass(frozen=True)
class Run:
    """What the pictures of one command share."""

    engine: Engine
    settings: Settings
    options: RunOptions
    saving: Saving
    report: Report


def run(namespace: argparse.Namespace, report: Report) -> int:
    """Repaint every photo and write the results."""
    photos: list[str] = namespace.photos
    _check_output(photos, namespace)
    done: list[results.Made] = []
    failed: list[results.NotMade] = []
    errors: list[EngineError] = []
    with open_engine(report) as engine:
        settings = settings_of(namespace, engine)
        saving = Saving.of(namespace, settings.names)
        work = Run(engine, settings, run_options(namespace), saving, report)
        for photo in photos:
            try:
                target = target_of(photo, namespace, settings.label, many=len(photos) > 1)
                item = stylize_one(work, photo, target)
            except Cancelled:
                raise
            except EngineError as error:
                if len(photos) == 1:
                    raise
                results.tell_failure(report, photo, error)
                failed.append(results.not_made(photo, error))
                errors.append(error)
            else:
                results.tell(report, item, to_stderr=target.path is None)
                done.append(item)
    report.document({"results": done, "failed": failed})
    return exit_of_many(len(done), [exit_of(error) for error in errors])


def stylize_one(work: Run, photo: str, target: Target) -> results.Made:
    """Repaint one picture and write it.

    Raises:
        EngineError: it could not be done.
    """
    content, label = content_of(work.engine, photo)
    params = work.settings.params(content)
    work.report.end_progress()
    work.report.note(f"{label}: {estimate_text(work.engine.estimate(params, work.options))}")
    with Follower(work.engine, work.report) as follower:
        job = work.engine.submit(params, options=work.options, label=label)
        follower.follow(job, f"{label}  ", {**work.settings.names, content: label})
        job = follower.wait(job.id)
    if target.path is None:
        results.pour(work.engine, job, target.suffix, work.saving)
        output = STANDARD
    else:
        path = results.save(work.engine, job, target.path, work.saving, overwrite=target.overwrite)
        output = str(path)
    work.engine.remove(job.id)
    return results.made(photo, output, job)


def target_of(photo: str, namespace: argparse.Namespace, label: str, *, many: bool) -> Target:
    """Return where the result of `photo` goes.

    Raises:
        ParameterError: the format is none that Gesso writes.
    """
    wanted: str = namespace.format or ""
    output: str | None = namespace.output
    source = None if photo == STANDARD else Path(photo)
    if output is None and source is None:
        output = STANDARD
    if output == STANDARD:
        return Target(None, result_suffix(None, wanted))
    stem = file_name(DEFAULT_TEMPLATE, name=source.stem if source else "picture", style=label)
    if output is None:
        assert source is not None
        suffix = result_suffix(source, wanted)
        return Target(free_path(source.with_name(stem + suffix)), suffix)
    path = Path(output).expanduser()
    if many or path.is_dir() or output.endswith(("/", "\\")):
        suffix = result_suffix(source, wanted)
        return Target(free_path(path / (stem + suffix)), suffix)
    suffix = result_suffix(None, path.suffix or wanted)
    named = path if path.suffix else path.with_name(path.name + suffix)
    return Target(named, suffix, overwrite=True)


def _check_output(photos: list[str], namespace: argparse.Namespace) -> None:
    """Refuse what cannot work before anything is started."""
    output: str | None = namespace.output
    to_stdout = output == STANDARD or (output is None and STANDARD in photos)
    result_suffix(None, namespace.format or "")
    if photos.count(STANDARD) > 1:
        raise ParameterError("Standard input can be read once only.", field="photos")
    if to_stdout and len(photos) > 1:
        raise ParameterError(
            "Only one picture can go to standard output.",
            field="output",
            hint="Name a folder with -o.",
        )
    if to_stdout and namespace.json:
        raise ParameterError(
            "The picture and the JSON cannot both go to standard output.",
            field="output",
            hint="Name a file with -o.",
        )
    if to_stdout and sys.stdout.isatty():
        raise ParameterError(
            "A picture is not shown in a terminal.",
            field="output",
            hint="Name a file with -o, or pipe the output into one.",
        )
    is_folder = output is not None and (Path(output).is_dir() or output.endswith(("/", "\\")))
    if output is not None and not to_stdout and not is_folder:
        if len(photos) > 1 and Path(output).suffix:
            raise ParameterError(
                f"{len(photos)} pictures cannot all be written to {output}.",
                field="output",
                hint="Name a folder with -o.",
            )
        result_suffix(None, Path(output).suffix)


def content_of(engine: Engine, photo: str) -> tuple[AssetId, str]:
    """Return a picture in the store, and what lists call it.

    Args:
        engine: takes it in.
        photo: a path, or "-" for standard input.

    Raises:
        AssetError: it is not there, or is no picture.
    """
    if photo != STANDARD:
        path = existing_file(photo, what="picture")
        engine.picture_info(path)
        return engine.import_file(path), path.name
    if sys.stdin.isatty():
        raise AssetError(
            "- reads a picture from standard input, and nothing is piped into it.",
            hint="Try: cat photo.jpg | gesso stylize - --style ember -o out.png",
        )
    data = sys.stdin.buffer.read()
    return engine.import_bytes(data, sniff_suffix(data)), "standard input"
