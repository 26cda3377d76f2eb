from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto
from toy_graphs import Save, candidate, chain, offset, opens, painter, picture

from engine.errors import Cancelled, DeviceError, ModelError, ParameterError
from engine.runtime import sessions as module
from engine.runtime.backend import Backend
from engine.runtime.cancel import CancelToken
from engine.runtime.failures import OutOfMemory
from engine.runtime.sessions import Graph, Sessions
from engine.spec.task import DeviceChoice, PrecisionChoice, RunOptions

REFERENCE = candidate("onnxruntime/float32")
ONE_THREAD = RunOptions(threads=1)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def unit(side: int) -> dict[str, np.ndarray]:
    return {"x": np.eye(side, dtype=np.float32), "w": np.eye(side, dtype=np.float32)}


@pytest.fixture
def slow(save: Save) -> Graph:
    """A graph for which `swift` knows a way that is many times faster."""
    return save(chain(400, 96), lambda: unit(96), name="slow.onnx")


@pytest.fixture
def swift(save: Save) -> Path:
    return save(chain(1, 96), lambda: unit(96), name="swift.onnx").path


def test_the_fastest_candidate_wins_and_is_remembered(
    cache: Path, slow: Graph, swift: Path
) -> None:
    found = Sessions(cache, candidates=[REFERENCE, candidate("swift", swift)])
    told: list[tuple[str, float]] = []
    found.begin_job(progress=lambda note, share: told.append((note, share)))
    session = found.get(slow, ONE_THREAD)
    (choice,) = found.choices.all()
    assert choice.candidate == "swift"
    assert [m.candidate for m in choice.measured] == ["onnxruntime/float32", "swift"]
    assert choice.measured[1].seconds < choice.measured[0].seconds
    assert told == [(f"Finding the fastest way to run {slow.kind}", share) for share in (0, 0.5)]
    assert found.ran() == (), "measuring is not part of what a job ran"
    session.run(unit(96))
    assert found.ran() == (session.ran,)

    def must_not_open(path: Path, threads: int) -> None:
        raise AssertionError("the choice was remembered")

    again = Sessions(
        cache, candidates=[candidate("onnxruntime/float32", open=must_not_open), candidate("swift")]
    )
    again.get(slow, ONE_THREAD)


def test_a_slower_candidate_loses(cache: Path, slow: Graph, swift: Path) -> None:
    quick = Graph(swift, "f" * 64, "test.quick", lambda: unit(96))
    found = Sessions(cache, candidates=[REFERENCE, candidate("slow", slow.path)])
    found.get(quick, ONE_THREAD)
    assert found.choices.all()[0].candidate == "onnxruntime/float32"


def test_a_candidate_beyond_the_tolerance_loses_and_says_by_how_much(
    cache: Path, save: Save
) -> None:
    def canary() -> dict[str, np.ndarray]:
        return {"x": np.linspace(0, 1, 2**18, dtype=np.float32)}

    # float16 has a step of 4 near 4096, far more than the values that are added to it.
    half = save(offset(4096, TensorProto.FLOAT16), canary, name="half.onnx").path
    graph = save(offset(4096), canary)
    rough = candidate("rough", half, precision="float16")
    found = Sessions(cache, candidates=[REFERENCE, rough])
    session = found.get(graph, ONE_THREAD)
    assert session.ran.precision == "float32"
    (choice,) = found.choices.all()
    assert choice.candidate == "onnxruntime/float32"
    assert choice.measured[1].error > 0.5
    assert "exceeds 2.00%" in choice.measured[1].note


def test_a_lower_precision_that_changes_nothing_is_not_believed(
    cache: Path, slow: Graph, swift: Path
) -> None:
    liar = candidate("liar", swift, precision="bfloat16")
    found = Sessions(cache, candidates=[REFERENCE, liar])
    assert found.get(slow, ONE_THREAD).ran.precision == "float32"
    assert found.choices.all()[0].measured[1].note == "It calculated in float32 after all."


def test_a_candidate_that_cannot_open_the_graph_is_passed_over(cache: Path, save: Save) -> None:
    def breaks(path: Path, threads: int) -> None:
        raise RuntimeError("[ONNXRuntimeError] : 9 : no kernel for this")

    found = Sessions(cache, candidates=[REFERENCE, candidate("broken", open=breaks)])
    found.get(save(painter()), ONE_THREAD).run(picture())
    assert "no kernel for this" in found.choices.all()[0].measured[1].note


CRASH = """
import os, sys
from pathlib import Path
import numpy as np
sys.path.insert(0, {tests!r})
from toy_graphs import candidate, picture
from engine.runtime.sessions import Graph, Sessions
from engine.spec.task import RunOptions
def aborts(path, threads):
    os.abort()
graph = Graph(Path({path!r}), {digest!r}, {kind!r}, picture)
ways = [candidate("onnxruntime/float32"), candidate("crasher", open=aborts)]
Sessions(Path({cache!r}), candidates=ways).get(graph, RunOptions(threads=1))
"""


