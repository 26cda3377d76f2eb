import pytest

from engine.cli.exits import Exit, exit_of, exit_of_many
from engine.errors import (
    AssetError,
    Cancelled,
    DeviceError,
    EngineError,
    ModelError,
    ParameterError,
    WorkerLost,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [(ParameterError("x"), 2), (ModelError("x"), 4), (DeviceError("x"), 5), (Cancelled(), 130),
     (AssetError("x"), 1), (WorkerLost("x"), 1), (EngineError("x"), 1)],
)  # fmt: skip
def test_each_error_has_its_code(error: EngineError, code: int) -> None:
    assert exit_of(error) == code


def test_of_many_files_some_all_or_none_can_fail() -> None:
    assert exit_of_many(3, []) is Exit.OK
    assert exit_of_many(2, [Exit.FAILED]) is Exit.SOME_FAILED
    assert exit_of_many(0, [Exit.MODEL, Exit.MODEL]) is Exit.MODEL
    assert exit_of_many(0, [Exit.MODEL, Exit.FAILED]) is Exit.FAILED
