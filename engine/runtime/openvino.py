"""Graphs that OpenVINO has open: on the processor, in float32 or bfloat16.

The package `openvino` is used directly. ONNX Runtime's plugin brings the same library, byte for
byte, but offers it to processors of Intel alone, and its runs cannot be stopped.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import Cancelled
from engine.runtime.backend import Port
from engine.runtime.cancel import CancelToken
from engine.runtime.machine import processor
from engine.spec.results import Ran

DISTRIBUTION = "openvino"
HOW_TO_GET = "pip install --no-deps openvino"

_UNWANTED = ("openvino_telemetry", "openvino.tools.ovc")
"""The first reports each use to Google; the second, a converter of models, is what calls it."""

_CANCELLED = "Infer Request was canceled"
_PATIENCE_S = 0.02
_KEPT_KERNELS = 256
_lock = threading.Lock()
_found: Library | None = None


@dataclass(frozen=True)
class Library:
    """OpenVINO as this process has it.

    Attributes:
        version: of the distribution; empty when it is not installed.
        core: its `Core`; None when it cannot be used.
        capabilities: what it says that this processor can do: "FP32", "BF16".
        state: one sentence; where it is missing, with how to get it.
    """

    version: str
    core: Any
    capabilities: tuple[str, ...]
    state: str

    @property
    def is_usable(self) -> bool:
        """Whether graphs can be given to it."""
        return self.core is not None

    @property
    def has_bfloat16(self) -> bool:
        """Whether this processor calculates in bfloat16; elsewhere OpenVINO ignores the wish."""
        return "BF16" in self.capabilities


def library() -> Library:
    """Return OpenVINO, loaded once per process."""
    global _found
    with _lock:
        if _found is None:
            _found = _load()
        return _found


def opener(precision: str) -> Callable[[Path, int], OpenVinoGraph]:
    """Return what opens a file, for a number of threads, in "f32" or "bf16"."""
    return lambda path, threads: OpenVinoGraph(path, precision, threads)


class OpenVinoGraph:
    """One graph, compiled; a `Backend`.

    Args:
        path: of the ONNX file. It may stay mapped into memory while the graph is open.
        precision: "f32" or "bf16".
        threads: of one run.
    """

    def __init__(self, path: Path, precision: str, threads: int) -> None:
        self._path = path
        self._settings = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            # Pinned threads of two workers, or of the window, would queue for the same cores.
            "ENABLE_CPU_PINNING": False,
            # Kernels are kept for every shape that was ever met, 5000 of each kind if it is not
            # told otherwise: 384 shapes of a style network took 310 MB, with this limit 62 MB.
            "CPU_RUNTIME_CACHE_CAPACITY": _KEPT_KERNELS,
        }
        # With one stream OpenVINO runs one request at a time in any case.
        self._running = threading.Lock()
        self._compiled: Any = self._compile()
        self.inputs = tuple(_port(node) for node in self._compiled.inputs)
        # A tensor's names may be those of several outputs; the node that ends it has just one.
        self.outputs = tuple(
            node.node.get_friendly_name().removesuffix("/sink_port_0")
            for node in self._compiled.outputs
        )
        self._precision = _NAMES.get(self._said("INFERENCE_PRECISION_HINT"), "")
        self._threads = int(self._compiled.get_property("INFERENCE_NUM_THREADS"))
        self._device = " ".join(self._compiled.get_property("EXECUTION_DEVICES"))

    def run(
        self, feeds: Mapping[str, NDArray[Any]], token: CancelToken | None
    ) -> list[NDArray[Any]]:
        """Return the values of `outputs`; see `Backend.run`. Runs of several threads take turns.

        A graph whose run failed is compiled anew before the next one: after memory ran out, the
        old one ended the process or gave outputs of an earlier shape.
        """
        with self._turn(token):
            if self._compiled is None:
                self._compiled = self._compile()
            try:
                return self._calculate(feeds, token)
            except Exception as error:
                if _CANCELLED in str(error):
                    raise Cancelled from error
                self._compiled = None
                raise

    def ran(self, device: str, provider: str, precision: str) -> Ran:
        """Return what it calculates with, by the properties of the compiled graph."""
        told = self._precision or precision
        return Ran(
            device=self._device or device,
            device_name=processor().name,
            provider=provider,
            precision=told,
            threads=self._threads,
            note="" if told == precision else f"OpenVINO took {told} in place of {precision}.",
        )

    def _calculate(
        self, feeds: Mapping[str, NDArray[Any]], token: CancelToken | None
    ) -> list[NDArray[Any]]:
        # Outputs belong to their request: with a new one each time (10 µs), they need no copy.
        request = self._compiled.create_infer_request()
        tensors = [_tensor(np.asarray(feeds[port.name])) for port in self.inputs]
        for index, tensor in enumerate(tensors):
            request.set_input_tensor(index, tensor)
        request.start_async()
        try:
            # A request that has not begun ignores `cancel`, so the hook is set only now.
            with token.calling(request.cancel) if token is not None else nullcontext():
                request.wait()
        except Exception:
            del request  # else the traceback would hold the memory of what failed
            raise
        finally:
            del tensors  # the request reads this memory up to here
        return [request.get_output_tensor(i).data for i in range(len(self.outputs))]

    @contextmanager
    def _turn(self, token: CancelToken | None) -> Iterator[None]:
        while not self._running.acquire(timeout=_PATIENCE_S):
            if token is not None:
                token.check()
        try:
            yield
        finally:
            self._running.release()

    def _compile(self) -> Any:
        found = library()
        if not found.is_usable:
            raise RuntimeError(found.state)
        return found.core.compile_model(self._path, "CPU", self._settings)

    def _said(self, name: str) -> str:
        kind = self._compiled.get_property(name)
        return str(kind.get_type_name())


_NAMES = {"f32": "float32", "bf16": "bfloat16", "f16": "float16"}


def _port(node: Any) -> Port:
    kind = node.get_element_type()
    try:
        dtype = np.dtype(kind.to_dtype())
    except Exception:  # noqa: BLE001 - a type that NumPy does not have
        dtype = None
    shape = tuple(size.get_length() if size.is_static else None for size in node.partial_shape)
    return Port(node.node.get_friendly_name(), str(kind.get_type_name()), dtype, shape)


def _tensor(value: NDArray[Any]) -> Any:
    """Return a tensor that shares the array's memory, or holds a copy where it cannot."""
    module = importlib.import_module(DISTRIBUTION)
    if value.flags.c_contiguous and value.flags.writeable:
        return module.Tensor(value, shared_memory=True)
    return module.Tensor(np.array(value, order="C"), shared_memory=True)


def _load() -> Library:
    if importlib.util.find_spec(DISTRIBUTION) is None:
        return Library("", None, (), f"OpenVINO is not installed: {HOW_TO_GET}.")
    for name in _UNWANTED:
        # Importing what is None here fails as if it were not installed, which OpenVINO expects.
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        version = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        version = ""
    try:
        module = importlib.import_module(DISTRIBUTION)
        version = version or str(module.__version__)
        core = module.Core()
        if "CPU" not in core.available_devices:
            return Library(version, None, (), f"OpenVINO {version} has no part for processors.")
        capabilities = tuple(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
    except Exception as error:  # noqa: BLE001 - whatever a foreign library raises, it is just absent
        return Library(version, None, (), f"OpenVINO {version} does not load: {error}")
    return Library(version, core, capabilities, f"OpenVINO {version} can be used.")
