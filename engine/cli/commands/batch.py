"""`gesso batch`: repaint many pictures; one that fails does not stop the others."""

from __future__ import annotations

import argparse
import functools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from engine.cli import results
from engine.cli.batch_state import BatchState, settings_digest, stamp_of
from engine.cli.commands.stylize import Run
from engine.cli.exits import Exit, exit_of, exit_of_many
from engine.cli.inputs import expand
from engine.cli.naming import checked_template, file_name, result_suffix
from engine.cli.report import Report, seconds_text
from engine.cli.saving import Saving
from engine.cli.session import Follower, open_engine
from engine.cli.settings import run_options, settings_of
from engine.errors import AssetError, EngineError, ParameterError
from engine.spec.job import Estimate, Job

_AHEAD = 2
"""Jobs in the queue at once: one paints while the one before it is written."""


@dataclass(frozen=True)
class Piece:
    """One picture of a batch."""

    number: int
    source: Path
    target: Path


@dataclass
class Tally:
    """What became of the pieces."""

    total: int
    done: list[results.Made] = field(default_factory=list)
    failed: list[results.NotMade] = field(default_factory=list)
    codes: list[Exit] = field(default_factory=list)
    skipped: int = 0

    def fail(self, report: Report, source: str, error: EngineError) -> None:
        """Count and tell a failure."""
        results.tell_failure(report, source, error)
        row = results.not_made(source, error)
        report.json_line({"failed": row})
        self.failed.append(row)
        self.codes.append(exit_of(error))


