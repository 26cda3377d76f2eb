from __future__ import annotations

from pathlib import Path

import pytest

from engine.paths import Folders
from engine.spec.job import ErrorInfo, Progress
from engine.spec.results import Cost, ImageResult, Ran, TextResult
from engine.spec.task import DeviceChoice, Lane, RunOptions
from engine.wire.messages import (
    AskDevices,
    Begin,
    Cancel,
    Devices,
    Failed,
    Finished,
    Hello,
    LivePicture,
    Places,
    Progressed,
    ProtocolError,
    Submit,
    decode_from_host,
    decode_from_worker,
    encode,
)

FOLDERS = Folders.under(Path("/somewhere/ö 画"))

FROM_HOST = [
    Begin(lane=Lane.LIVE, places=Places.of(FOLDERS)),
    Submit(
        job="a",
        task="stylize",
        params={"strength": 0.5, "styles": [{"style": "x"}], "mask": None},
        options=RunOptions(device=DeviceChoice.CPU, threads=3),
        live=True,
    ),
    Cancel(job="a"),
    AskDevices(),
]
FROM_WORKER = [
    Hello(pid=7, version="1"),
    Progressed(
        job="a", progress=Progress(fraction=0.5, note="n", done=1, total=2, preview=b"\x00")
    ),
    Finished(
        job="a",
        result=ImageResult(
            image="0" * 64 + ".png",
            width=1,
            height=2,
            ran=(Ran(device="CPU"),),
            costs=(Cost(kind="k", units=1, seconds=2),),
        ),
    ),
    Finished(job="a", result=TextResult(text="t")),
    LivePicture(job="a", width=1, height=1, rgba=b"\x01\x02\x03\x04"),
    Failed(job="a", error=ErrorInfo(code="model", message="m", details={"model_id": "x"})),
    Devices(report={"cuda": False}),
]


@pytest.mark.parametrize("message", FROM_HOST, ids=lambda m: type(m).__name__)
def test_every_message_of_the_host_comes_back(message):
    assert decode_from_host(encode(message)) == message


@pytest.mark.parametrize("message", FROM_WORKER, ids=lambda m: type(m).__name__)
def test_every_message_of_the_worker_comes_back(message):
    assert decode_from_worker(encode(message)) == message


def test_folders_come_back():
    assert Places.of(FOLDERS).folders() == FOLDERS


@pytest.mark.parametrize("payload", [b"", b"\x00", b"print", encode(Cancel(job="a"))[:-1]])
def test_what_is_no_message_is_refused(payload):
    with pytest.raises(ProtocolError):
        decode_from_host(payload)
    with pytest.raises(ProtocolError):
        decode_from_worker(payload)


def test_a_message_in_the_wrong_direction_is_refused():
    with pytest.raises(ProtocolError):
        decode_from_worker(encode(Cancel(job="a")))
