from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.ops.resize import Filter, resize, resize_rows

PILLOW = {
    Filter.BILINEAR: Image.Resampling.BILINEAR,
    Filter.BICUBIC: Image.Resampling.BICUBIC,
    Filter.LANCZOS: Image.Resampling.LANCZOS,
}
sides = st.integers(1, 90)


def planes(height, width, seed=0):
    return np.random.default_rng(seed).random((3, height, width), dtype=np.float32)


@pytest.mark.parametrize("kernel", list(PILLOW))
@pytest.mark.parametrize("size", [(31, 44), (140, 211), (70, 33)])
def test_inside_the_picture_pillow_agrees(kernel, size):
    source = planes(70, 100)
    ours = resize(source, *size, kernel)
    theirs = np.stack(
        [np.asarray(Image.fromarray(p).resize(size[::-1], PILLOW[kernel])) for p in source]
    )
    # At the border Pillow drops taps, ours repeat the outermost pixel.
    reach = 8
    np.testing.assert_allclose(
        ours[:, reach:-reach, reach:-reach], theirs[:, reach:-reach, reach:-reach], atol=1e-4
    )


@settings(deadline=None, max_examples=60)
@given(sides, sides, sides, sides, st.sampled_from(list(Filter)))
def test_a_flat_picture_stays_flat(height, width, new_height, new_width, kernel):
    flat = np.full((2, height, width), 0.37, np.float32)
    np.testing.assert_allclose(resize(flat, new_height, new_width, kernel), 0.37, atol=1e-5)


@settings(deadline=None, max_examples=60)
@given(sides, sides, sides, sides, st.sampled_from(list(Filter)), st.integers(1, 40))
def test_strips_equal_the_whole(height, width, new_height, new_width, kernel, rows):
    source = planes(height, width)
    whole = resize(source, new_height, new_width, kernel)
    parts = [
        resize_rows(
            lambda low, high: source[:, low:high],
            source.shape[1:],
            (new_height, new_width),
            top,
            min(new_height, top + rows),
            kernel,
        )
        for top in range(0, new_height, rows)
    ]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=2e-5)


def test_area_means_whole_blocks():
    source = planes(12, 20)
    expected = source.reshape(3, 3, 4, 4, 5).mean(axis=(2, 4))
    np.testing.assert_allclose(resize(source, 3, 4, Filter.AREA), expected, atol=1e-6)


def test_the_same_size_is_untouched():
    source = planes(9, 7)
    np.testing.assert_array_equal(resize(source, 9, 7), source)


def test_only_the_rows_that_are_needed_are_read():
    source = planes(1000, 8)
    seen = []

    def read(low, high):
        seen.append((low, high))
        return source[:, low:high]

    resize_rows(read, (1000, 8), (500, 4), 0, 16)
    assert seen[0][1] - seen[0][0] < 160


@pytest.mark.parametrize("kernel", [Filter.AREA, Filter.LANCZOS])
def test_a_large_source_is_shrunk_a_few_rows_at_a_time(kernel, monkeypatch):
    picture = np.random.default_rng(0).random((3, 200, 90), np.float32)
    expected = resize(picture, 11, 7, kernel)
    monkeypatch.setattr("engine.ops.resize._READ_PIXELS", 900)
    held: list[int] = []

    def read(top: int, bottom: int) -> np.ndarray:
        held.append(bottom - top)
        return picture[:, top:bottom]

    found = resize_rows(read, (200, 90), (11, 7), 0, 11, kernel)
    assert max(held) == 10
    np.testing.assert_allclose(found, expected, atol=1e-5)
