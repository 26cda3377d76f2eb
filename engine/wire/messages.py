"""What host and worker say to each other.

The host speaks first (`Begin`), the worker answers with `Hello`; both carry `PROTOCOL`, so that a
worker of another version is refused by a sentence and not by a decoding error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from engine.errors import EngineError
from engine.paths import Folders
from engine.spec.job import ErrorInfo, Progress
from engine.spec.results import AnyResult, Ran
from engine.spec.task import Lane, RunOptions

PROTOCOL = 1
"""Raised with every change of a message."""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Base of all messages; the class's name travels as the tag."""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """`engine.paths.Folders` as text."""

    config: str
    data: str
    cache: str
    state: str
    library: str

    @classmethod
    def of(cls, folders: Folders) -> Places:
        """Return `folders` as text."""
        return cls(
            config=str(folders.config),
            data=str(folders.data),
            cache=str(folders.cache),
            state=str(folders.state),
            library=str(folders.library),
        )

    def folders(self) -> Folders:
        """Return the folders again."""
        return Folders(
            config=Path(self.config),
            data=Path(self.data),
            cache=Path(self.cache),
            state=Path(self.state),
            library=Path(self.library),
        )


class Begin(Message, frozen=True, kw_only=True):
    """Host: who you are. Always the first frame.

    Attributes:
        protocol: the host's `PROTOCOL`.
        lane: which jobs will come.
        places: the user's folders.
    """

    protocol: int = PROTOCOL
    lane: Lane
    places: Places


class Submit(Message, frozen=True, kw_only=True):
    """Host: run this job. The worker takes one after the other.

    Attributes:
        job: its id, which every answer repeats.
        task: id of the task.
        params: parameters of the task's present version, as plain data.
        options: how to run.
        live: give the picture back as pixels (`LivePicture`) instead of storing it.
    """

    job: str
    task: str
    params: dict[str, Any]
    options: RunOptions
    live: bool = False


class Cancel(Message, frozen=True, kw_only=True):
    """Host: stop this job; nothing happens if it has ended."""

    job: str


class AskDevices(Message, frozen=True, kw_only=True):
    """Host: say what the machine can calculate on, when there is a moment."""


class Hello(Message, frozen=True, kw_only=True):
    """Worker: ready for jobs."""

    protocol: int = PROTOCOL
    pid: int
    version: str


class Progressed(Message, frozen=True, kw_only=True):
    """Worker: how far a job is."""

    job: str
    progress: Progress


class Finished(Message, frozen=True, kw_only=True):
    """Worker: a job is done; every file of its result is on disk."""

    job: str
    result: AnyResult


class LivePicture(Message, frozen=True, kw_only=True):
    """Worker: a live job is done.

    Attributes:
        job: its id.
        width, height: in pixels.
        rgba: height x width x 4 bytes, sRGB, not premultiplied.
        ran: what calculated.
        seconds: wall time of the job.
    """

    job: str
    width: int
    height: int
    rgba: bytes
    ran: tuple[Ran, ...] = ()
    seconds: float = 0.0


class Failed(Message, frozen=True, kw_only=True):
    """Worker: a job ended without a result; code "cancelled" if it was asked to stop."""

    job: str
    error: ErrorInfo


class Devices(Message, frozen=True, kw_only=True):
    """Worker: the answer to `AskDevices`.

    Attributes:
        report: an `engine.spec.devices.DeviceReport` as plain data.
    """

    report: dict[str, Any]


FromHost = Begin | Submit | Cancel | AskDevices
FromWorker = Hello | Progressed | Finished | LivePicture | Failed | Devices


class ProtocolError(EngineError):
    """The other side speaks another version, or nothing that is understood."""


_encoder = msgspec.msgpack.Encoder()
_from_host: msgspec.msgpack.Decoder[FromHost] = msgspec.msgpack.Decoder(FromHost)
_from_worker: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)


def encode(message: FromHost | FromWorker) -> bytes:
    """Return `message` as a frame's payload."""
    return _encoder.encode(message)


def decode_from_host(payload: bytes) -> FromHost:
    """Return the host's message.

    Raises:
        ProtocolError: it is none.
    """
    try:
        return _from_host.decode(payload)
    except msgspec.MsgspecError as error:
        raise ProtocolError(f"The host sent something unknown: {error}.") from error


def decode_from_worker(payload: bytes) -> FromWorker:
    """Return the worker's message.

    Raises:
        ProtocolError: it is none.
    """
    try:
        return _from_worker.decode(payload)
    except msgspec.MsgspecError as error:
        raise ProtocolError(f"The worker sent something unknown: {error}.") from error
