from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ops.blending import laid_over, mixed, mixed_reach, shares_of
from engine.ops.filters import box_blur, gaussian_blur, gaussian_reach
from engine.ops.masks import Mask


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def test_a_box_is_the_mean_of_its_square():
    plane = noise(20, 30)
    padded = np.pad(plane, 3, mode="edge")
    expected = np.mean([padded[y : y + 20, x : x + 30] for y in range(7) for x in range(7)], axis=0)
    np.testing.assert_allclose(box_blur(plane, 3), expected, atol=1e-5)


def test_three_boxes_have_about_the_width_of_the_gaussian_and_end_where_they_say():
    for sigma in (2.0, 5.0, 11.0):
        point = np.zeros((121, 121), np.float32)
        point[60, 60] = 1.0
        spread = gaussian_blur(point, sigma)
        offsets = np.arange(-60, 61)
        found = np.sqrt((spread.sum(axis=0) * offsets**2).sum())
        assert abs(found - sigma) < 0.5
        reach = gaussian_reach(sigma)
        assert np.abs(spread[60, : 60 - reach]).max(initial=0.0) < 1e-7


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 80), st.integers(1, 80), st.floats(0.0, 20.0), st.integers(1, 30))
def test_masks_read_in_strips_equal_masks_read_whole(height, width, feather, rows):
    mask = Mask((noise(13, 17) > 0.5).astype(np.float32), height, width, feather)
    whole = mask.rows(0, height)
    parts = [mask.rows(t, min(height, t + rows)) for t in range(0, height, rows)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-5)
    assert whole.min() >= 0.0
    assert whole.max() <= 1.0


def test_a_hard_mask_of_the_same_size_is_itself():
    plane = (noise(40, 50) > 0.5).astype(np.float32)
    np.testing.assert_array_equal(Mask(plane, 40, 50, 0.0).rows(0, 40), plane)


def test_a_soft_mask_is_exactly_nothing_and_everything_away_from_its_edge():
    plane = np.zeros((100, 200), np.float32)
    plane[:, 100:] = 1.0
    rows = Mask(plane, 100, 200, 4.0).rows(0, 100)
    assert (rows[:, :80] == 0.0).all()
    assert (rows[:, 120:] == 1.0).all()
    assert 0.4 < rows[50, 99:101].mean() < 0.6


def test_large_soft_masks_are_soft_by_as_much():
    plane = np.zeros((10, 4), np.float32)
    plane[:, 2:] = 1.0
    row = Mask(plane, 3, 8000, 100.0).rows(1, 2)[0]
    assert abs(int(np.argmax(row > 0.16)) - 3900) < 60


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 5), st.integers(0, 1000))
def test_shares_never_add_up_to_more_than_everything(count, seed):
    some = [noise(6, 7, seed=seed + i) for i in range(count)]
    total = np.sum(shares_of(some), axis=0)
    assert (total <= 1.0 + 1e-6).all()
    np.testing.assert_allclose(total, np.minimum(np.sum(some, axis=0), 1.0), atol=1e-5)


def test_where_nothing_is_laid_over_the_photo_is_exactly_itself():
    below, above = noise(3, 8, 8), noise(3, 8, 8, seed=1)
    share = np.zeros((8, 8), np.float32)
    share[4:] = 0.3
    np.testing.assert_array_equal(laid_over(below, above, share)[:, :4], below[:, :4])


def test_two_textures_that_disagree_keep_their_contrast():
    one, two = noise(3, 96, 96), noise(3, 96, 96, seed=1)
    together = mixed([one, two], [1.0, 1.0], 6)
    plain = (one + two) / 2
    wanted = (one.std() + two.std()) / 2
    assert plain.std() < 0.75 * wanted
    assert 0.9 * wanted < together.std() < 1.1 * wanted


def test_a_mix_of_equals_is_the_same():
    one = noise(3, 40, 40)
    np.testing.assert_allclose(mixed([one, one], [1.0, 3.0], 4), one, atol=1e-3)


def test_a_mix_looks_no_further_than_it_says():
    one, two = noise(3, 90, 20), noise(3, 90, 20, seed=1)
    reach = mixed_reach(5)
    whole = mixed([one, two], [1.0, 2.0], 5)
    part = mixed([one[:, 30 - reach : 50 + reach], two[:, 30 - reach : 50 + reach]], [1.0, 2.0], 5)
    np.testing.assert_allclose(part[:, reach:-reach], whole[:, 30:50], atol=1e-4)
