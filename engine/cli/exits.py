"""Exit codes, and which error ends in which."""

from __future__ import annotations

from enum import IntEnum

from engine.errors import Cancelled, DeviceError, EngineError, ModelError, ParameterError


class Exit(IntEnum):
    """How a command ended. The values are promised in `--help`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    SOME_FAILED = 3
    MODEL = 4
    DEVICE = 5
    CANCELLED = 130


HELP = """exit codes:
  0    done
  1    failed: a file could not be read or written, or a worker was lost
  2    the command was not understood, or a value is out of range
  3    some files of a batch failed
  4    a model is missing, damaged or not usable
  5    memory ran out, or the device cannot do it
  130  stopped with Ctrl+C"""


def exit_of(error: EngineError) -> Exit:
    """Return the exit code for an error."""
    match error:
        case ParameterError():
            return Exit.USAGE
        case ModelError():
            return Exit.MODEL
        case DeviceError():
            return Exit.DEVICE
        case Cancelled():
            return Exit.CANCELLED
        case _:
            return Exit.FAILED


def exit_of_many(done: int, codes: list[Exit]) -> Exit:
    """Return the exit code for several files.

    Args:
        done: how many went well.
        codes: of those that did not.
    """
    if not codes:
        return Exit.OK
    if done:
        return Exit.SOME_FAILED
    return codes[0] if len(set(codes)) == 1 else Exit.FAILED
