from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from toy_graphs import Save, candidate, chain, painter, picture

from engine.errors import Cancelled, ModelError, ParameterError
from engine.runtime.cancel import CancelToken
from engine.runtime.sessions import Session, Sessions
from engine.spec.task import RunOptions

REFERENCE = (candidate("onnxruntime/float32"),)


@pytest.fixture
def painting(save: Save) -> Session:
    return Sessions(candidates=REFERENCE).get(save(painter()), RunOptions(threads=1))


def test_outputs_come_by_name_at_any_size(painting: Session) -> None:
    for side in (8, 20):
        assert painting.run(picture(side))["painted"].shape == (1, 4, side, side)


def test_what_ran_is_read_from_the_session(painting: Session) -> None:
    ran = painting.ran
    assert (ran.device, ran.provider, ran.precision) == ("CPU", "onnxruntime", "float32")
    assert ran.threads == 1
    assert ran.device_name
    assert ran.note == ""


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        ({}, "was not given its input “image”"),
        ({**picture(), "extra": np.zeros(1)}, "no input “extra”; it has image"),
        ({"image": np.zeros((1, 3, 8, 8))}, "float32 1 × 3 × any × any, but was given float64"),
        ({"image": np.zeros((3, 8, 8), np.float32)}, "given float32 3 × 8 × 8"),
        ({"image": np.zeros((1, 4, 8, 8), np.float32)}, "given float32 1 × 4 × 8 × 8"),
    ],
)
def test_wrong_inputs_are_named(
    painting: Session, feeds: dict[str, np.ndarray], message: str
) -> None:
    with pytest.raises(ParameterError, match=re.escape(message)):
        painting.run(feeds)


def test_a_failure_within_the_graph_is_told_and_nothing_is_printed(
    save: Save, capfd: pytest.CaptureFixture[str]
) -> None:
    graph = save(chain(2, 8))
    session = Sessions(candidates=REFERENCE).get(graph, RunOptions(threads=1))
    graph_of_any_size = painter()
    graph_of_any_size.graph.node[0].attribute[0].ints[:] = [0, 0, 0, 0]
    small = Sessions(candidates=REFERENCE).get(save(graph_of_any_size, name="b.onnx"), RunOptions())
    with pytest.raises(ModelError, match="could not calculate"):
        small.run({"image": np.zeros((1, 3, 1, 1), np.float32)})
    assert session.run({"x": np.eye(8, dtype=np.float32), "w": np.eye(8, dtype=np.float32)})
    assert capfd.readouterr() == ("", "")


def test_a_token_stops_a_long_run_and_the_session_works_on(save: Save) -> None:
    session = Sessions(candidates=REFERENCE).get(save(chain(3000, 256)), RunOptions(threads=1))
    unit = np.eye(256, dtype=np.float32)
    token = CancelToken()
    timer = threading.Timer(0.1, token.set)
    timer.start()
    begun = time.perf_counter()
    with pytest.raises(Cancelled):
        session.run({"x": unit, "w": unit}, token)
    stopped = time.perf_counter() - begun
    begun = time.perf_counter()
    assert np.array_equal(session.run({"x": unit, "w": unit}, CancelToken())["y"], unit)
    assert stopped < (time.perf_counter() - begun) / 2 + 0.1
    timer.join()


def test_a_token_that_is_set_already_runs_nothing(painting: Session) -> None:
    token = CancelToken()
    token.set()
    with pytest.raises(Cancelled):
        painting.run(picture(), token)


def test_two_threads_may_run_one_session(painting: Session) -> None:
    expected = painting.run(picture(64))["painted"]
    with ThreadPoolExecutor(2) as pool:
        for outputs in pool.map(lambda _: painting.run(picture(64)), range(20)):
            assert np.array_equal(outputs["painted"], expected)


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's memory by Linux' means")
def test_memory_that_runs_out_is_a_device_error_with_a_hint(save: Save) -> None:
    graph = save(painter())
    script = f"""
import resource, numpy as np
from pathlib import Path
from engine.runtime.failures import OutOfMemory
from engine.runtime.sessions import Graph, Sessions
from engine.runtime.candidates import standard
from engine.spec.task import RunOptions
graph = Graph(Path({str(graph.path)!r}), "d", "toy", dict)
session = Sessions(candidates=standard()[:1]).get(graph, RunOptions(threads=1))
image = np.zeros((1, 3, 4096, 4096), np.float32)
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**27, -1))
try:
    session.run({{"image": image}})
except OutOfMemory as error:
    print(error)
resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
print(session.run({{"image": image[:, :, :8, :8]}})["painted"].shape)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.startswith("Memory ran out while onnxruntime calculated toy. Choose")
    assert done.stdout.endswith("(1, 4, 8, 8)\n")
    assert done.stderr == ""
