"""Whether graphs can be given to an NVIDIA GPU, found out without waking onnxruntime's provider.

`onnxruntime.get_available_providers()` tells what was compiled in, not what the machine has, and
asking for CUDA where it is missing prints errors and silently runs on the CPU. So the driver is
asked first, and a session's node assignment afterwards.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import onnxruntime as ort


@dataclass(frozen=True)
class CudaState:
    """Whether CUDA can be used.

    Attributes:
        is_usable: a device, its driver and onnxruntime's provider are there.
        sentence: the state in one sentence; where it is missing, with how to get it.
        device_name: of the first device.
    """

    is_usable: bool
    sentence: str
    device_name: str = ""


@functools.cache
def cuda_state() -> CudaState:
    """Return whether CUDA can be used; looked up once per process, silent on any machine."""
    if sys.platform == "darwin":
        return CudaState(False, "CUDA does not exist on macOS; graphs run on the processor.")
    if not _has_device_node():
        return CudaState(False, "There is no NVIDIA GPU; graphs run on the processor.")
    name, fault = _driver()
    if fault:
        return CudaState(False, fault)
    if "CUDAExecutionProvider" not in ort.get_available_providers():
        return CudaState(
            False,
            f"{name} is there, but this ONNX Runtime was built without CUDA: "
            "install onnxruntime-gpu in place of onnxruntime.",
            name,
        )
    if not _has_provider_file():
        return CudaState(
            False,
            f"{name} is there, but this package of Gesso was made without its CUDA part; "
            "graphs run on the processor.",
            name,
        )
    # It prints what it found, and raises nothing when libraries are missing.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(OSError, RuntimeError):
        ort.preload_dlls()
    if _lacks_libraries():
        return CudaState(False, missing_libraries_sentence(), name)
    return CudaState(True, f"{name} can be used.", name)


def missing_libraries_sentence() -> str:
    """Return what to say when the driver is there and yet no node of a graph ran on the GPU."""
    return (
        f"CUDA {_cuda_major()} or cuDNN 9 is missing, so nothing ran on the GPU: "
        "install Gesso with its “cuda” extra."
    )


def _cuda_major() -> str:
    return str(getattr(ort, "cuda_version", "") or "13").partition(".")[0]


def _has_provider_file() -> bool:
    """Return whether the provider itself is there; the smaller packages leave it out."""
    folder = Path(ort.__file__).parent / "capi"
    return any(folder.glob("*onnxruntime_providers_cuda*"))


def _lacks_libraries() -> bool:
    """Return whether the libraries that the provider links to cannot be found.

    The provider would print errors and leave the graph to the processor.
    """
    major = _cuda_major()
    linux = (f"libcublasLt.so.{major}", "libcudnn.so.9")
    windows = (f"cublasLt64_{major}.dll", "cudnn64_9.dll")
    return any(_open(name) is None for name in (windows if sys.platform == "win32" else linux))


def free_vram() -> int:
    """Return the free bytes of the first NVIDIA device by its management library, or 0."""
    if not _has_device_node():
        return 0
    library = _load("nvidia-ml", "nvml")
    if library is None:
        return 0
    return _free_by(library)


def _free_by(library: ctypes.CDLL) -> int:
    class Memory(ctypes.Structure):
        _fields_ = (
            ("total", ctypes.c_ulonglong),
            ("free", ctypes.c_ulonglong),
            ("used", ctypes.c_ulonglong),
        )

    device, memory = ctypes.c_void_p(), Memory()
    if library.nvmlInit_v2() != 0:
        return 0
    try:
        if library.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(device)) != 0:
            return 0
        if library.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)) != 0:
            return 0
        return int(memory.free)
    finally:
        library.nvmlShutdown()


def _has_device_node() -> bool:
    if sys.platform == "win32":
        return _load("cuda", "nvcuda") is not None
    dev = Path("/dev")
    # /dev/dxg is how Windows' subsystem for Linux passes a GPU on; any maker's.
    return any(dev.glob("nvidia[0-9]*")) or (dev / "dxg").exists()


def _driver() -> tuple[str, str]:
    """Return the first device's name and, when it cannot be used, why."""
    library = _load("cuda", "nvcuda")
    if library is None:
        return "", "There is an NVIDIA GPU, but its driver is missing: install NVIDIA's driver."
    count, device = ctypes.c_int(), ctypes.c_int()
    if library.cuInit(0) != 0 or library.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return "", "NVIDIA's driver does not start: update it and restart the machine."
    if count.value < 1:
        return "", "NVIDIA's driver offers no device to this program."
    text = ctypes.create_string_buffer(256)
    library.cuDeviceGet(ctypes.byref(device), 0)
    library.cuDeviceGetName(text, len(text), device)
    return text.value.decode("utf-8", "replace") or "An NVIDIA GPU", ""


def _load(linux: str, windows: str) -> ctypes.CDLL | None:
    return _open(f"{windows}.dll" if sys.platform == "win32" else f"lib{linux}.so.1")


def _open(name: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None
