"""`gesso demo`: the main job on the samples that ship with Gesso."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.demo import PARTS, Made, Stage, sample_credits, table
from engine.cli.exits import Exit
from engine.cli.report import Report
from engine.cli.session import Follower, open_engine
from engine.cli.settings import Intake, run_options, style_values
from engine.cli.style_argument import parse_style
from engine.errors import AssetError
from engine.spec.job import Job
from engine.spec.task import TaskParams
from engine.tasks.stylize import StyleUse


def run(namespace: argparse.Namespace, report: Report) -> int:
    """Run every part of the demo and print what was made."""
    out = Path(namespace.out_dir).expanduser()
    options = run_options(namespace)
    rows: list[Made] = []
    try:
        credits_ = sample_credits()
    except OSError as error:
        raise AssetError(
            "No sample photographs ship with this Gesso.",
            hint="Use your own: gesso stylize photo.jpg --style ember",
        ) from error
    with open_engine(report) as engine:

        def finished(params: TaskParams, label: str, title: str) -> Job:
            with Follower(engine, report) as follower:
                job = engine.submit(params, options=options, label=label)
                follower.follow(job, f"{title}  ")
                job = follower.wait(job.id)
            engine.remove(job.id)
            return job

        arguments = [parse_style(text) for text in namespace.styles or []]
        uses = tuple(StyleUse(**value) for value in style_values(arguments, Intake(engine)))
        stage = Stage(engine, out, options, uses, finished)
        for part in PARTS:
            for row in part(stage):
                report.note(f"{row.what}: {row.seconds:.2f} s")
                rows.append(row)
    report.document({"results": [{**vars(row), "path": str(row.path)} for row in rows]})
    report.text(table(rows))
    report.text()
    report.text(f"The pictures are in {out.resolve()}")
    report.text("The photographs:")
    for line in credits_.splitlines():
        report.text(f"  {line}")
    return Exit.OK
