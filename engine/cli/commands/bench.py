"""`gesso bench`: how long the main job takes on this machine, measured by doing it."""

from __future__ import annotations

import argparse
import statistics
import struct
import zlib

import msgspec

from engine.cli.exits import Exit
from engine.cli.report import Report, seconds_text, size_text
from engine.cli.session import Follower, open_engine
from engine.cli.settings import Intake, Settings, run_options, style_values
from engine.cli.style_argument import parse_style
from engine.errors import ModelError
from engine.spec.job import Job


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        wall_s: from the request to the result on the disk, as the caller saw it.
        seconds: in the worker.
        cpu_seconds: of the processor, in the worker.
        peak_mb: highest memory of the worker.
    """

    wall_s: float
    seconds: float
    cpu_seconds: float
    peak_mb: float


def run(namespace: argparse.Namespace, report: Report) -> int:
    """Paint a test picture a few times and tell how long it took."""
    side: int = namespace.side
    timings: list[Timing] = []
    with open_engine(report) as engine:
        name = namespace.style
        if not name:
            usable = [style for style in engine.styles() if style.is_available]
            if not usable:
                raise ModelError(
                    "There is no style to measure with.", hint="Name a picture: --style X.jpg"
                )
            name = usable[0].id
        settings = Settings({"styles": style_values([parse_style(name)], Intake(engine))}, name)
        params = settings.params(engine.import_bytes(test_picture(side), ".png"))
        options = run_options(namespace)
        report.end_progress()
        job: Job | None = None
        for number in range(namespace.runs + 1):
            heading = "first run" if number == 0 else f"run {number} of {namespace.runs}"
            with Follower(engine, report) as follower:
                job = engine.submit(params, options=options, label="bench")
                follower.follow(job, f"{heading}  ")
                job = follower.wait(job.id)
            engine.remove(job.id)
            timings.append(_timing(job))
            report.note(f"{heading}: {seconds_text(timings[-1].seconds)}")
    warm = statistics.median(timing.seconds for timing in timings[1:])
    megapixels = side * side / 1e6
    ran = job.result.ran if job is not None and job.result is not None else ()
    report.document(
        {
            "side": side,
            "style": name,
            "first": timings[0],
            "runs": timings[1:],
            "median_seconds": warm,
            "megapixels_per_second": megapixels / warm,
            "ran": ran,
        }
    )
    report.text(f"{side} x {side} pixels, {name}")
    report.text(f"first run   {seconds_text(timings[0].seconds)}, loading and measuring included")
    report.text(
        f"then        {seconds_text(warm)} (median of {namespace.runs}), "
        f"{megapixels / warm:.2f} megapixels a second"
    )
    peak = max(timing.peak_mb for timing in timings)
    report.text(f"memory      {size_text(peak * 2**20)} at most")
    for one in ran:
        report.text(f"ran on      {one.summary()}" + (f". {one.note}" if one.note else ""))
    return Exit.OK


def test_picture(side: int) -> bytes:
    """Return a PNG of `side` x `side` pixels: soft waves in three colours, the same each time."""
    wave = bytes(int(127.5 + 127.4 * _triangle(i / 96)) for i in range(2 * side + 96))
    rows = bytearray()
    for y in range(side):
        row = bytearray(3 * side)
        row[0::3] = wave[y : y + side]
        row[1::3] = wave[side - 1 - y : 2 * side - 1 - y]
        row[2::3] = wave[2 * (y % 48) : 2 * (y % 48) + side]
        rows += b"\0" + row
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _triangle(phase: float) -> float:
    return 4 * abs(phase % 1 - 0.5) - 1


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def _timing(job: Job) -> Timing:
    result = job.result
    return Timing(
        wall_s=job.finished_s - job.created_s,
        seconds=result.seconds if result else 0.0,
        cpu_seconds=result.cpu_seconds if result else 0.0,
        peak_mb=result.peak_mb if result else 0.0,
    )
