from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper
from toy_graphs import Save, chain, model_of, painter, picture

from engine.errors import Cancelled, ModelError
from engine.runtime import candidates, openvino
from engine.runtime.cancel import CancelToken
from engine.runtime.machine import resident_memory
from engine.runtime.sessions import Graph, Session, Sessions
from engine.spec.task import PrecisionChoice, RunOptions

REFERENCE, FLOAT32, BFLOAT16 = candidates.standard()[:3]
ONE_THREAD = RunOptions(threads=1)

pytestmark = pytest.mark.skipif(not openvino.library().is_usable, reason=openvino.library().state)
needs_bfloat16 = pytest.mark.skipif(
    not openvino.library().has_bfloat16, reason="this processor does not calculate in bfloat16"
)


def by(way: candidates.Candidate, graph: Graph, options: RunOptions = ONE_THREAD) -> Session:
    return Sessions(candidates=[way]).get(graph, options)


def in_a_process(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )


def test_the_same_picture_comes_out_at_any_size(save: Save) -> None:
    graph = save(painter())
    expected, session = by(REFERENCE, graph), by(FLOAT32, graph)
    for side in (8, 24, 8, 40):
        actual = session.run(picture(side))["painted"]
        np.testing.assert_allclose(
            actual, expected.run(picture(side))["painted"], rtol=1e-3, atol=1e-4
        )


@pytest.mark.parametrize("threads", [1, 2])
def test_what_ran_is_read_from_the_compiled_graph(save: Save, threads: int) -> None:
    ran = by(FLOAT32, save(painter()), RunOptions(threads=threads)).ran
    assert (ran.device, ran.provider, ran.precision) == ("CPU", "OpenVINO", "float32")
    assert (ran.threads, ran.note) == (threads, "")


@needs_bfloat16
def test_bfloat16_is_offered_by_what_the_processor_can_do_and_is_less_exact(save: Save) -> None:
    graph = save(chain(3, 64))
    rng = np.random.default_rng(5)
    feeds = {name: rng.standard_normal((64, 64)).astype(np.float32) for name in ("x", "w")}
    session = Sessions(candidates=[REFERENCE, BFLOAT16]).get(
        graph, RunOptions(threads=1, precision=PrecisionChoice.BFLOAT16)
    )
    assert (session.ran.provider, session.ran.precision) == ("OpenVINO", "bfloat16")
    exact = by(REFERENCE, graph).run(feeds)["y"]
    error = np.abs(session.run(feeds)["y"] - exact).max() / exact.std()
    assert 1e-4 < error < 0.2


@needs_bfloat16
def test_bfloat16_that_loses_too_much_falls_back_to_float32(tmp_path: Path, save: Save) -> None:
    def canary() -> dict[str, np.ndarray]:
        rng = np.random.default_rng(3)
        large = rng.standard_normal((256, 256)).astype(np.float32)
        return {"x": large, "w": np.linalg.qr(large)[0].astype(np.float32)}

    strict = save(chain(60, 256), canary, tolerance=0.001)
    found = Sessions(tmp_path, candidates=[REFERENCE, FLOAT32, BFLOAT16])
    assert found.get(strict, ONE_THREAD).ran.precision == "float32"
    measured = {m.candidate: m for m in found.choices.all()[0].measured}
    assert measured["OpenVINO/bfloat16"].error > 0.001
    assert "exceeds" in measured["OpenVINO/bfloat16"].note


def test_a_precision_that_was_not_granted_is_not_claimed(save: Save) -> None:
    backend = openvino.opener("f32")(save(painter()).path, 1)
    ran = backend.ran("CPU", "OpenVINO", "bfloat16")
    assert (ran.precision, ran.note) == ("float32", "OpenVINO took float32 in place of bfloat16.")


def test_a_token_stops_a_long_run_midway_and_the_session_works_on(save: Save) -> None:
    session = by(FLOAT32, save(chain(3000, 256)))
    rng = np.random.default_rng(2)
    feeds = {
        "x": rng.standard_normal((256, 256)).astype(np.float32),
        "w": np.linalg.qr(rng.standard_normal((256, 256)))[0].astype(np.float32),
    }
    expected = session.run(feeds)["y"]
    begun = time.perf_counter()
    session.run(feeds, CancelToken())
    whole = time.perf_counter() - begun
    token, asked = CancelToken(), []

    def ask() -> None:
        asked.append(time.perf_counter())
        token.set()

    timer = threading.Timer(whole / 5, ask)
    timer.start()
    with pytest.raises(Cancelled):
        session.run(feeds, token)
    assert time.perf_counter() - asked[0] < whole / 3 + 0.05
    timer.join()
    assert np.array_equal(session.run(feeds)["y"], expected)


