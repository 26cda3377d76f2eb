"""Every error that a user can meet.

EngineError            .code  .hint
├── ParameterError     .field           a value is missing or out of range
├── ModelError         .model_id        missing, damaged, unsupported or unlicensed
├── AssetError         .asset           unreadable, unknown or unwritable file
├── DeviceError                         out of memory, or a device that cannot do the job
├── Cancelled                           asked to stop; not a failure
└── WorkerLost         .exit_code .log  the process that ran the job ended

A message says what happened and where; `hint` says what to do next. Errors cross the process
boundary as `ErrorInfo` and are rebuilt on the other side.
"""

from __future__ import annotations

from typing import ClassVar


class EngineError(Exception):
    """Base of all errors that are told to the user in one sentence."""

    code: ClassVar[str] = "engine"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def details(self) -> dict[str, str]:
        """Return what a subclass knows beyond message and hint, as strings for the wire."""
        return {}


class ParameterError(EngineError):
    """A value is missing or out of range."""

    code = "parameter"

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field

    def details(self) -> dict[str, str]:
        """Return the dotted name of the field."""
        return {"field": self.field}


class ModelError(EngineError):
    """A model is missing, damaged, unsupported or not licensed for the use."""

    code = "model"

    def __init__(self, message: str, *, model_id: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.model_id = model_id

    def details(self) -> dict[str, str]:
        """Return the model's id."""
        return {"model_id": self.model_id}


class AssetError(EngineError):
    """A file cannot be read, found or written."""

    code = "asset"

    def __init__(self, message: str, *, asset: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.asset = asset

    def details(self) -> dict[str, str]:
        """Return the asset's id or the file's name."""
        return {"asset": self.asset}


class DeviceError(EngineError):
    """Memory ran out, or a device cannot do what was asked."""

    code = "device"


class Cancelled(EngineError):  # noqa: N818 - it is an outcome, not a fault
    """The user asked to stop."""

    code = "cancelled"

    def __init__(self, message: str = "Stopped.", *, hint: str = "") -> None:
        super().__init__(message, hint=hint)


class WorkerLost(EngineError):  # noqa: N818 - named for what happened
    """The process that ran the job ended before the job did."""

    code = "worker-lost"

    def __init__(
        self, message: str, *, exit_code: int | None = None, log: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code
        self.log = log

    def details(self) -> dict[str, str]:
        """Return the exit code and the log file's name."""
        return {"exit_code": "" if self.exit_code is None else str(self.exit_code), "log": self.log}


def rebuild(code: str, message: str, hint: str, details: dict[str, str]) -> EngineError:
    """Return the error that `code`, `message`, `hint` and `details()` once described."""
    match code:
        case ParameterError.code:
            return ParameterError(message, field=details.get("field", ""), hint=hint)
        case ModelError.code:
            return ModelError(message, model_id=details.get("model_id", ""), hint=hint)
        case AssetError.code:
            return AssetError(message, asset=details.get("asset", ""), hint=hint)
        case DeviceError.code:
            return DeviceError(message, hint=hint)
        case Cancelled.code:
            return Cancelled(message, hint=hint)
        case WorkerLost.code:
            text = details.get("exit_code", "")
            exit_code = int(text) if text else None
            return WorkerLost(message, exit_code=exit_code, log=details.get("log", ""), hint=hint)
        case _:
            return EngineError(message, hint=hint)
