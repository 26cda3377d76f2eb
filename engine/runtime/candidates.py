"""The ways in which a graph can be run, and what a session says about the way that it took.

Optimised copies of graphs are not kept on disk: writing them takes longer than they save. A
transformer of 302 MB opened in 0.15 s, its optimised copy in 0.18 s; the style networks open in
0.01 s either way. Libraries of custom operators are never registered.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime as ort

from engine.runtime import cuda, openvino
from engine.runtime.machine import processor
from engine.spec.results import Ran

_FATAL = 4  # onnxruntime's severity: its errors come back as exceptions, so they need no print
_HEAVY = frozenset(
    {"Attention", "Conv", "ConvTranspose", "FusedConv", "Gemm", "MatMul", "MultiHeadAttention"}
)


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
        stops_within: whether a run looks at the stop flag between its nodes. One that hands the
            whole graph to a compiled kernel looks only at its end.
    """

    name: str
    device: str
    provider: str
    precision: str
    version: str
    open: Callable[[Path, int], ort.InferenceSession]
    why_not: Callable[[], str]
    stops_within: bool = True


def session_options(threads: int) -> ort.SessionOptions:
    """Return the options that every session of ours has."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Planned memory assumes that shapes repeat; with tiles and strips it only raises the peak.
    options.enable_mem_pattern = False
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = _FATAL
    # Spinning threads take cores from the window and from neighbours while they wait.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    return options


def _open_onnxruntime(path: Path, threads: int) -> ort.InferenceSession:
    return ort.InferenceSession(path, session_options(threads), providers=["CPUExecutionProvider"])


def _open_openvino(precision: str) -> Callable[[Path, int], ort.InferenceSession]:
    def open_it(path: Path, threads: int) -> ort.InferenceSession:
        options = session_options(threads)
        openvino.add_to(options, precision, threads)
        return ort.InferenceSession(path, options)

    return open_it


def _open_cuda(path: Path, threads: int) -> ort.InferenceSession:
    settings = {
        "use_tf32": "0",  # it would round every product to 10 bits and still be called float32
        "cudnn_conv_algo_search": "HEURISTIC",  # an exhaustive search at every new size takes long
        "arena_extend_strategy": "kSameAsRequested",
    }
    providers = [("CUDAExecutionProvider", settings), "CPUExecutionProvider"]
    return ort.InferenceSession(path, session_options(threads), providers=providers)


def _openvino_missing() -> str:
    found = openvino.plugin()
    return "" if found.is_usable else found.state


def _bfloat16_missing() -> str:
    found = openvino.plugin()
    if found.is_usable and not found.has_bfloat16:
        return f"{processor().name} does not calculate in bfloat16."
    return _openvino_missing()


def _cuda_missing() -> str:
    state = cuda.cuda_state()
    if state.is_usable and not hasattr(ort.InferenceSession, "get_provider_graph_assignment_info"):
        return "This ONNX Runtime cannot tell what ran on the GPU: version 1.24 or newer is needed."
    return "" if state.is_usable else state.sentence


def standard() -> tuple[Candidate, ...]:
    """Return the candidates of this version, the reference first.

    The reference is onnxruntime's own processor provider in float32: it runs everywhere and
    everything, and the error of the others is measured against it.
    """
    runtime = ort.__version__
    plugin_version = openvino.plugin().version
    return (
        Candidate(
            name="onnxruntime/float32",
            device="CPU",
            provider="onnxruntime",
            precision="float32",
            version=runtime,
            open=_open_onnxruntime,
            why_not=lambda: "",
        ),
        Candidate(
            name="OpenVINO/float32",
            device="CPU",
            provider="OpenVINO",
            precision="float32",
            version=f"{runtime}+{plugin_version}",
            open=_open_openvino("f32"),
            why_not=_openvino_missing,
            stops_within=False,
        ),
        Candidate(
            name="OpenVINO/bfloat16",
            device="CPU",
            provider="OpenVINO",
            precision="bfloat16",
            version=f"{runtime}+{plugin_version}",
            open=_open_openvino("bf16"),
            why_not=_bfloat16_missing,
            stops_within=False,
        ),
        Candidate(
            name="CUDA/float32",
            device="CUDA",
            provider="CUDA",
            precision="float32",
            version=runtime,
            open=_open_cuda,
            why_not=_cuda_missing,
        ),
    )


def what_runs(session: ort.InferenceSession, candidate: Candidate) -> Ran:
    """Return what a session really calculates with, by the nodes that each provider was given.

    A session's list of providers only tells which were asked; one whose list begins with CUDA
    may have every node on the processor.
    """
    nodes = _assigned(session)
    name = {"OpenVINO": "OpenVINOExecutionProvider", "CUDA": "CUDAExecutionProvider"}.get(
        candidate.provider, "CPUExecutionProvider"
    )
    threads = _threads(session)
    mine = sum(nodes[name].values())
    if not mine and name != "CPUExecutionProvider":
        reason = (
            cuda.missing_libraries_sentence()
            if candidate.provider == "CUDA"
            else f"{candidate.provider} took no part of this graph."
        )
        return Ran(
            device="CPU",
            device_name=processor().name,
            provider="onnxruntime",
            precision="float32",
            threads=threads,
            note=reason,
        )
    elsewhere = sum(
        count
        for provider, operators in nodes.items()
        if provider != name
        for operator, count in operators.items()
        if operator in _HEAVY
    )
    return Ran(
        device=candidate.device,
        device_name=cuda.cuda_state().device_name
        if candidate.device == "CUDA"
        else processor().name,
        provider=candidate.provider,
        precision=candidate.precision,
        threads=threads,
        note=f"{elsewhere} large operations ran in onnxruntime on the processor."
        if elsewhere
        else "",
    )


def _assigned(session: ort.InferenceSession) -> dict[str, Counter[str]]:
    """Return provider -> operator -> number of nodes."""
    nodes: dict[str, Counter[str]] = {
        "CPUExecutionProvider": Counter(),
        "OpenVINOExecutionProvider": Counter(),
        "CUDAExecutionProvider": Counter(),
    }
    if not hasattr(session, "get_provider_graph_assignment_info"):
        # Before 1.24; CUDA is not offered there, and OpenVINO takes whole graphs or none.
        nodes.setdefault(session.get_providers()[0], Counter())["?"] += 1
        return nodes
    for part in session.get_provider_graph_assignment_info():
        operators = nodes.setdefault(part.ep_name, Counter())
        for node in part.get_nodes():
            operators[node.op_type] += 1
    return nodes


def _threads(session: ort.InferenceSession) -> int:
    settings: dict[str, Any] = session.get_provider_options().get("OpenVINOExecutionProvider", {})
    if config := settings.get("load_config"):
        return int(json.loads(config)["CPU"]["INFERENCE_NUM_THREADS"])
    return int(session.get_session_options().intra_op_num_threads)