def test_a_token_that_is_set_at_any_moment_stops_the_run(save: Save) -> None:
    session = by(FLOAT32, save(chain(300, 128)))
    feeds = {name: np.eye(128, dtype=np.float32) for name in ("x", "w")}
    session.run(feeds)
    for delay in np.linspace(0, 0.002, 20):
        token = CancelToken()
        timer = threading.Timer(delay, token.set)
        timer.start()
        try:
            session.run(feeds, token)
        except Cancelled:
            assert token.is_set
        timer.join()
    assert np.array_equal(session.run(feeds)["y"], feeds["x"])


def test_one_who_waits_for_anothers_run_can_be_stopped(save: Save) -> None:
    session = by(FLOAT32, save(chain(3000, 256)))
    feeds = {name: np.eye(256, dtype=np.float32) for name in ("x", "w")}
    session.run(feeds)
    token = CancelToken()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(session.run, feeds, CancelToken())
        time.sleep(0.02)
        second = pool.submit(session.run, feeds, token)
        token.set()
        with pytest.raises(Cancelled):
            second.result()
        assert np.array_equal(first.result()["y"], feeds["x"])


def test_two_threads_get_their_own_results(save: Save) -> None:
    session = by(FLOAT32, save(painter()))
    sides = [16 + 8 * (i % 3) for i in range(30)]
    alone = {side: session.run(picture(side))["painted"] for side in set(sides)}
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda side: session.run(picture(side))["painted"], sides)
        for side, painted in zip(sides, results, strict=True):
            assert np.array_equal(painted, alone[side])


def test_results_and_inputs_stay_as_they_are_when_it_runs_again(save: Save) -> None:
    nodes = [
        helper.make_node("Relu", ["x"], ["y"]),
        helper.make_node("Identity", ["x"], ["z"]),
        helper.make_node("Identity", ["y"], ["again"]),
    ]
    outputs = {"again": ["n"], "z": ["n"], "y": ["n"]}
    session = by(FLOAT32, save(model_of(nodes, {"x": ["n"]}, outputs)))
    x = np.linspace(-1, 1, 64, dtype=np.float32)
    kept = x.copy()
    first = session.run({"x": x})
    assert np.array_equal(x, kept)
    x += 1
    session.run({"x": x})
    assert np.array_equal(first["z"], kept)
    assert np.array_equal(first["y"], np.maximum(kept, 0))
    assert np.array_equal(first["again"], first["y"])


def test_arrays_that_are_strided_or_read_only_are_taken(save: Save) -> None:
    session = by(FLOAT32, save(painter()))
    plain = picture(16)["image"]
    expected = session.run({"image": plain})["painted"]
    locked = plain.copy()
    locked.flags.writeable = False
    turned = np.ascontiguousarray(plain.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    assert not turned.flags.c_contiguous
    for image in (locked, turned):
        assert np.array_equal(session.run({"image": image})["painted"], expected)


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        (TensorProto.FLOAT16, "f2"),
        (TensorProto.DOUBLE, "f8"),
        (TensorProto.INT64, "i8"),
        (TensorProto.INT32, "i4"),
        (TensorProto.UINT8, "u1"),
        (TensorProto.BOOL, "?"),
    ],
)
def test_every_type_comes_back_as_it_went_in(save: Save, kind: int, dtype: str) -> None:
    model = model_of(
        [helper.make_node("Concat", ["x", "x"], ["y"], axis=0)], {"x": ["n"]}, {"y": ["n"]}
    )
    for value in (model.graph.input[0], model.graph.output[0]):
        value.type.tensor_type.elem_type = kind
    value = np.array([0, 1, 1], dtype)
    actual = by(FLOAT32, save(model)).run({"x": value})["y"]
    assert actual.dtype == value.dtype
    assert np.array_equal(actual, np.concatenate([value, value]))