def test_a_candidate_that_ended_the_process_is_not_tried_again(cache: Path, save: Save) -> None:
    graph = save(painter())
    script = CRASH.format(
        tests=str(Path(__file__).parent),
        path=str(graph.path),
        digest=graph.digest,
        kind=graph.kind,
        cache=str(cache),
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode != 0
    tried: list[Path] = []

    def is_tried(path: Path, threads: int) -> None:
        tried.append(path)

    crasher = candidate("crasher", open=is_tried)
    for _ in range(2):
        found = Sessions(cache, candidates=[REFERENCE, crasher])
        found.get(graph, ONE_THREAD).run(picture())
        assert found.choices.all()[0].measured[1].note == "It crashed when it was tried before."
        assert [c.candidate for c in found.choices.crashed()] == ["crasher"]
    assert tried == []
    better = candidate("crasher", version="2", open=opens())
    Sessions(cache, candidates=[REFERENCE, better]).get(graph, ONE_THREAD)


def test_a_stop_while_measuring_is_no_crash(cache: Path, slow: Graph, swift: Path) -> None:
    token = CancelToken()
    found = Sessions(cache, candidates=[REFERENCE, candidate("swift", swift)])

    def stops(path: Path, threads: int) -> object:
        token.set()
        assert not list((cache / "trials").glob("*.json")), "the mark outlives the stop"
        return opens(swift)(path, threads)

    stopped = Sessions(cache, candidates=[REFERENCE, candidate("swift", open=stops)])
    stopped.begin_job(token)
    with pytest.raises(Cancelled):
        stopped.get(slow, ONE_THREAD)
    assert found.get(slow, ONE_THREAD)
    assert found.choices.all()[0].candidate == "swift"


def test_an_unreadable_file_of_choices_is_begun_anew(cache: Path, save: Save) -> None:
    cache.mkdir()
    (cache / "choices.json").write_text("{ half a file")
    found = Sessions(cache, candidates=[REFERENCE, candidate("other")])
    found.get(save(painter()), ONE_THREAD)
    assert len(Sessions(cache, candidates=[REFERENCE]).choices.all()) == 1
    found.choices.forget()
    assert Sessions(cache, candidates=[REFERENCE]).choices.all() == ()


def test_what_was_asked_for_and_is_not_there_is_said(save: Save) -> None:
    absent = candidate("CUDA/float32", device="CUDA", why_not=lambda: "There is no NVIDIA GPU.")
    graph = save(painter())
    found = Sessions(candidates=[REFERENCE, absent])
    on_gpu = found.get(graph, RunOptions(device=DeviceChoice.CUDA))
    assert on_gpu.ran.device == "CPU"
    assert on_gpu.ran.note == "cuda was asked for. There is no NVIDIA GPU."
    assert found.get(graph, RunOptions()).ran.note == ""
    low = found.get(graph, RunOptions(precision=PrecisionChoice.BFLOAT16))
    assert low.ran.note.startswith("bfloat16 was asked for.")


def test_asking_for_float32_never_gives_less(cache: Path, slow: Graph, swift: Path) -> None:
    low = candidate("swift", swift, precision="bfloat16")
    found = Sessions(cache, candidates=[REFERENCE, low])
    options = RunOptions(threads=1, precision=PrecisionChoice.FLOAT32)
    assert found.get(slow, options).ran.precision == "float32"
    options = RunOptions(threads=1, precision=PrecisionChoice.BFLOAT16)
    assert found.get(slow, options).ran.precision == "bfloat16"


def test_a_way_that_no_longer_opens_gives_way_to_the_reference(
    cache: Path, slow: Graph, swift: Path
) -> None:
    Sessions(cache, candidates=[REFERENCE, candidate("swift", swift)]).get(slow, ONE_THREAD)

    def breaks(path: Path, threads: int) -> None:
        raise RuntimeError("library is gone")

    found = Sessions(cache, candidates=[REFERENCE, candidate("swift", open=breaks)])
    session = found.get(slow, ONE_THREAD)
    assert np.array_equal(session.run(unit(96))["y"], np.eye(96))
    assert session.ran.note == "onnxruntime cannot open slow.onnx: library is gone."


def test_the_environment_can_force_a_candidate(
    monkeypatch: pytest.MonkeyPatch, slow: Graph, swift: Path
) -> None:
    found = Sessions(candidates=[REFERENCE, candidate("swift", swift, precision="odd")])
    monkeypatch.setenv(module.FORCE, "swift")
    assert found.get(slow, RunOptions()).ran.precision == "odd"
    monkeypatch.setenv(module.FORCE, "nonsense")
    with pytest.raises(ParameterError, match="must be one of onnxruntime/float32, swift"):
        found.get(slow, RunOptions())


def test_a_session_is_opened_once_and_the_oldest_gives_way(save: Save) -> None:
    first, second, third = (save(chain(n, 8), name=f"{n}.onnx") for n in (1, 2, 3))
    found = Sessions(candidates=[REFERENCE], budget_bytes=1)
    one = found.get(first, ONE_THREAD)
    assert found.get(first, ONE_THREAD) is one
    found.get(second, ONE_THREAD)
    assert found.get(first, ONE_THREAD) is not one
    roomy = Sessions(candidates=[REFERENCE], budget_bytes=2**40)
    kept = [roomy.get(graph, ONE_THREAD) for graph in (first, second, third)]
    assert [roomy.get(graph, ONE_THREAD) for graph in (first, second, third)] == kept
    assert roomy.held_bytes >= sum(graph.path.stat().st_size for graph in (first, second, third))
    assert roomy.get(first, RunOptions(threads=2)) is not kept[0]
    roomy.close_all()
    assert roomy.held_bytes == 0
    assert kept[0].run(unit(8)), "who holds a session may go on"


def test_a_job_is_told_what_it_ran_and_not_what_others_did(save: Save) -> None:
    found = Sessions(candidates=[REFERENCE])
    one = found.get(save(chain(1, 8)), ONE_THREAD)
    two = found.get(save(painter(), name="b.onnx"), RunOptions(threads=2))
    found.begin_job()
    assert found.ran() == ()
    two.run(picture())
    one.run(unit(8))
    two.run(picture())
    assert found.ran() == (two.ran, one.ran)
    found.begin_job()
    one.run(unit(8))
    assert found.ran() == (one.ran,)


def test_two_threads_that_ask_at_once_get_one_session(
    cache: Path, slow: Graph, swift: Path
) -> None:
    found = Sessions(cache, candidates=[REFERENCE, candidate("swift", swift)])
    start = threading.Barrier(2)

    def ask(_: int) -> object:
        start.wait()
        return found.get(slow, ONE_THREAD)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(ask, range(2))
    assert one is other


def test_an_unsafe_file_never_reaches_onnxruntime(save: Save) -> None:
    def must_not_open(path: Path, threads: int) -> None:
        raise AssertionError("opened")

    graph = save(painter())
    graph.path.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="not an ONNX model"):
        Sessions(candidates=[candidate("x", open=must_not_open)]).get(graph, RunOptions())


