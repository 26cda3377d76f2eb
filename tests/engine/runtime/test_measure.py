from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.runtime.measure import error_against

VALUES = hnp.arrays(np.float32, st.integers(2, 30), elements=st.floats(-100, 100, width=32))


@given(VALUES)
def test_equal_outputs_have_no_error(values: np.ndarray) -> None:
    assert error_against({"y": values}, {"y": values.copy()}) == 0


@given(VALUES, st.floats(0.125, 8, width=32), st.floats(1, 50))
def test_the_error_does_not_depend_on_the_outputs_scale(
    values: np.ndarray, step: float, factor: float
) -> None:
    values = values.astype(np.float64)
    if values.std() < 1e-3:
        return
    moved = {"y": values + step}
    error = error_against({"y": values}, moved)
    assert error == pytest.approx(step / values.std(), rel=1e-6)
    assert error_against({"y": values * factor}, {"y": moved["y"] * factor}) == pytest.approx(
        error, rel=1e-6
    )


@pytest.mark.parametrize(
    "actual",
    [{}, {"y": np.zeros(3)}, {"y": np.array([0, np.nan])}, {"y": np.array([0, np.inf])}],
)
def test_missing_misshapen_and_infinite_outputs_are_infinitely_wrong(
    actual: dict[str, np.ndarray],
) -> None:
    assert error_against({"y": np.array([0.0, 1.0])}, actual) == float("inf")


def test_the_worst_output_counts() -> None:
    truth = {"a": np.array([0.0, 2.0]), "b": np.array([0.0, 2.0])}
    assert error_against(truth, {"a": truth["a"], "b": truth["b"] + 0.5}) == 0.5


def test_what_is_infinite_in_the_reference_too_is_no_error() -> None:
    truth = {"y": np.array([0.0, 1.0, np.inf])}
    assert error_against(truth, {"y": truth["y"].copy()}) == 0
