"""Graphs that ONNX Runtime has open, on the processor or on an NVIDIA GPU.

Optimised copies of graphs are not kept on disk: writing them takes longer than they save. A
transformer of 302 MB opened in 0.15 s, its optimised copy in 0.18 s; the style networks open in
0.01 s either way. Libraries of custom operators are never registered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from engine.runtime import cuda
from engine.runtime.backend import Port
from engine.runtime.cancel import CancelToken
from engine.runtime.machine import processor
from engine.spec.results import Ran

_FATAL = 4  # onnxruntime's severity: its errors come back as exceptions, so they need no print
_CPU = "CPUExecutionProvider"
_CUDA = "CUDAExecutionProvider"
_HEAVY = frozenset(
    {"Attention", "Conv", "ConvTranspose", "FusedConv", "Gemm", "MatMul", "MultiHeadAttention"}
)
_NUMPY_TYPES: dict[str, np.dtype[Any]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(double)": np.dtype(np.float64),
    "tensor(int64)": np.dtype(np.int64),
    "tensor(int32)": np.dtype(np.int32),
    "tensor(int16)": np.dtype(np.int16),
    "tensor(int8)": np.dtype(np.int8),
    "tensor(uint8)": np.dtype(np.uint8),
    "tensor(uint16)": np.dtype(np.uint16),
    "tensor(bool)": np.dtype(np.bool_),
}


class OnnxRuntimeGraph:
    """One graph in an `onnxruntime.InferenceSession`; a `Backend`."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session
        self.inputs = tuple(
            Port(
                node.name,
                node.type,
                _NUMPY_TYPES.get(node.type),
                tuple(size if isinstance(size, int) else None for size in node.shape or ()),
            )
            for node in session.get_inputs()
        )
        self.outputs = tuple(output.name for output in session.get_outputs())

    def run(
        self, feeds: Mapping[str, NDArray[Any]], token: CancelToken | None
    ) -> list[NDArray[Any]]:
        """Return the values of `outputs`; see `Backend.run`. Runs of several threads overlap."""
        options = ort.RunOptions()
        options.log_severity_level = _FATAL
        with token.calling(lambda: _terminate(options)) if token is not None else nullcontext():
            values = self._session.run(list(self.outputs), dict(feeds), options)
        return [np.asarray(value) for value in values]

    def ran(self, device: str, provider: str, precision: str) -> Ran:
        """Return what it calculates with, by the nodes that each provider was given.

        A session's list of providers only tells which were asked; one whose list begins with
        CUDA may have every node on the processor.
        """
        nodes = _assigned(self._session)
        threads = int(self._session.get_session_options().intra_op_num_threads)
        if provider == "CUDA" and not nodes[_CUDA]:
            return Ran(
                device="CPU",
                device_name=processor().name,
                provider="onnxruntime",
                precision="float32",
                threads=threads,
                note=cuda.missing_libraries_sentence(),
            )
        on_gpu = provider == "CUDA"
        elsewhere = sum(nodes[_CPU][operator] for operator in _HEAVY) if on_gpu else 0
        return Ran(
            device=device,
            device_name=cuda.cuda_state().device_name if on_gpu else processor().name,
            provider=provider,
            precision=precision,
            threads=threads,
            note=f"{elsewhere} large operations ran in onnxruntime on the processor."
            if elsewhere
            else "",
        )


def open_on_processor(path: Path, threads: int) -> OnnxRuntimeGraph:
    """Open a graph on the processor."""
    return OnnxRuntimeGraph(ort.InferenceSession(path, session_options(threads), providers=[_CPU]))


def open_on_cuda(path: Path, threads: int) -> OnnxRuntimeGraph:
    """Open a graph on the first NVIDIA GPU; what it cannot run there goes to the processor."""
    settings = {
        "use_tf32": "0",  # it would round every product to 10 bits and still be called float32
        "cudnn_conv_algo_search": "HEURISTIC",  # an exhaustive search at every new size takes long
        "arena_extend_strategy": "kSameAsRequested",
    }
    providers = [(_CUDA, settings), _CPU]
    return OnnxRuntimeGraph(
        ort.InferenceSession(path, session_options(threads), providers=providers)
    )


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


def _assigned(session: ort.InferenceSession) -> dict[str, Counter[str]]:
    """Return provider -> operator -> number of nodes."""
    nodes: dict[str, Counter[str]] = {_CPU: Counter(), _CUDA: Counter()}
    for part in session.get_provider_graph_assignment_info():
        operators = nodes.setdefault(part.ep_name, Counter())
        for node in part.get_nodes():
            operators[node.op_type] += 1
    return nodes


def _terminate(options: ort.RunOptions) -> None:
    options.terminate = True