def test_memory_that_lacks_at_opening_makes_others_give_way(save: Save) -> None:
    attempts: list[int] = []

    def lacks_memory(path: Path, threads: int) -> object:
        attempts.append(1)
        if len(attempts) == 2:
            raise MemoryError
        return opens()(path, threads)

    found = Sessions(candidates=[candidate("x", open=lacks_memory)], budget_bytes=2**40)
    found.get(save(chain(1, 8)), ONE_THREAD)
    second = save(chain(2, 8), name="b.onnx")
    assert found.get(second, ONE_THREAD).run(unit(8))
    assert len(attempts) == 3

    def never(path: Path, threads: int) -> object:
        raise MemoryError

    with pytest.raises(OutOfMemory, match="not enough memory to open") as caught:
        Sessions(candidates=[candidate("x", open=never)]).get(second, ONE_THREAD)
    assert isinstance(caught.value, DeviceError)


def test_a_piece_takes_the_choice_of_its_like_and_is_not_measured(
    cache: Path, save: Save, slow: Graph, swift: Path
) -> None:
    piece = replace(save(painter(), name="piece.onnx"), like=slow)
    opened: list[Path] = []

    def opens_swift(path: Path, threads: int) -> Backend:
        opened.append(path)
        return opens(swift if path == slow.path else None)(path, threads)

    ways = [REFERENCE, candidate("swift", open=opens_swift, precision="bfloat16")]
    # The way is as exact as float32 here, which alone would make it suspicious.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.runtime.measure._EXACT", -1.0)
        found = Sessions(cache, candidates=ways)
        assert found.get(piece, ONE_THREAD).ran.precision == "bfloat16"
    assert [c.kind for c in found.choices.all()] == [slow.kind]
    proven = len(opened)
    again = Sessions(cache, candidates=ways)
    assert again.get(piece, ONE_THREAD).ran.precision == "bfloat16"
    assert len(opened) == proven + 1, "what was proven once is opened, not tried again"


def test_a_piece_that_the_choice_cannot_run_falls_back_to_the_reference(
    cache: Path, save: Save, slow: Graph, swift: Path
) -> None:
    piece = replace(save(painter(), name="piece.onnx"), like=slow)

    def opens_swift(path: Path, threads: int) -> Backend:
        if path != slow.path:
            raise RuntimeError("no kernel for this")
        return opens(swift)(path, threads)

    ways = [REFERENCE, candidate("swift", open=opens_swift, precision="bfloat16")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.runtime.measure._EXACT", -1.0)
        for _ in range(2):
            session = Sessions(cache, candidates=ways).get(piece, ONE_THREAD)
            assert session.ran.precision == "float32"
            session.run(picture())
