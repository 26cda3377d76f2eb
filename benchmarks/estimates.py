"""How well a run is foretold after one run of its kind at one size.

    python -m benchmarks.estimates                        # 256, 1024, 2048 and 4096 pixels
    python -m benchmarks.estimates --learn 1024 --sizes 512 3000

In a fresh home, each kind of job runs twice at the size to learn from: the first run measures the
ways of running its graphs, as a user's first does, the second shows what a usual one takes. Then
every size is estimated before any of them is run. Printed are the estimate, the real time and
memory, and how far off the estimate was.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.style import SIZES, picture
from engine.api import Engine, Folders
from engine.spec.task import RunOptions
from engine.tasks.stylize import KeepColor, StyleUse, StylizeParams

TARGET = 0.3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learn", type=int, default=1024, metavar="PX")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--kinds", nargs="+")
    given = parser.parse_args()
    print(f"learned at {given.learn} pixels; load {os.getloadavg()[0]:.1f}")
    heads = ("estimate s", "real s", "off", "estimate MB", "real MB", "off")
    print(f"{'kind':<10}{'px':>6}" + "".join(f"{head:>13}" for head in heads))
    misses = 0
    for kind in given.kinds or list(uses_of("")):
        with tempfile.TemporaryDirectory() as home:
            misses += compare(kind, given.learn, given.sizes, Path(home))
    print(f"{misses} estimates of time are more than {TARGET:.0%} off")
    return 0


def compare(kind: str, learn: int, sizes: list[int], home: Path) -> int:
    """Learn at one size, and print how the other sizes were foretold; return the misses."""
    misses = 0
    with Engine(Folders.under(home)) as engine:
        for _ in range(2):
            engine.wait(engine.submit(params_of(engine, kind, learn)).id, 600)
        asked = [params_of(engine, kind, px) for px in sizes]
        estimates = [engine.estimate(params, RunOptions()) for params in asked]
        results = [engine.wait(engine.submit(params).id, 600).result for params in asked]
    for px, estimate, result in zip(sizes, estimates, results, strict=True):
        if result is None:
            print(f"{kind:<10}{px:>6}  did not run")
            continue
        off = estimate.seconds / result.seconds - 1.0
        more = estimate.peak_mb / result.peak_mb - 1.0
        misses += abs(off) > TARGET
        values = (f"{estimate.seconds:.2f}", f"{result.seconds:.2f}", f"{off:.0%}")
        values += (f"{estimate.peak_mb:.0f}", f"{result.peak_mb:.0f}", f"{more:.0%}")
        line = "".join(f"{value:>13}" for value in values)
        print(f"{kind:<10}{px:>6}{line}", flush=True)
    return misses


def uses_of(mask: str) -> dict[str, dict[str, object]]:
    """Return what differs between the kinds of job."""
    row, code = StyleUse(style="built-in:nocturne"), StyleUse(style="painting:breaker")
    return {
        "26": {"styles": (row,)},
        "any": {"styles": (code,)},
        "masked": {"styles": (row,), "mask": mask or None},
        "blend": {"styles": (row, code)},
        "matched": {"styles": (code,), "keep_color": KeepColor.MATCH},
    }


def params_of(engine: Engine, kind: str, px: int) -> StylizeParams:
    content = engine.import_bytes(encoded(picture(px), "JPEG"), ".jpg")
    ramp = np.broadcast_to(np.linspace(0, 255, px).astype(np.uint8), (px, px))
    mask = engine.import_bytes(encoded(np.ascontiguousarray(ramp), "PNG"), ".png")
    return StylizeParams(content=content, **uses_of(mask)[kind])  # type: ignore[arg-type]


def encoded(pixels: np.ndarray, kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
