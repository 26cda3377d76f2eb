from __future__ import annotations

import pytest

from engine.errors import DeviceError, ModelError, rebuild
from engine.runtime.failures import (
    OutOfMemory,
    is_out_of_memory,
    is_stop,
    opening_error,
    running_error,
)


@pytest.mark.parametrize(
    "text",
    [
        "bfc_arena.cc:360 AllocateRawInternal Failed to allocate memory for requested buffer of 1",
        "std::bad_alloc",
        "CUDA failure 2: out of memory ; GPU=0",
        "CUBLAS_STATUS_ALLOC_FAILED",
        "Available memory of 5 is smaller than requested bytes of 6",
        "could not create a memory object",
        "Check 'ptr' failed at cpu_memory.cpp:257:\nFailed to allocate 113246208 bytes of memory",
    ],
)
def test_a_library_that_lacks_memory_is_a_device_error(text: str) -> None:
    error = running_error(RuntimeError(text), "style.any", "onnxruntime")
    assert isinstance(error, OutOfMemory)
    assert error.hint
    assert is_out_of_memory(error)


def test_memory_errors_of_python_count_too() -> None:
    assert isinstance(opening_error(MemoryError(), "a.onnx", "onnxruntime"), DeviceError)


def test_out_of_memory_crosses_the_wire_as_a_device_error() -> None:
    error = running_error(MemoryError(), "style.any", "onnxruntime")
    again = rebuild(error.code, error.message, error.hint, error.details())
    assert type(again) is DeviceError
    assert str(again) == str(error)


def test_other_failures_keep_what_the_library_said() -> None:
    text = (
        "[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Non-zero status code returned while running "
        "Pad node. Name:'Pad_1' Status Message: Pad reflect: pre-pad (4) exceeds maximum\n more"
    )
    error = running_error(RuntimeError(text), "style.any", "onnxruntime")
    assert isinstance(error, ModelError)
    assert "Pad reflect: pre-pad (4) exceeds maximum." in error.message
    assert "Non-zero" not in error.message


def test_the_places_in_openvinos_source_are_left_out() -> None:
    text = (
        "Exception from src/inference/src/cpp/infer_request.cpp:246:\n"
        "Exception from src/bindings/python/src/pyopenvino/core/infer_request.hpp:55:\n"
        "Caught exception: Exception from src/plugins/intel_cpu/src/node.cpp:794:\n"
        "[CPU] Pad node with name 'Pad_4' Check 'fits' failed at src/plugins/pad.cpp:257:\n"
        "The pad is too wide\n\n"
    )
    error = running_error(RuntimeError(text), "style.any", "OpenVINO")
    assert error.message == (
        "OpenVINO could not calculate style.any: "
        "[CPU] Pad node with name 'Pad_4' The pad is too wide."
    )


def test_a_stop_is_recognised() -> None:
    assert is_stop(RuntimeError("Exiting due to terminate flag being set to true."))
    assert not is_stop(RuntimeError("Failed to allocate memory"))
