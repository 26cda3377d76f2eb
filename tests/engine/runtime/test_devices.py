from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from toy_graphs import Save, candidate, painter, picture

from engine.runtime import candidates, cuda
from engine.runtime.devices import device_report, installed_runtimes, runtime_fault
from engine.runtime.sessions import Sessions
from engine.spec.devices import DeviceReport
from engine.spec.task import DeviceChoice, RunOptions


def test_exactly_one_whole_onnxruntime_is_installed() -> None:
    import onnxruntime

    assert runtime_fault(installed_runtimes(), onnxruntime.__version__) == ""


@pytest.mark.parametrize(
    ("found", "imported", "message"),
    [
        ({"onnxruntime": "1", "onnxruntime-gpu": "1"}, "1", "overwrite each other"),
        ({"onnxruntime": "1", "onnxruntime-openvino": "1"}, "1", "overwrite each other"),
        ({"onnxruntime": "1"}, "", "installed in part"),
        ({"onnxruntime-gpu": "2"}, "1", "installed in part"),
        ({}, "", "not installed"),
    ],
)
def test_a_broken_installation_is_told_with_its_cure(
    found: dict[str, str], imported: str, message: str
) -> None:
    assert message in runtime_fault(found, imported)


def test_a_packaged_application_without_metadata_is_whole() -> None:
    assert runtime_fault({}, "1.31.1") == ""


def test_the_report_tells_the_machine_and_the_choices_and_travels(
    tmp_path: Path, save: Save
) -> None:
    Sessions(tmp_path, candidates=[candidate("a"), candidate("b")]).get(
        save(painter()), RunOptions()
    )
    report = device_report(tmp_path)
    assert report.processor
    assert 1 <= report.usable <= report.physical <= report.logical
    assert 0 < report.free_mb <= report.memory_mb
    assert report.onnxruntime
    assert report.cuda_state.endswith(".")
    assert report.openvino_state.endswith(".")
    assert report.cuda == bool(report.free_vram_mb)
    assert [choice.kind for choice in report.choices] == ["test.toy"]
    assert msgspec.json.decode(msgspec.json.encode(report), type=DeviceReport) == report


@pytest.mark.skipif(cuda.cuda_state().is_usable, reason="this machine has CUDA")
def test_a_machine_without_a_gpu_is_silent_and_says_what_ran(tmp_path: Path, save: Save) -> None:
    graph = save(painter())
    script = f"""
from pathlib import Path
from engine.runtime.devices import device_report
from engine.runtime.sessions import Graph, Sessions
from engine.spec.task import DeviceChoice, RunOptions
import numpy as np
feeds = {{"image": np.ones((1, 3, 8, 8), np.float32)}}
graph = Graph(Path({str(graph.path)!r}), "d", "toy", lambda: feeds)
sessions = Sessions()
for device in DeviceChoice:
    sessions.get(graph, RunOptions(device=device)).run(feeds)
assert all(ran.device == "CPU" for ran in sessions.ran())
assert "cuda was asked for" in sessions.ran()[-1].note
device_report()
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_gpu_that_was_asked_and_did_nothing_is_not_called_cuda(save: Save) -> None:
    fallen_back = candidate("CUDA/float32", device="CUDA", provider="CUDA")
    found = Sessions(candidates=[candidate("onnxruntime/float32"), fallen_back])
    session = found.get(save(painter()), RunOptions(device=DeviceChoice.CUDA))
    session.run(picture())
    (ran,) = found.ran()
    assert (ran.device, ran.provider) == ("CPU", "onnxruntime")
    assert "nothing ran on the GPU" in ran.note


def test_the_reference_is_first_and_always_there() -> None:
    first = candidates.standard()[0]
    assert (first.name, first.why_not()) == ("onnxruntime/float32", "")
