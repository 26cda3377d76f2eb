from __future__ import annotations

import pytest

from desktop.document.migrations import SCHEMA, migrated
from engine.api import AssetError


def test_steps_are_taken_in_order():
    steps = {1: lambda d: {**d, "a": 1}, 2: lambda d: {**d, "b": d["a"] + 1}}
    assert migrated({"x": 0}, 1, steps=steps, newest=3) == {"x": 0, "a": 1, "b": 2}


def test_data_of_this_schema_stays_as_it_is():
    data = {"x": 0}
    assert migrated(data, SCHEMA) is data


def test_a_newer_schema_and_a_missing_step_are_refused():
    with pytest.raises(AssetError, match="newer Gesso"):
        migrated({}, SCHEMA + 1)
    with pytest.raises(AssetError, match="no longer"):
        migrated({}, 0, steps={}, newest=1)
