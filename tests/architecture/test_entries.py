"""Every task's entry leads to a function that takes its parameters and gives its result."""

from __future__ import annotations

import importlib
import inspect

import pytest

from engine.spec.task import TaskSpec
from engine.tasks import TASKS


@pytest.mark.parametrize("spec", TASKS, ids=lambda spec: spec.id)
def test_the_entry_fits_the_declaration(spec: TaskSpec):
    module_name, _, name = spec.entry.partition(":")
    function = getattr(importlib.import_module(module_name), name)
    hints = inspect.get_annotations(function, eval_str=True)
    assert list(inspect.signature(function).parameters) == ["params", "job"]
    assert hints["params"] is spec.params
    assert hints["job"].__name__ == "JobContext"
    assert hints["return"] is spec.result


def test_ids_are_unique_and_versions_have_their_upgrades():
    assert len({spec.id for spec in TASKS}) == len(TASKS)
    for spec in TASKS:
        assert set(spec.upgrades) == set(range(1, spec.version))


def test_parameters_say_which_task_they_are_for():
    for spec in TASKS:
        assert spec.params.__struct_config__.tag == spec.id
