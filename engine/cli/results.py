"""From a finished job to a file, and to what is said about it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.cli.report import Report, seconds_text, size_text
from engine.cli.saving import Saving
from engine.errors import AssetError, EngineError
from engine.spec.job import Estimate, Job
from engine.spec.results import ImageResult, Ran

if TYPE_CHECKING:
    from engine.api import Engine


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """One picture that was made, as `--json` tells of it.

    Attributes:
        input, output: paths; "-" for standard input and output.
        width, height: of the result, in pixels.
        seconds, cpu_seconds, peak_mb: measured.
        estimate: what was expected; None if nothing was.
        ran: what calculated.
        notes: one sentence each.
    """

    input: str
    output: str
    width: int
    height: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    estimate: Estimate | None
    ran: tuple[Ran, ...]
    notes: tuple[str, ...]


class NotMade(msgspec.Struct, frozen=True, kw_only=True):
    """One picture that was not made, as `--json` tells of it."""

    input: str
    code: str
    message: str
    hint: str = ""


def picture_of(job: Job) -> ImageResult:
    """Return the result of a job that makes a picture.

    Raises:
        AssetError: it made none.
    """
    if not isinstance(job.result, ImageResult):
        raise AssetError("This job made no picture.")
    return job.result


def save(
    engine: Engine, job: Job, target: Path, saving: Saving, *, overwrite: bool = False
) -> Path:
    """Write a job's picture and return where it lies.

    Args:
        engine: holds the picture.
        job: done.
        target: the suffix decides the format.
        saving: how to write it.
        overwrite: replace a file that is there; else the new one gets a number.

    Raises:
        AssetError: it cannot be written.
    """
    picture = picture_of(job)
    options = saving.options(target.suffix, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AssetError(f"The folder {target.parent} cannot be made: {error.strerror}.") from error
    return engine.export(picture.image, target, options, saving.recipe(engine, job))


def pour(engine: Engine, job: Job, suffix: str, saving: Saving) -> None:
    """Write a job's picture to standard output.

    Raises:
        AssetError: it cannot be encoded.
    """
    scratch = engine.folders.scratch
    try:
        scratch.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AssetError(f"The folder {scratch} cannot be made: {error.strerror}.") from error
    # The name says whose it is, so that it is swept if this process is killed.
    with tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-", dir=scratch) as folder:
        path = save(engine, job, Path(folder) / f"result{suffix}", saving)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def made(source: str, output: str, job: Job) -> Made:
    """Return what to say of a finished job."""
    result = picture_of(job)
    return Made(
        input=source,
        output=output,
        width=result.width,
        height=result.height,
        seconds=result.seconds,
        cpu_seconds=result.cpu_seconds,
        peak_mb=result.peak_mb,
        estimate=job.estimate,
        ran=result.ran,
        notes=result.notes,
    )


def not_made(source: str, error: EngineError) -> NotMade:
    """Return what to say of a job that failed."""
    return NotMade(input=source, code=error.code, message=error.message, hint=error.hint)


def tell(report: Report, item: Made, *, to_stderr: bool = False) -> None:
    """Say what was made, on what it ran, and what the user should know."""
    took = f"{seconds_text(item.seconds)}, {size_text(item.peak_mb * 2**20)} at most"
    line = f"{item.input} -> {item.output}  ({item.width} x {item.height}, {took})"
    if to_stderr:
        report.note(line)
    else:
        report.text(line)
    for ran in item.ran:
        report.note(f"  ran on {ran.summary()}" + (f". {ran.note}" if ran.note else ""))
    for note in item.notes:
        report.note(f"  {note}")


def tell_failure(report: Report, source: str, error: EngineError) -> None:
    """Say what was not made, and why."""
    report.error(f"{source}: {error.message}")
    if error.hint:
        report.error(f"  {error.hint}")


def as_data(value: Any) -> Any:
    """Return a struct as plain data, for JSON documents that hold more than it."""
    return msgspec.to_builtins(value)
