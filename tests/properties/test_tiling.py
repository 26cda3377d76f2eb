"""Strips and tiles cover a picture exactly, whatever its size."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ops.strips import reflect_rows, strip_count, strips
from engine.ops.tiling import spans

lengths = st.integers(1, 5000)


@given(lengths, st.integers(1, 600))
def test_strips_are_equally_high_and_every_row_is_fresh_once(height, rows):
    seen = np.zeros(height, int)
    found = list(strips(height, rows))
    for strip in found:
        assert strip.bottom - strip.top == min(rows, height)
        assert 0 <= strip.top <= strip.fresh < strip.bottom <= height
        seen[strip.fresh : strip.bottom] += 1
    assert (seen == 1).all()
    assert len(found) == strip_count(height, rows)


@given(lengths, st.integers(2, 600), st.data())
def test_the_weights_of_spans_add_up_to_one_everywhere(length, size, data):
    overlap = data.draw(st.integers(0, (size - 1) // 2))
    total = np.zeros(length)
    found = spans(length, size, overlap)
    for span in found:
        assert span.stop - span.start == min(size, length)
        assert (span.weight >= 0).all()
        total[span.start : span.stop] += span.weight
    np.testing.assert_allclose(total, 1.0, atol=1e-5)
    for before, after in itertools.pairwise(found):
        assert before.stop - after.start >= overlap


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200), st.integers(1, 200), st.integers(8, 64))
def test_an_identity_through_tiles_is_the_picture(height, width, size):
    picture = np.random.default_rng(0).random((height, width), dtype=np.float32)
    result = np.zeros_like(picture)
    for down in spans(height, size, size // 4):
        for across in spans(width, size, size // 4):
            part = picture[down.start : down.stop, across.start : across.stop]
            weighted = part * down.weight[:, None] * across.weight
            result[down.start : down.stop, across.start : across.stop] += weighted
    np.testing.assert_allclose(result, picture, atol=1e-5)


def test_an_overlap_as_large_as_the_tile_is_refused():
    with pytest.raises(ValueError, match="overlap"):
        spans(100, 16, 16)


@given(st.integers(2, 300), st.integers(0, 299), st.integers(0, 299))
def test_rows_reflect_as_numpy_reflects(height, above, below):
    above, below = min(above, height - 1), min(below, height - 1)
    expected = np.pad(np.arange(height), (above, below), mode="reflect")
    np.testing.assert_array_equal(reflect_rows(-above, height + below, height), expected)


@given(st.integers(1, 40), st.integers(-500, 0), st.integers(1, 500))
def test_rows_far_outside_are_folded_back_inside(height, low, high):
    rows = reflect_rows(low, high, height)
    assert rows.min() >= 0
    assert rows.max() < height
    inside = np.arange(max(low, 0), min(high, height))
    np.testing.assert_array_equal(rows[inside - low], inside)
