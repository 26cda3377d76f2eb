from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from engine.runtime import machine


def group(root: Path, name: str, **files: str) -> Path:
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file.replace("_", ".", 1)).write_text(text)
    return folder


def test_free_memory_is_no_more_than_the_machine_has() -> None:
    assert 0 < machine.free_memory() <= psutil.virtual_memory().total


def test_the_tightest_group_decides_and_its_old_file_cache_is_free(tmp_path: Path) -> None:
    group(tmp_path, "a", memory_max="1000", memory_current="100")
    group(
        tmp_path,
        "a/b",
        memory_max="500",
        memory_current="300",
        memory_stat="anon 5\ninactive_file 50\n",
    )
    own = tmp_path / "own"
    own.write_text("0::/a/b\n")
    folders = machine._cgroup_folders(tmp_path, own)
    assert folders == [tmp_path / "a/b", tmp_path / "a", tmp_path]
    assert min(machine._cgroup_free(folders)) == 250


def test_a_group_without_limit_limits_nothing(tmp_path: Path) -> None:
    folder = group(tmp_path, "a", memory_max="max", memory_current="5", cpu_max="max 100000")
    assert machine._cgroup_free([folder]) == [2**63]
    assert machine._cgroup_cores([folder]) > 1000


def test_a_quota_of_one_and_a_half_cores_is_two_threads(tmp_path: Path) -> None:
    assert machine._cgroup_cores([group(tmp_path, "a", cpu_max="150000 100000")]) == 2


def test_usable_cores_are_at_least_one_and_at_most_physical() -> None:
    assert 1 <= machine.usable_cores() <= machine.processor().physical


@pytest.mark.parametrize(
    ("text", "name", "flags"),
    [
        (
            "model name\t: Some CPU\nflags\t: fpu avx2 avx512_bf16\n\nmodel name : 2\nflags : fma",
            "Some CPU",
            ("avx2", "avx512_bf16"),
        ),
        ("Features\t: fp asimd bf16\n", "", ("asimd", "bf16")),
        ("", "", ()),
    ],
)
def test_cpuinfo_is_read_for_the_first_processor(
    text: str, name: str, flags: tuple[str, ...]
) -> None:
    assert machine.read_cpuinfo(text) == (name, flags)
