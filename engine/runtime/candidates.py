"""The ways in which a graph can be run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnxruntime as ort

from engine.runtime import cuda, onnx_runtime, openvino
from engine.runtime.backend import Backend
from engine.runtime.machine import processor


@dataclass(frozen=True)
class Candidate:
    """One way to run a graph.

    Attributes:
        name: for settings and files: "OpenVINO/bfloat16".
        device: "CPU" or "CUDA".
        provider: "onnxruntime", "OpenVINO" or "CUDA".
        precision: "float32" or "bfloat16".
        version: of everything that it is made of; a new version is measured anew.
        open: opens the file for a number of threads.
        why_not: says in one sentence why it cannot be used here; empty if it can.
    """

    name: str
    device: str
    provider: str
    precision: str
    version: str
    open: Callable[[Path, int], Backend]
    why_not: Callable[[], str]


def standard() -> tuple[Candidate, ...]:
    """Return the candidates of this version, the reference first.

    The reference is onnxruntime's own processor provider in float32: it runs everywhere and
    everything, and the error of the others is measured against it.
    """
    runtime = ort.__version__
    compiler = openvino.library().version
    return (
        Candidate(
            name="onnxruntime/float32",
            device="CPU",
            provider="onnxruntime",
            precision="float32",
            version=runtime,
            open=onnx_runtime.open_on_processor,
            why_not=lambda: "",
        ),
        Candidate(
            name="OpenVINO/float32",
            device="CPU",
            provider="OpenVINO",
            precision="float32",
            version=compiler,
            open=openvino.opener("f32"),
            why_not=_openvino_missing,
        ),
        Candidate(
            name="OpenVINO/bfloat16",
            device="CPU",
            provider="OpenVINO",
            precision="bfloat16",
            version=compiler,
            open=openvino.opener("bf16"),
            why_not=_bfloat16_missing,
        ),
        Candidate(
            name="CUDA/float32",
            device="CUDA",
            provider="CUDA",
            precision="float32",
            version=runtime,
            open=onnx_runtime.open_on_cuda,
            why_not=_cuda_missing,
        ),
    )


def _openvino_missing() -> str:
    found = openvino.library()
    return "" if found.is_usable else found.state


def _bfloat16_missing() -> str:
    found = openvino.library()
    if found.is_usable and not found.has_bfloat16:
        return f"{processor().name} does not calculate in bfloat16."
    return _openvino_missing()


def _cuda_missing() -> str:
    state = cuda.cuda_state()
    return "" if state.is_usable else state.sentence
