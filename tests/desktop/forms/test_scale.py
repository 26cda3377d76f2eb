from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.forms.scale import POSITIONS, Scale

SCALES = st.sampled_from(
    [Scale(0, 1, 0.01), Scale(1, 16, 0.1, is_log=True), Scale(-5, 5, 1), Scale(0.5, 2, 0.25)]
)


@given(SCALES, st.integers(0, POSITIONS))
def test_every_position_is_a_step_within_the_bounds(scale, position):
    value = scale.value_at(position)
    assert scale.low <= value <= scale.high
    steps = (value - scale.low) / scale.step
    assert steps == pytest.approx(round(steps), abs=1e-6)


@given(SCALES, st.floats(0, 1))
def test_a_value_is_found_again_at_its_position(scale, share):
    value = scale.snapped(scale.low + share * (scale.high - scale.low))
    assert scale.value_at(scale.position_of(value)) == pytest.approx(value, abs=scale.step)


def test_both_ends_are_reached():
    for scale in (Scale(0, 1, 0.01), Scale(1, 16, 0.1, is_log=True)):
        assert scale.value_at(0) == scale.low
        assert scale.value_at(POSITIONS) == scale.high


def test_a_logarithmic_slider_gives_equal_ways_to_equal_ratios():
    scale = Scale(1, 16, 0.1, is_log=True)
    assert scale.position_of(4.0) == POSITIONS // 2
    assert scale.position_of(2.0) == POSITIONS // 4
