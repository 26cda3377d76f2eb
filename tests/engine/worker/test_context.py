from __future__ import annotations

import gc
import os

import numpy as np
import pytest

from engine.assets.pictures import Picture
from engine.errors import AssetError, Cancelled
from engine.paths import Folders
from engine.runtime.cancel import CancelToken
from engine.spec.task import RunOptions
from engine.worker.context import LIVE_IMAGE, Context, Workbench, rgba_bytes
from engine.worker.memory import LEAST_BYTES, PeakMeter, granted_bytes
from engine.worker.pictures import PictureCache, size_bytes
from engine.worker.progress import ProgressReporter


def picture(side: int = 10, value: int = 0) -> Picture:
    return Picture(np.full((side, side, 3), value, np.uint8))


@pytest.fixture
def bench(folders: Folders) -> Workbench:
    return Workbench(folders)


def context_of(bench: Workbench, **changes) -> Context:
    options = changes.pop("options", RunOptions())
    return Context(
        bench, options, CancelToken(), ProgressReporter(lambda _: None), PeakMeter(), **changes
    )


def test_the_scratch_folder_is_private_and_goes_with_the_job(bench, folders):
    with context_of(bench) as first, context_of(bench) as second:
        assert first.scratch != second.scratch
        assert first.scratch.name.startswith(f"{os.getpid()}-")
        (first.scratch / "strip.npy").write_bytes(b"x")
    assert list(folders.scratch.iterdir()) == []


def test_the_scratch_folder_goes_also_after_an_error(bench, folders):
    def fail() -> None:
        with context_of(bench) as context:
            (context.scratch / "a").write_bytes(b"x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(folders.scratch.iterdir()) == []


def test_progress_looks_at_the_token(bench):
    context = context_of(bench)
    context.progress(0.1)
    context.token.set()
    with pytest.raises(Cancelled):
        context.progress(0.2)
    with pytest.raises(Cancelled):
        context.check()


def test_a_note_is_kept_once_and_costs_carry_the_peak(bench):
    context = context_of(bench)
    context.note("a")
    context.note("b")
    context.note("a")
    assert context.notes == ["a", "b"]
    context.cost("k", 2.0, 0.5)
    assert context.costs[0].units == 2.0
    assert context.costs[0].peak_mb > 10


def test_a_live_picture_stays_in_memory(bench, folders):
    context = context_of(bench, is_live=True)
    assert context.save_picture(picture(2, 7)) == LIVE_IMAGE
    assert context.live_picture is not None
    assert not folders.assets.exists()
    assert rgba_bytes(context.live_picture) == bytes([7, 7, 7, 255]) * 4


def test_rgba_keeps_alpha_and_rounds_sixteen_bits():
    pixels = np.array([[[65535, 32896, 0]]], np.uint16)
    assert rgba_bytes(Picture(pixels, alpha=np.array([[128 * 257]], np.uint16))) == bytes(
        [255, 128, 0, 128]
    )


def test_an_unknown_picture_is_told(bench):
    with pytest.raises(AssetError):
        context_of(bench).picture("nonsense")


def test_the_memory_limit_holds_and_a_little_is_always_granted():
    assert granted_bytes(1000) <= 1000 * 2**20
    assert granted_bytes(1) == LEAST_BYTES
    assert granted_bytes(0) > LEAST_BYTES
    assert granted_bytes(0) < granted_bytes(10**9), "a job takes less than all unless told to"


def test_the_meter_sees_a_peak_that_has_passed():
    with PeakMeter() as meter:
        before = meter.megabytes
        block = np.ones(200 * 2**20, np.uint8)
        del block
        gc.collect()
        assert meter.megabytes > before + 150
    with PeakMeter() as later:
        assert later.megabytes < before + 150, "a new job begins at the present"


def test_a_picture_is_decoded_once_while_there_is_room():
    reads: list[str] = []

    def read(asset: str) -> Picture:
        reads.append(asset)
        return picture(10)

    one = size_bytes(picture(10))
    cache = PictureCache(read, budget=2 * one)
    cache.get("a")
    cache.get("b")
    assert cache.get("a") is cache.get("a")
    cache.get("c")  # pushes out b, which was used longest ago
    cache.get("a")
    assert reads == ["a", "b", "c"]
    cache.get("b")
    assert reads == ["a", "b", "c", "b"]


def test_a_picture_over_half_the_budget_pushes_nothing_out():
    sizes = {"small": 4, "huge": 100}
    reads: list[str] = []

    def read(asset: str) -> Picture:
        reads.append(asset)
        return picture(sizes[asset])

    cache = PictureCache(read, budget=1000)
    for asset in ("small", "huge", "small", "huge"):
        cache.get(asset)
    assert reads == ["small", "huge", "huge"]
