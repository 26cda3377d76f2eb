"""The machine: its processor, the cores that may be used, and the memory that is free."""

from __future__ import annotations

import functools
import math
import os
import platform
from dataclasses import dataclass
from pathlib import Path

import psutil

_FLAGS = (
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "f16c",
    "avx_vnni",
    "avx512f",
    "avx512bw",
    "avx512vl",
    "avx512_vnni",
    "avx512_bf16",
    "avx512_fp16",
    "amx_tile",
    "amx_bf16",
    "amx_int8",
    "asimd",
    "asimddp",
    "bf16",
    "i8mm",
    "sve",
)


@dataclass(frozen=True)
class Processor:
    """A processor.

    Attributes:
        name: as the system gives it: "AMD EPYC 9355".
        flags: instruction sets that matter to the kernels, empty where the system tells none.
        physical: cores.
        logical: hardware threads.
    """

    name: str
    flags: tuple[str, ...]
    physical: int
    logical: int


@functools.cache
def processor() -> Processor:
    """Return this machine's processor."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    name, flags = read_cpuinfo(text)
    logical = psutil.cpu_count(logical=True) or 1
    return Processor(
        name=name or platform.processor() or platform.machine() or "unknown processor",
        flags=flags,
        physical=psutil.cpu_count(logical=False) or logical,
        logical=logical,
    )


def read_cpuinfo(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the name and the known flags of the first processor in the text of /proc/cpuinfo."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        values.setdefault(key.strip().lower(), value.strip())
    present = set((values.get("flags") or values.get("features") or "").split())
    return values.get("model name", ""), tuple(flag for flag in _FLAGS if flag in present)


def usable_cores() -> int:
    """Return how many cores this process may use: physical, in its affinity and its container.

    Hyper-threads share a core's vector units, so more threads than cores only add overhead.
    """
    cores = processor().physical
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    return max(1, min(cores, _cgroup_cores(_cgroup_folders())))


def free_memory() -> int:
    """Return the bytes that this process could still take: of the machine and of its container."""
    available = int(psutil.virtual_memory().available)
    return max(0, min(available, *_cgroup_free(_cgroup_folders())))


def resident_memory() -> int:
    """Return the bytes of RAM that this process holds."""
    return int(_this_process().memory_info().rss)


@functools.cache
def _this_process() -> psutil.Process:
    return psutil.Process()


def _cgroup_folders(
    root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")
) -> list[Path]:
    """Return the folders of this process's control group and of all above it (version 2 and 1)."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    folders: list[Path] = []
    for line in lines:
        _, controllers, group = [*line.split(":", 2), "", ""][:3]
        if controllers and "memory" not in controllers.split(","):
            continue
        base = root / "memory" if controllers else root
        folder = base / group.lstrip("/")
        while True:
            folders.append(folder)
            if folder in (base, folder.parent):
                break
            folder = folder.parent
    return folders


def _cgroup_free(folders: list[Path]) -> list[int]:
    found = [2**63]
    for folder in folders:
        limit = _number(folder / "memory.max") or _number(folder / "memory.limit_in_bytes")
        used = _number(folder / "memory.current") or _number(folder / "memory.usage_in_bytes")
        if limit is None or limit >= 2**60:  # version 1 writes "no limit" as a huge number
            continue
        found.append(limit - (used or 0) + _cache_that_yields(folder / "memory.stat"))
    return found


def _cache_that_yields(stat: Path) -> int:
    """Return the bytes of page cache that the kernel drops before it refuses memory."""
    try:
        lines = stat.read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    for line in lines:
        name, _, value = line.partition(" ")
        if name in ("inactive_file", "total_inactive_file") and value.isdigit():
            return int(value)
    return 0


def _cgroup_cores(folders: list[Path]) -> int:
    fewest = 2**31
    for folder in folders:
        try:
            quota, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
        except (OSError, ValueError):
            continue
        if quota.isdigit() and period.isdigit() and int(period) > 0:
            fewest = min(fewest, math.ceil(int(quota) / int(period)))
    return fewest


def _number(path: Path) -> int | None:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