def run(namespace: argparse.Namespace, report: Report) -> int:
    """Repaint every picture that the inputs stand for."""
    template = checked_template(namespace.name)
    result_suffix(None, namespace.format or "")
    folder = Path(namespace.out_dir).expanduser()
    sources, missing = expand(namespace.inputs, recursive=namespace.recursive, leave_out=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AssetError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    state = BatchState(folder)
    tally = Tally(total=len(sources))
    for absent in missing:
        tally.fail(report, absent.asset, absent)
    with open_engine(report) as engine:
        settings = settings_of(namespace, engine)
        saving = Saving.of(namespace, settings.names)
        work = Run(engine, settings, run_options(namespace), saving, report)
        digest = settings_digest(settings.values, saving.plain(), namespace.format or "")
        names = functools.partial(
            file_name,
            template,
            style=settings.label,
            strength=float(settings.values.get("strength", 1.0)),
        )
        pieces = plan(sources, folder, names, namespace.format or "", state)
        if namespace.resume:
            left = [piece for piece in pieces if not state.is_done(piece.source, digest)]
            tally.skipped = len(pieces) - len(left)
            pieces = left
        _refuse_to_replace(pieces, state, namespace)
        try:
            _paint(work, pieces, tally, state, digest)
        finally:
            _summary(report, tally)
    return exit_of_many(len(tally.done) + tally.skipped, tally.codes)


def plan(
    sources: list[Path],
    folder: Path,
    name_of: Callable[..., str],
    wanted: str,
    state: BatchState,
) -> list[Piece]:
    """Return where each result goes; a source keeps the name that an earlier run gave it.

    Args:
        sources: in their order, which gives the counter.
        folder: of the results.
        name_of: (name, counter) -> file name without suffix.
        wanted: suffix, or empty for the source's own.
        state: what an earlier run did.
    """
    names = {source: state.output_of(source) for source in sources}
    taken = {path for path in names.values() if path is not None}
    pieces = []
    for number, source in enumerate(sources, start=1):
        suffix = result_suffix(source, wanted)
        stem = name_of(name=source.stem, counter=number)
        target, again = folder / (stem + suffix), 2
        earlier = names[source]
        # The earlier name counts only if it is this name: "x.png", or "x-2.png" for a double.
        if earlier is not None and _is_double(earlier, target):
            target = earlier
        else:
            while target in taken:
                target, again = folder / f"{stem}-{again}{suffix}", again + 1
        taken.add(target)
        pieces.append(Piece(number, source, target))
    return pieces


def _is_double(earlier: Path, target: Path) -> bool:
    if earlier.suffix != target.suffix:
        return False
    rest = earlier.stem.removeprefix(target.stem)
    return earlier.stem.startswith(target.stem) and (
        not rest or (rest[0] == "-" and rest[1:].isdigit())
    )


def _refuse_to_replace(
    pieces: list[Piece], state: BatchState, namespace: argparse.Namespace
) -> None:
    """Refuse before the work if results would be lost that this batch did not make."""
    if namespace.overwrite:
        return
    there = [piece for piece in pieces if piece.target.exists()]
    if namespace.resume:
        # Its own earlier results, made with other settings or from an older photo, may go.
        there = [piece for piece in there if state.output_of(piece.source) != piece.target]
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise ParameterError(
            f"{there[0].target}{more} would be replaced.",
            field="overwrite",
            hint="Use --resume to leave out what is finished, --overwrite to replace it, "
            "or another --name or --out-dir.",
        )


def _paint(work: Run, pieces: list[Piece], tally: Tally, state: BatchState, digest: str) -> None:
    """Run every piece, a few ahead, and write each result as it is done."""
    waiting = deque(pieces)
    running: deque[tuple[Piece, Job, tuple[int, int]]] = deque()
    is_told = False
    with Follower(work.engine, work.report) as follower:
        while waiting or running:
            while waiting and len(running) < _AHEAD:
                piece = waiting.popleft()
                try:
                    stamp = stamp_of(piece.source)
                    work.engine.picture_info(piece.source)
                    content = work.engine.import_file(piece.source)
                    params = work.settings.params(content)
                    if not is_told:
                        _foretell(work, work.engine.estimate(params, work.options), len(pieces))
                        is_told = True
                    label = piece.source.name
                    job = work.engine.submit(params, options=work.options, label=label)
                except EngineError as error:
                    tally.fail(work.report, str(piece.source), error)
                    continue
                names = {**work.settings.names, content: label}
                follower.follow(job, f"{piece.number}/{tally.total} {label}  ", names)
                running.append((piece, job, stamp))
            if not running:
                continue
            piece, job, stamp = running.popleft()
            try:
                finished = follower.wait(job.id)
                # Whatever is there now was agreed to be replaced before the work began.
                output = results.save(
                    work.engine, finished, piece.target, work.saving, overwrite=True
                )
                state.record(piece.source, stamp, digest, output)
            except EngineError as error:
                tally.fail(work.report, str(piece.source), error)
                continue
            except OSError as error:
                failure = AssetError(f"{piece.target} cannot be written: {error.strerror}.")
                tally.fail(work.report, str(piece.source), failure)
                continue
            work.engine.remove(job.id)
            item = results.made(str(piece.source), str(output), finished)
            results.tell(work.report, item)
            work.report.json_line({"done": item})
            tally.done.append(item)


def _foretell(work: Run, estimate: Estimate, count: int) -> None:
    whole = msgspec.structs.replace(estimate, seconds=estimate.seconds * count)
    about = "" if estimate.runs else ", a guess"
    work.report.note(
        f"{count} pictures, about {seconds_text(whole.seconds)} if all are like the first{about}."
    )


def _summary(report: Report, tally: Tally) -> None:
    parts = [f"{len(tally.done)} done"]
    if tally.skipped:
        parts.append(f"{tally.skipped} were finished before")
    if tally.failed:
        parts.append(f"{len(tally.failed)} failed")
    unseen = tally.total - len(tally.done) - tally.skipped - len(tally.failed)
    report.text(", ".join(parts) + ".")
    for row in tally.failed:
        report.text(f"  failed: {row.input}: {row.message}")
    if unseen > 0:
        report.note(f"{unseen} were not reached. Run it again with --resume to go on.")
    report.json_line(
        {
            "summary": {
                "done": len(tally.done),
                "skipped": tally.skipped,
                "failed": len(tally.failed),
            }
        }
    )
