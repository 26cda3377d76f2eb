"""`gesso jobs`: what was queued, here and in the studio."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import results
from engine.cli.exits import Exit
from engine.cli.naming import free_path, result_suffix
from engine.cli.report import Report, table
from engine.cli.saving import Saving
from engine.cli.session import Follower, open_engine
from engine.cli.settings import run_options
from engine.errors import ParameterError
from engine.spec.job import Job, JobState
from engine.spec.task import RunOptions

if TYPE_CHECKING:
    from engine.api import Engine


def run(namespace: argparse.Namespace, report: Report) -> int:
    """Run one action on the list of jobs."""
    with open_engine(report) as engine:
        report.end_progress()
        if namespace.action == "list":
            return _list(engine, report)
        if namespace.action == "clear":
            return _clear(engine, namespace, report)
        return _retry(engine, namespace, report)


def find_job(jobs: tuple[Job, ...], text: str) -> Job:
    """Return the job whose id is or ends or begins with `text`.

    Raises:
        ParameterError: there is none, or there are several.
    """
    exact = [job for job in jobs if job.id == text]
    near = exact or [job for job in jobs if job.id.startswith(text) or job.id.endswith(text)]
    if len(near) == 1:
        return near[0]
    if near:
        raise ParameterError(
            f"{text!r} fits {len(near)} jobs.", field="job", hint="Write more of the id."
        )
    raise ParameterError(
        f"There is no job {text!r}.", field="job", hint="The command `gesso jobs list` shows them."
    )


def _list(engine: Engine, report: Report) -> int:
    jobs = engine.jobs()
    report.document({"jobs": jobs})
    if not jobs:
        report.text("No jobs are remembered.")
        return Exit.OK
    rows = [("JOB", "WHEN", "STATE", "TASK", "WHAT")]
    for job in jobs:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created_s))
        what = job.label + (f": {job.error.message}" if job.error else "")
        rows.append((job.id, when, job.state.value, job.task, what))
    for line in table(rows):
        report.text(line)
    return Exit.OK


def _clear(engine: Engine, namespace: argparse.Namespace, report: Report) -> int:
    jobs = engine.jobs()
    chosen = [find_job(jobs, text) for text in namespace.jobs] or [
        job for job in jobs if job.state.is_final
    ]
    for job in chosen:
        engine.remove(job.id)
    report.document({"cleared": [job.id for job in chosen]})
    report.text(f"{len(chosen)} jobs were taken off the list.")
    return Exit.OK


def _retry(engine: Engine, namespace: argparse.Namespace, report: Report) -> int:
    old = find_job(engine.jobs(), namespace.job)
    if namespace.output:
        result_suffix(None, Path(namespace.output).suffix)
    chosen = run_options(namespace)
    with Follower(engine, report) as follower:
        if old.state is not JobState.DONE:
            # Options that were not given are the job's own.
            job = engine.retry(old.id, options=chosen if chosen != RunOptions() else None)
            follower.follow(job, f"{job.label}  ")
            job = follower.wait(job.id)
        else:
            job = old
    wanted = Path(namespace.output).expanduser() if namespace.output else None
    source = Path(job.label or "picture")
    if wanted is None:
        wanted = free_path(Path.cwd() / f"{source.stem}-again{result_suffix(source)}")
    output = results.save(engine, job, wanted, Saving(), overwrite=namespace.output is not None)
    engine.remove(job.id)
    item = results.made(job.label, str(output), job)
    results.tell(report, item)
    report.document({"results": [item]})
    return Exit.OK
