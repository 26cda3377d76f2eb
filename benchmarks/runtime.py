"""Gesso's choice against plain onnxruntime and plain OpenVINO, on one machine in one run.

    python -m benchmarks.runtime [graph.onnx ...] [--sizes 512 1024] [--threads 1 2] [--rounds 5]

Every way runs in its own process, so that peak memory is its own; the processes take turns run by
run, so that a busy moment of the machine meets them all. The least of all repetitions is printed.
Without a graph, a small convolutional network is built. The first lines tell what the machine can
reach at all, by one large matrix product in each precision.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import psutil
from onnx import TensorProto, helper, numpy_helper

from engine.runtime import openvino
from engine.runtime.machine import processor
from engine.runtime.sessions import Graph, Sessions
from engine.spec.task import PrecisionChoice, RunOptions

Run = Callable[[dict[str, np.ndarray]], Any]
WAYS = ("onnxruntime", "OpenVINO", "Gesso float32", "Gesso")
PEAK_SIDE = 2048
COMMAND = (sys.executable, "-m", "benchmarks.runtime")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("graphs", nargs="*", type=Path)
    parser.add_argument("--sizes", nargs="+", type=int, default=[512, 1024])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, processor().physical])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    parser.add_argument("--work", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        way, path, size, threads, cache = arguments.work
        work(way, Path(path), int(size), int(threads), Path(cache))
        return
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        print(f"{processor().name}, {' '.join(processor().flags)}")
        print(f"onnxruntime {ort.__version__}; {openvino.library().state}")
        for threads in sorted(set(arguments.threads)):
            rows += peaks(Path(folder), threads, arguments.rounds)
        graphs = arguments.graphs or [toy(Path(folder))]
        for path in graphs:
            for size in arguments.sizes:
                for threads in sorted(set(arguments.threads)):
                    rows += compare(path, size, threads, arguments.rounds, Path(folder))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))


def compare(
    path: Path, size: int, threads: int, rounds: int, folder: Path, ways: tuple[str, ...] = WAYS
) -> list[dict[str, Any]]:
    """Run each way in its own process, in turns, and print a line for each."""
    print(f"\n{path.stem}, {size} px, {threads} thread{'s' * (threads > 1)}")
    print(f"{'':15}{'load s':>8}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}{'ratio':>7}  what ran")
    workers = {
        way: Worker(way, path, size, threads, folder / f"cache-{way.split()[-1]}")
        for way in ways
        if way != "OpenVINO" or openvino.library().is_usable
    }
    for _ in range(rounds):
        for worker in workers.values():
            worker.round()
    rows = [worker.end() | {"graph": path.stem, "size": size} for worker in workers.values()]
    base = rows[0]["wall"]
    for row in rows:
        print(
            f"{row['way']:15}{row['load']:8.3f}{row['wall']:9.4f}{row['cpu']:9.4f}"
            f"{row['peak_mb']:9.0f}{base / row['wall']:6.2f}x  {row['ran']}"
        )
    return rows


class Worker:
    """The parent's end of a process that runs one way."""

    def __init__(self, way: str, path: Path, size: int, threads: int, cache: Path) -> None:
        self.way, self.threads = way, threads
        self._process = subprocess.Popen(
            [*COMMAND, "--work", way, str(path), str(size), str(threads), str(cache)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._opened = self._read()
        self._runs: list[dict[str, float]] = []

    def round(self) -> None:
        self._runs.append(self._ask("run"))

    def end(self) -> dict[str, Any]:
        last = self._ask("end")
        self._process.wait(30)
        least = {name: min(run[name] for run in self._runs) for name in ("wall", "cpu")}
        return {"way": self.way, "threads": self.threads} | self._opened | last | least

    def _ask(self, word: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        print(word, file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def work(way: str, path: Path, size: int, threads: int, cache: Path) -> None:
    """Open a graph in one way and run it whenever the parent asks."""
    feeds = feeds_for(path, size)
    ran = way
    if way.startswith("Gesso"):
        small = feeds_for(path, min(size, 256))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        graph = Graph(path, digest, f"benchmark.{path.stem}", lambda: small)
        precision = PrecisionChoice.FLOAT32 if "float32" in way else PrecisionChoice.AUTO
        options = RunOptions(threads=threads, precision=precision)
        Sessions(cache).get(graph, options)  # the measurement happens once per machine
        begun = time.perf_counter()
        session = Sessions(cache).get(graph, options)
        load = time.perf_counter() - begun
        ran = session.ran.summary()
        run = session.run
    else:
        load, run = plain(way, path, threads)
    print(json.dumps({"load": load, "ran": ran}), flush=True)
    run(feeds)  # the first run compiles and takes memory from the system
    for line in sys.stdin:
        if line.strip() == "end":
            memory = psutil.Process().memory_info()
            peak = getattr(memory, "peak_wset", 0) or _peak()
            print(json.dumps({"peak_mb": peak / 2**20}), flush=True)
            return
        wall, cpu = time.perf_counter(), time.process_time()
        run(feeds)
        answer = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        print(json.dumps(answer), flush=True)


def plain(way: str, path: Path, threads: int) -> tuple[float, Run]:
    """Open a graph as a first program with the library would; return seconds and how to run it."""
    if way == "onnxruntime":
        settings = ort.SessionOptions()
        settings.intra_op_num_threads = threads
        settings.log_severity_level = 3
        begun = time.perf_counter()
        session = ort.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        return time.perf_counter() - begun, lambda values: session.run(None, values)
    core = openvino.library().core
    config: dict[str, object] = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    if " " in way:
        config["INFERENCE_PRECISION_HINT"] = way.split()[1]
    begun = time.perf_counter()
    compiled = core.compile_model(path, "CPU", config)
    return time.perf_counter() - begun, lambda values: compiled(values, share_inputs=True)


def _peak() -> int:
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def peaks(folder: Path, threads: int, rounds: int) -> list[dict[str, Any]]:
    """Print the speed of one large matrix product in each way."""
    side = [PEAK_SIDE, PEAK_SIDE]
    info = helper.make_tensor_value_info
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("MatMul", ["a", "b"], ["y"])],
            "peak",
            [info("a", TensorProto.FLOAT, side), info("b", TensorProto.FLOAT, side)],
            [info("y", TensorProto.FLOAT, side)],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    path = folder / "peak.onnx"
    onnx.save(model, path)
    ways = ["onnxruntime"]
    if openvino.library().is_usable:
        ways += ["OpenVINO f32", "OpenVINO bf16"] if openvino.library().has_bfloat16 else []
    rows = []
    for way in ways:
        worker = Worker(way, path, PEAK_SIDE, threads, folder)
        for _ in range(rounds):
            worker.round()
        row = worker.end() | {"graph": "peak", "size": PEAK_SIDE}
        row["gflops"] = 2 * PEAK_SIDE**3 / row["wall"] / 1e9
        print(f"peak of {way}, {threads} threads: {row['gflops']:.0f} GFLOP/s")
        rows.append(row)
    return rows


def feeds_for(path: Path, size: int) -> dict[str, np.ndarray]:
    """Return smooth, real-looking values for every input; sizes that are free become `size`."""
    rng = np.random.default_rng(0)
    feeds = {}
    for node in onnx.load(path, load_external_data=False).graph.input:
        kind = node.type.tensor_type
        dims = [d.dim_value or (size if len(kind.shape.dim) == 4 else 1) for d in kind.shape.dim]
        if len(dims) == 4 and not kind.shape.dim[0].dim_value:
            dims[0] = 1
        values = rng.random(dims, dtype=np.float32)
        if len(dims) == 4 and min(dims[2:]) >= 16:
            small = rng.random((dims[0], dims[1], dims[2] // 16, dims[3] // 16), dtype=np.float32)
            values = 0.9 * np.kron(small, np.ones((16, 16), np.float32)) + 0.1 * values
            values = np.resize(values, dims).astype(np.float32)
        feeds[node.name] = values / values.sum() if len(dims) == 1 else values
    return feeds


def toy(folder: Path) -> Path:
    """Build six convolutions of 32 channels with instance norms, as style networks have."""
    rng = np.random.default_rng(0)
    nodes, weights, name = [], [], "image"
    for layer in range(6):
        count, out = (3 if layer == 0 else 32), (3 if layer == 5 else 32)
        kernel = rng.standard_normal((out, count, 3, 3)).astype(np.float32) * 0.1
        ones, zeros = np.ones(out, np.float32), np.zeros(out, np.float32)
        for key, value in ((f"k{layer}", kernel), (f"s{layer}", ones), (f"b{layer}", zeros)):
            weights.append(numpy_helper.from_array(value, key))
        nodes += [
            helper.make_node("Conv", [name, f"k{layer}"], [f"c{layer}"], pads=[1, 1, 1, 1]),
            helper.make_node(
                "InstanceNormalization", [f"c{layer}", f"s{layer}", f"b{layer}"], [f"n{layer}"]
            ),
            helper.make_node("Relu", [f"n{layer}"], [f"r{layer}"]),
        ]
        name = f"r{layer}"
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "toy",
        [info("image", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [info(name, TensorProto.FLOAT, [1, 3, "h", "w"])],
        weights,
    )
    path = folder / "toy.onnx"
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path
    )
    return path


if __name__ == "__main__":
    main()