def test_a_failure_within_the_graph_is_told_in_one_line_and_nothing_is_printed(
    save: Save, capfd: pytest.CaptureFixture[str]
) -> None:
    model = painter()
    model.graph.node[0].attribute[0].ints[:] = [0, 0, 0, 0]
    session = by(FLOAT32, save(model))
    with pytest.raises(ModelError, match=r"OpenVINO could not calculate test\.toy: ") as caught:
        session.run({"image": np.zeros((1, 3, 1, 1), np.float32)})
    assert "Exception from" not in caught.value.message
    assert session.run(picture(8))["painted"].shape == (1, 4, 6, 6)
    odd = model_of(
        [helper.make_node("QAttention", ["x"], ["y"], domain="com.microsoft")],
        {"x": ["n"]},
        {"y": ["n"]},
        opsets=(("", 17), ("com.microsoft", 1)),
    )
    graph = save(odd, name="odd.onnx")
    with pytest.raises(ModelError, match=r"OpenVINO cannot open odd\.onnx: ") as caught:
        by(FLOAT32, graph)
    assert "Exception from" not in caught.value.message
    assert capfd.readouterr() == ("", "")


def test_many_shapes_do_not_fill_the_memory(save: Save) -> None:
    session = by(FLOAT32, save(painter()))
    for side in range(8, 40):
        session.run(picture(side))
    before = resident_memory()
    for height in range(8, 48):
        for width in range(8, 48, 2):
            session.run({"image": np.zeros((1, 3, height, width), np.float32)})
    assert resident_memory() - before < 40 * 2**20


LACK = """
import resource, numpy as np
from pathlib import Path
from engine.runtime.candidates import standard
from engine.runtime.failures import OutOfMemory
from engine.runtime.sessions import Graph, Sessions
from engine.spec.task import RunOptions
way = {{c.name: c for c in standard()}}[{name!r}]
graph = Graph(Path({path!r}), "d", "toy", dict)
session = Sessions(candidates=[way]).get(graph, RunOptions(threads=2))
image = np.random.default_rng(0).random((1, 3, 3072, 3072), dtype=np.float32)
small = {{"image": image[:, :, :8, :8]}}
expected = session.run(small)["painted"]
lacked = 0
for megabytes in (4, 60, 120, 180, 240, 300, 400):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + megabytes * 2**20, -1))
    try:
        session.run({{"image": image}})
    except OutOfMemory as error:
        lacked += 1
        print(error) if lacked == 1 else None
    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    assert np.array_equal(session.run(small)["painted"], expected)
print(lacked > 3)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's memory by Linux' means")
@pytest.mark.parametrize("name", ["OpenVINO/float32", "OpenVINO/bfloat16"])
def test_memory_that_runs_out_leaves_a_session_that_still_calculates_rightly(
    save: Save, name: str
) -> None:
    done = in_a_process(LACK.format(name=name, path=str(save(painter()).path)))
    assert done.stderr == ""
    assert done.stdout.startswith("Memory ran out while OpenVINO calculated toy. Choose")
    assert done.stdout.endswith("True\n")
    assert done.returncode == 0


QUIET = """
import socket, sys
events = []
sys.addaudithook(lambda name, _: events.append(name) if name.startswith("socket.") else None)
from engine.runtime import openvino
assert openvino.library().is_usable
assert sys.modules["openvino"]
for name in ("openvino_telemetry", "openvino.tools.ovc"):
    try:
        __import__(name)
    except ImportError:
        continue
    print(name, "can be imported")
opened = [n for n in sys.modules if "telemetry" in n and sys.modules[n] is not None]
print(opened, events)
"""


def test_no_telemetry_is_loaded_and_no_socket_is_opened() -> None:
    done = in_a_process(QUIET)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[] []\n", "")


def test_telemetry_is_not_installed() -> None:
    import importlib.metadata

    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("openvino-telemetry")
    assert sys.modules["openvino_telemetry"] is None


def test_without_the_package_the_report_says_how_to_get_it() -> None:
    script = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "openvino" else real(name, *rest)
from engine.runtime.candidates import standard
from engine.runtime.devices import device_report
print([c.why_not() for c in standard()[:3]])
report = device_report()
print(repr(report.openvino), report.openvino_state)
"""
    done = in_a_process(script)
    sentence = "OpenVINO is not installed: pip install --no-deps openvino."
    assert done.stdout == f"['', '{sentence}', '{sentence}']\n'' {sentence}\n"


def test_the_pinned_list_installs_it_without_its_dependencies() -> None:
    """Only this list is installed with `--no-deps`; a dependency would bring the telemetry."""
    root = Path(__file__).parents[3]
    pinned = (root / "resources/models/accelerators.txt").read_text(encoding="utf-8")
    assert f"\nopenvino=={openvino.library().version} ;" in pinned
    assert pinned.count("--hash=sha256:") >= 16
    assert (
        "openvino"
        not in (root / "pyproject.toml")
        .read_text(encoding="utf-8")
        .partition("[project.optional-dependencies]")[0]
    )
