"""What a machine can calculate with, as data that the host can carry and a window can show."""

from __future__ import annotations

import msgspec


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """How one way of running a graph did on this machine.

    Attributes:
        candidate: its name: "onnxruntime/float32", "OpenVINO/bfloat16".
        seconds: shortest wall time of one canary run; 0 if it was not timed.
        error: root-mean-square difference from float32, relative to the output's deviation.
        growth_mb: resident memory gained by opening and running it once.
        note: why it was not taken, in one sentence; empty for one that could be.
    """

    candidate: str
    seconds: float = 0.0
    error: float = 0.0
    growth_mb: float = 0.0
    note: str = ""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The way that was found fastest for one graph on one machine.

    Attributes:
        kind: what the graph does: "style.any/strip".
        digest: SHA-256 of its file.
        candidate: the winner's name.
        threads: for how many threads it holds.
        asked: device and precision that were asked for: "auto/float32".
        measured: every candidate, in the order they were tried.
        when_s: Unix time of the measurement.
    """

    kind: str
    digest: str
    candidate: str
    threads: int
    asked: str
    measured: tuple[Measured, ...] = ()
    when_s: float = 0.0


class Crashed(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that ended the process while it was tried; it is not tried again.

    Attributes:
        kind: what the graph does.
        candidate: the candidate's name.
    """

    kind: str
    candidate: str


class DeviceReport(msgspec.Struct, frozen=True, kw_only=True):
    """What this machine calculates with, and why not with more.

    Attributes:
        processor: its name.
        logical: hardware threads of the machine.
        physical: cores of the machine.
        usable: cores that this process may use (affinity and container limits).
        flags: instruction sets that matter to the kernels: "avx2", "avx512_bf16".
        memory_mb: RAM of the machine.
        free_mb: what this process could still take, container limits included.
        onnxruntime: its version, or empty when it cannot be used.
        onnxruntime_distributions: installed distributions with versions; exactly one is right.
        onnxruntime_fault: what is wrong with the installation, and what to do; empty if nothing.
        openvino: version of the package, or empty when it cannot be used.
        openvino_state: one sentence, with how to get it when it is missing.
        cuda: whether a graph can be given to CUDA.
        cuda_state: one sentence, with how to get it when it is missing.
        free_vram_mb: free memory of the first NVIDIA device; 0 when there is none.
        choices: what was measured and is remembered.
        crashed: what is not tried again.
    """

    processor: str
    logical: int
    physical: int
    usable: int
    flags: tuple[str, ...] = ()
    memory_mb: float = 0.0
    free_mb: float = 0.0
    onnxruntime: str = ""
    onnxruntime_distributions: tuple[str, ...] = ()
    onnxruntime_fault: str = ""
    openvino: str = ""
    openvino_state: str = ""
    cuda: bool = False
    cuda_state: str = ""
    free_vram_mb: float = 0.0
    choices: tuple[Choice, ...] = ()
    crashed: tuple[Crashed, ...] = ()
