from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ops.color import (
    gentle_transport,
    linear_from_srgb,
    luma,
    mapped,
    oklab_from_srgb,
    srgb_from_linear,
    srgb_from_oklab,
    statistics,
    transport,
)


def planes(seed=0, height=24, width=31):
    return np.random.default_rng(seed).random((3, height, width), dtype=np.float32)


def color(*values):
    return np.array(values, np.float32).reshape(3, 1, 1)


@pytest.mark.parametrize(
    ("srgb", "lab"),
    [
        ((1.0, 1.0, 1.0), (1.0, 0.0, 0.0)),
        ((1.0, 0.0, 0.0), (0.62796, 0.22486, 0.12585)),
        ((0.0, 1.0, 0.0), (0.86644, -0.23389, 0.17950)),
        ((0.0, 0.0, 1.0), (0.45201, -0.03246, -0.31153)),
    ],
)
def test_oklab_of_the_primaries_is_the_published_one(srgb, lab):
    np.testing.assert_allclose(oklab_from_srgb(color(*srgb)).ravel(), lab, atol=5e-4)


def test_linear_light_of_middle_grey():
    np.testing.assert_allclose(linear_from_srgb(color(0.5, 0.5, 0.5)).ravel(), 0.21404, atol=1e-4)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_there_and_back_is_the_same_to_a_fraction_of_a_sixteen_bit_step(seed):
    picture = planes(seed)
    np.testing.assert_allclose(srgb_from_oklab(oklab_from_srgb(picture)), picture, atol=1e-4)
    np.testing.assert_allclose(srgb_from_linear(linear_from_srgb(picture)), picture, atol=5e-5)


def test_transport_gives_exactly_the_target_statistics():
    source = mapped(planes(1), np.array([[1, 0.3, 0], [0, 0.5, 0], [0.2, 0, 0.7]], np.float32),
                    np.array([0.1, -0.2, 0.3], np.float32))  # fmt: skip
    target = statistics(planes(2) ** 2)
    found = statistics(mapped(source, *transport(statistics(source), target)))
    np.testing.assert_allclose(found.mean, target.mean, atol=1e-4)
    np.testing.assert_allclose(found.covariance, target.covariance, atol=2e-4)


def test_transport_between_equals_changes_nothing():
    same = statistics(planes(3))
    matrix, offset = transport(same, same)
    np.testing.assert_allclose(matrix, np.eye(3), atol=1e-4)
    np.testing.assert_allclose(offset, 0, atol=1e-4)


def test_flat_pictures_have_a_finite_map():
    flat = statistics(np.full((3, 4, 4), 0.5, np.float32))
    for make in (transport, gentle_transport):
        matrix, offset = make(flat, statistics(planes(4)))
        assert np.isfinite(matrix).all()
        assert np.isfinite(offset).all()


def test_the_gentle_map_meets_the_mean_and_spares_the_contrast():
    source, target = statistics(0.2 * planes(5)), statistics(planes(6))
    matrix, offset = gentle_transport(source, target)
    np.testing.assert_allclose(matrix @ source.mean + offset, target.mean, atol=1e-5)
    assert matrix[0, 0] <= 1.15 + 1e-6
    assert np.linalg.svd(matrix[1:, 1:])[1].max() <= 1.6 + 1e-5


def test_weights_choose_the_pixels_that_count():
    picture = planes(7)
    weight = np.zeros(picture.shape[1:], np.float32)
    weight[:, :10] = 2.0
    left = statistics(picture[:, :, :10])
    chosen = statistics(picture, weight)
    np.testing.assert_allclose(chosen.mean, left.mean, atol=1e-6)
    np.testing.assert_allclose(chosen.covariance, left.covariance, atol=1e-6)


def test_luma_of_grey_is_grey():
    np.testing.assert_allclose(luma(np.full((3, 2, 2), 0.3, np.float32)), 0.3, atol=1e-6)
