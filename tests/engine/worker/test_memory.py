from __future__ import annotations

from types import SimpleNamespace

import pytest

from engine.worker import memory
from engine.worker.memory import LEAST_BYTES, RESERVE_BYTES, PeakMeter, granted_bytes

GB = 10**9
HUGE_MB = 10**6


@pytest.fixture
def machine(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=8 * GB))
    return tmp_path


def test_a_quarter_of_what_the_machine_can_spare_is_granted(machine):
    assert granted_bytes(0) == (8 * GB - RESERVE_BYTES) // 4


def test_the_limit_of_the_user_holds_but_for_a_reserve(machine):
    assert granted_bytes(1000) == 1000 * 2**20
    assert granted_bytes(HUGE_MB) == 8 * GB - RESERVE_BYTES


def test_a_container_grants_no_more_than_it_has_left(machine):
    (machine / "memory.max").write_text(f"{4 * GB}\n")
    (machine / "memory.current").write_text(f"{GB}\n")
    assert granted_bytes(HUGE_MB) == 3 * GB - RESERVE_BYTES
    (machine / "memory.max").write_text("max\n")
    assert granted_bytes(HUGE_MB) == 8 * GB - RESERVE_BYTES


def test_a_full_machine_still_lets_a_job_try(machine, monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=0))
    assert granted_bytes(0) == LEAST_BYTES


@pytest.mark.parametrize("has_mark", [True, False])
def test_memory_that_was_given_back_still_counts_as_the_peak(monkeypatch, has_mark):
    if not has_mark:
        monkeypatch.setattr(memory, "_reset_mark", lambda: False)
    with PeakMeter() as meter:
        before = meter.megabytes
        held = bytearray(b"x") * (200 * 2**20)
        if not has_mark:
            meter._look()
        del held
    assert meter.megabytes > before + 150
