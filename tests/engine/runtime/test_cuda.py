"""CUDA's driver is played by a small library that is compiled here; no GPU is needed."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = """
#include <string.h>
typedef struct { unsigned long long total, free, used; } Memory;
int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **d) { *d = (void *)0x1234567890; return 0; }
int nvmlDeviceGetMemoryInfo(void *d, Memory *m) {
  if (d != (void *)0x1234567890) return 3;
  m->total = 24ULL << 30; m->free = 10ULL << 30; m->used = 14ULL << 30; return 0;
}
int cuInit(unsigned flags) { return STARTS ? 0 : 100; }
int cuDeviceGetCount(int *count) { *count = 1; return 0; }
int cuDeviceGet(int *device, int ordinal) { *device = 0; return 0; }
int cuDeviceGetName(char *name, int length, int device) {
  strncpy(name, "NVIDIA Toy", length); return 0;
}
"""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("cc"), reason="needs Linux and a C compiler"
)


def look(folder: Path, *, has_driver: bool = True, starts: bool = True) -> dict[str, object]:
    """Return what a new process finds when its machine has a device node and this driver."""
    source = folder / "driver.c"
    source.write_text(DRIVER)
    for name in ("libcuda.so.1", "libnvidia-ml.so.1") if has_driver else ():
        command = ["cc", "-shared", "-fPIC", f"-DSTARTS={int(starts)}", "-o", name, "driver.c"]
        subprocess.run(command, cwd=folder, check=True, timeout=60)
    script = (
        "import json; from engine.runtime import cuda; cuda._has_device_node = lambda: True\n"
        "s = cuda.cuda_state()\n"
        "print(json.dumps([s.is_usable, s.sentence, s.device_name, cuda.free_vram()]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ | {"LD_LIBRARY_PATH": str(folder)},
        cwd=Path(__file__).parents[3],
    )
    assert done.stderr == ""
    keys = ("is_usable", "sentence", "name", "free")
    return dict(zip(keys, json.loads(done.stdout), strict=True))


def test_a_gpu_without_cuda_libraries_says_what_to_install_and_prints_nothing(
    tmp_path: Path,
) -> None:
    found = look(tmp_path)
    if found["is_usable"]:
        pytest.skip("this machine has the CUDA libraries")
    assert found["name"] == "NVIDIA Toy"
    assert "cuda” extra" in str(found["sentence"]) or "onnxruntime-gpu" in str(found["sentence"])


def test_a_package_without_the_provider_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ort = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" not in ort.get_available_providers():
        pytest.skip("needs onnxruntime-gpu")
    from engine.runtime import cuda

    monkeypatch.setattr(cuda, "_has_device_node", lambda: True)
    monkeypatch.setattr(cuda, "_driver", lambda: ("NVIDIA Toy", ""))
    assert cuda._has_provider_file()
    monkeypatch.setattr(cuda.ort, "__file__", str(tmp_path / "__init__.py"))
    state = cuda.cuda_state.__wrapped__()
    assert not state.is_usable
    assert "made without its CUDA part" in state.sentence


def test_free_memory_of_the_gpu_is_read_from_its_management_library(tmp_path: Path) -> None:
    assert look(tmp_path)["free"] == 10 << 30


def test_a_driver_that_does_not_start_is_told(tmp_path: Path) -> None:
    assert "driver does not start" in str(look(tmp_path, starts=False)["sentence"])


def test_a_missing_driver_is_told(tmp_path: Path) -> None:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        pass
    else:
        pytest.skip("this machine has the driver")
    found = look(tmp_path, has_driver=False)
    assert (found["is_usable"], found["free"]) == (False, 0)
    assert "driver is missing" in str(found["sentence"])
