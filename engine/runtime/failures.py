"""What onnxruntime and OpenVINO say when they fail, in the words of `engine.errors`."""

from __future__ import annotations

import re

from engine.errors import Cancelled, DeviceError, EngineError, ModelError

_OUT_OF_MEMORY = (
    "failed to allocate memory",
    "bad_alloc",
    "bad allocation",
    "out of memory",
    "out_of_memory",
    "cannot allocate",
    "could not allocate",
    "can not allocate",
    "failed to allocate",
    "memory allocation failed",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
    "cudaerrormemoryallocation",
    "is smaller than requested bytes",
    "not enough memory",
    "could not create a memory object",
)


_PLACE = re.compile(r"(Caught exception: )?(Exception from|Check '[^']*' failed at) \S+:\d+:\s*")
"""A place in OpenVINO's source through which an error came; its messages begin with several."""


class OutOfMemory(DeviceError):  # noqa: N818 - named for what happened
    """Memory ran out; a caller may try again with smaller pieces.

    It is a `DeviceError` on the wire. Within a worker it can be told from the others.
    """


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception, ours or a library's, means that memory ran out."""
    if isinstance(error, MemoryError | OutOfMemory):
        return True
    text = str(error).lower()
    return any(phrase in text for phrase in _OUT_OF_MEMORY)


def is_stop(error: BaseException) -> bool:
    """Return whether a library gave up because it was told to."""
    return isinstance(error, Cancelled) or "terminate flag" in str(error).lower()


def opening_error(error: Exception, name: str, provider: str) -> EngineError:
    """Return what the user should read when a graph cannot be opened.

    Args:
        error: what was raised.
        name: of the model's file.
        provider: which tried: "onnxruntime", "OpenVINO", "CUDA".
    """
    if isinstance(error, EngineError):
        return error
    if is_out_of_memory(error):
        return OutOfMemory(
            f"There was not enough memory to open {name}.",
            hint="Close other programs, or take a smaller model.",
        )
    return ModelError(
        f"{provider} cannot open {name}: {_first_line(error)}",
        hint="The model may be damaged, or need a newer version of Gesso.",
    )


def running_error(error: Exception, kind: str, provider: str) -> EngineError:
    """Return what the user should read when a run fails.

    Args:
        error: what was raised.
        kind: what the graph does: "style.any/strip".
        provider: which ran: "onnxruntime", "OpenVINO", "CUDA".
    """
    if isinstance(error, EngineError):
        return error
    if is_out_of_memory(error):
        return OutOfMemory(
            f"Memory ran out while {provider} calculated {kind}.",
            hint="Choose a smaller size, allow less memory per job, or close other programs.",
        )
    return ModelError(
        f"{provider} could not calculate {kind}: {_first_line(error)}",
        hint="The model does not fit what it was given.",
    )


def _first_line(error: Exception) -> str:
    """Return the part of a library's message that says something."""
    text = str(error).strip()
    if "Status Message:" in text:
        text = text.partition("Status Message:")[2]
    text = text.rpartition("[ONNXRuntimeError] : ")[2]
    line = (_PLACE.sub("", text).strip().splitlines() or [type(error).__name__])[0]
    return line[:200].rstrip(". ") + "."
