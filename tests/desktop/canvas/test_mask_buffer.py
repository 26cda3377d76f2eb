from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.canvas.mask_buffer import Brush, MaskBuffer


def painted(buffer: MaskBuffer) -> float:
    return float(buffer.pixels.sum(dtype=np.int64)) / 255


@pytest.mark.parametrize("size", [3.0, 10.0, 61.5, 120.0])
def test_a_dab_covers_the_area_of_its_disc(size):
    buffer = MaskBuffer.empty(300, 200)
    buffer.begin(Brush(size=size, hardness=1.0), (150.0, 100.0))
    assert buffer.end()
    assert painted(buffer) == pytest.approx(math.pi * size**2 / 4, rel=0.03, abs=1)


def test_a_stroke_covers_a_capsule_however_often_it_was_sampled():
    areas = []
    for samples in (1, 7, 100):
        buffer = MaskBuffer.empty(400, 200)
        buffer.begin(Brush(size=40, hardness=1.0), (60.0, 60.0))
        for index in range(1, samples + 1):
            share = index / samples
            buffer.move((60 + 240 * share, 60 + 70 * share))
        buffer.end()
        areas.append(painted(buffer))
    expected = math.pi * 20**2 + 40 * math.hypot(240, 70)
    assert areas == pytest.approx([expected] * 3, rel=0.005)


def test_a_soft_brush_fades_from_the_middle_to_its_rim():
    buffer = MaskBuffer.empty(200, 200)
    buffer.begin(Brush(size=100, hardness=0.0), (100.0, 100.0))
    row = buffer.pixels[100].astype(int)
    assert row[100] == pytest.approx(255, abs=2)
    assert (np.diff(row[100:]) <= 0).all()
    assert row[125] == pytest.approx(128, abs=8)
    assert row[153:].max() == 0


def test_a_stroke_that_crosses_itself_stays_at_its_opacity():
    buffer = MaskBuffer.empty(100, 100)
    buffer.begin(Brush(size=30, hardness=1.0, opacity=0.5), (50.0, 50.0))
    for _ in range(10):
        buffer.move((60.0, 50.0))
        buffer.move((50.0, 50.0))
    buffer.end()
    assert buffer.pixels.max() == 128
    buffer.begin(Brush(size=30, hardness=1.0, opacity=0.5), (50.0, 50.0))
    buffer.end()
    assert buffer.pixels.max() == 192


def test_an_eraser_takes_away_what_a_brush_of_its_size_painted():
    buffer = MaskBuffer.empty(100, 100)
    for erases in (False, True):
        buffer.begin(Brush(size=30, hardness=1.0, erases=erases), (50.0, 50.0))
        buffer.move((70.0, 50.0))
        buffer.end()
    # What is left is the smoothed edge: a quarter of the pixels there at most.
    assert painted(buffer) < 0.02 * (math.pi * 15**2 + 30 * 20) + 10


def test_pressure_makes_the_stroke_thicker():
    areas = []
    for pressure in (0.1, 0.5, 1.0):
        buffer = MaskBuffer.empty(100, 100)
        buffer.begin(Brush(size=50, hardness=1.0), (50.0, 50.0), pressure)
        buffer.end()
        areas.append(painted(buffer))
    assert areas[0] < areas[1] < areas[2]


def test_only_pixels_within_the_reported_rectangle_change():
    buffer = MaskBuffer.empty(500, 400)
    before = buffer.pixels.copy()
    rect = buffer.begin(Brush(size=41), (100.3, 200.7))
    rect = rect.united(buffer.move((300.0, 20.0)))
    outside = np.ones_like(before, bool)
    outside[rect.slices] = False
    assert (buffer.pixels[outside] == before[outside]).all()
    assert buffer.pixels[rect.slices].any()


def test_a_stroke_beside_the_mask_changes_nothing():
    buffer = MaskBuffer.empty(50, 50)
    buffer.begin(Brush(size=10), (-100.0, 20.0))
    assert not buffer.end()


def test_a_stroke_given_up_leaves_no_trace():
    buffer = MaskBuffer.empty(50, 50)
    buffer.begin(Brush(size=10), (20.0, 20.0))
    buffer.move((30.0, 30.0))
    buffer.cancel()
    assert not buffer.pixels.any()
    assert not buffer.end()


def test_a_large_picture_gets_a_mask_of_bounded_size():
    buffer = MaskBuffer.empty(12_000, 8_000)
    assert (buffer.width, buffer.height) == (4096, 2731)


ACTION = st.one_of(
    st.tuples(st.floats(-20, 120), st.floats(-20, 90), st.floats(1, 60), st.booleans()),
    st.sampled_from(["invert", "clear", "fill"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTION, max_size=12), st.randoms())
def test_every_named_state_can_be_gone_back_to_in_any_order(actions, random):
    buffer = MaskBuffer.empty(100, 70)
    buffer.name_state("start")
    states = {"start": buffer.pixels.copy()}
    for number, action in enumerate(actions):
        match action:
            case "invert":
                buffer.invert()
            case "clear":
                buffer.fill(0)
            case "fill":
                buffer.fill(255)
            case (x, y, size, erases):
                buffer.begin(Brush(size=size, erases=erases), (x, y))
                buffer.move((y, x))
                buffer.end()
        if buffer.token:
            continue
        buffer.name_state(f"state-{number}")
        states[f"state-{number}"] = buffer.pixels.copy()
    names = list(states)
    random.shuffle(names)
    for name in names:
        assert buffer.go_to(name) is not None
        assert (buffer.pixels == states[name]).all()
        assert buffer.token == name


def test_a_new_stroke_forgets_what_was_undone():
    buffer = MaskBuffer.empty(50, 50)
    buffer.name_state("a")
    buffer.fill(255)
    buffer.name_state("b")
    buffer.go_to("a")
    buffer.invert()
    buffer.name_state("c")
    assert buffer.go_to("b") is None
    assert buffer.go_to("a") is not None
