from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.canvas import geometry

SIDE = st.floats(1, 20_000)
SCALE = st.floats(geometry.MIN_SCALE, geometry.MAX_SCALE)
SHARE = st.floats(0, 1)


@given(SIDE, SIDE, SIDE, SIDE)
def test_a_fitted_picture_lies_within_the_window_and_touches_it(width, height, wide, high):
    scale = geometry.fit_scale((width, height), (wide, high))
    if geometry.MIN_SCALE < scale < geometry.MAX_SCALE:
        assert width * scale <= wide + 1e-6 * wide
        assert height * scale <= high + 1e-6 * high
        assert width * scale == pytest.approx(wide) or height * scale == pytest.approx(high)


@given(SIDE, SIDE, SHARE, SHARE, SCALE, SCALE)
def test_the_point_under_the_pointer_stays_there_while_zooming(width, height, x, y, old, new):
    window = (1200.0, 800.0)
    position = (x * window[0], y * window[1])
    center = (width / 2, height / 2)
    fixed = geometry.to_scene(position, center, old, window)
    moved = geometry.zoom_about(center, fixed, old, new)
    assert geometry.to_window(fixed, moved, new, window) == pytest.approx(position, abs=1e-4)


@given(SCALE, st.integers(1, 12))
def test_a_level_has_a_pixel_for_each_of_the_screens_and_not_many_more(scale, levels):
    level = geometry.pyramid_level(scale, levels)
    drawn_at = scale * 2**level
    assert 0 <= level < levels
    assert drawn_at <= 1.0 + 1e-6 or level == 0
    assert drawn_at > 0.5 - 1e-6 or level == levels - 1


@given(SCALE, st.floats(-5, 5))
def test_zooming_stops_at_every_bound_and_at_actual_pixels(scale, steps):
    target = geometry.stepped_scale(scale, steps)
    assert geometry.MIN_SCALE <= target <= geometry.MAX_SCALE
    assert not scale < 1.0 < target or scale == pytest.approx(1.0)
    assert not target < 1.0 < scale


def test_the_picture_cannot_be_lost():
    assert geometry.clamped_center((-50.0, 9000.0), (640.0, 480.0)) == (0.0, 480.0)
