"""What a task gives back, and what it says about how it ran."""

from __future__ import annotations

import msgspec

AssetId = str
"""SHA-256 of a file's bytes as 64 hex digits, a dot and the file's suffix: `9f86….png`."""


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What really calculated: read from the session after it ran, never from the request.

    Attributes:
        device: "CPU", "CUDA".
        device_name: the processor's name.
        provider: "onnxruntime", "OpenVINO" (on the CPU) or "CUDA".
        precision: "float32", "bfloat16", "float16".
        threads: CPU threads that took part.
        note: why it is not what was asked for, in one sentence; empty if it is.
    """

    device: str
    device_name: str = ""
    provider: str = ""
    precision: str = "float32"
    threads: int = 1
    note: str = ""

    def summary(self) -> str:
        """Return one short line: `CPU · OpenVINO bfloat16 · 2 threads`."""
        parts = [self.device]
        if self.provider:
            parts.append(f"{self.provider} {self.precision}")
        parts.append(f"{self.threads} thread" + ("s" if self.threads != 1 else ""))
        return " · ".join(parts)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """One measured piece of work, from which the next estimate learns.

    Attributes:
        kind: what was done and how, e.g. "style.any/staged/OpenVINO/bfloat16".
        units: how much of it, mostly megapixels.
        seconds: wall time.
        peak_mb: highest resident memory of the process while it ran.
    """

    kind: str
    units: float
    seconds: float
    peak_mb: float = 0.0


class TaskResult(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all results.

    Attributes:
        ran: what calculated, in order of first use.
        seconds: wall time of the whole job.
        cpu_seconds: processor time of the whole job.
        peak_mb: highest resident memory of the worker while the job ran.
        costs: what was measured, for later estimates.
        notes: what the user should know, one sentence each: "First of 12 frames of a GIF."
    """

    ran: tuple[Ran, ...] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    costs: tuple[Cost, ...] = ()
    notes: tuple[str, ...] = ()


class ImageResult(TaskResult, frozen=True, kw_only=True, tag="image"):
    """One picture in the asset store."""

    image: AssetId
    width: int
    height: int


class TextResult(TaskResult, frozen=True, kw_only=True, tag="text"):
    """A few words or a JSON document, for tasks that inspect."""

    text: str = ""


AnyResult = ImageResult | TextResult
"""Every result that can travel on the wire."""
