"""Tasks that misbehave on purpose (see `engine.tasks.debug`)."""

from __future__ import annotations

import ctypes
import os
import time

import numpy as np

from engine.assets.pictures import Picture
from engine.errors import ParameterError
from engine.pipelines.job import JobContext
from engine.spec.results import ImageResult, TextResult
from engine.tasks.debug import (
    CrashParams,
    GarbageParams,
    LeakParams,
    PaintParams,
    SleepParams,
    SpinParams,
)

_leaked: list[bytearray] = []


def sleep(params: SleepParams, job: JobContext) -> TextResult:
    """Sleep in small steps, reporting each."""
    steps = max(1, round(params.seconds / 0.005))
    started = time.monotonic()
    for step in range(steps):
        job.progress(step / steps, "Sleeping", done=step, total=steps)
        time.sleep(params.seconds / steps)
    job.progress(1.0, "Sleeping", done=steps, total=steps)
    job.cost("debug.sleep", max(params.seconds, 1e-9), time.monotonic() - started)
    return TextResult(text=f"Slept {params.seconds} s.")


def spin(params: SpinParams, job: JobContext) -> TextResult:
    """Calculate without looking at the token, after saying once that it begins."""
    job.progress(0.0, "Spinning")
    end = time.monotonic() + params.seconds
    count = 0
    while time.monotonic() < end:
        count += 1
    return TextResult(text=f"Counted to {count}.")


def crash(params: CrashParams, job: JobContext) -> TextResult:
    """End the process, or raise."""
    match params.how:
        case "segfault":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "exit":
            os._exit(7)
        case "raise":
            raise ZeroDivisionError("on purpose")
        case "memory":
            raise MemoryError
    raise ParameterError(f"There is no way to crash called {params.how!r}.", field="how")


def garbage(params: GarbageParams, job: JobContext) -> TextResult:
    """Write to standard output from Python and past Python."""
    print("x" * params.size, flush=True)  # noqa: T201 - this is what is tested
    os.write(1, b"\x00\xff\n" * (params.size // 3))
    return TextResult(text="Wrote.")


def leak(params: LeakParams, job: JobContext) -> TextResult:
    """Hold memory for as long as the process lives."""
    for step in range(params.megabytes):
        job.progress(step / params.megabytes, "Holding memory", done=step, total=params.megabytes)
        _leaked.append(bytearray(b"\x01") * 2**20)
    return TextResult(text=f"Holding {len(_leaked)} MiB.")


def paint(params: PaintParams, job: JobContext) -> ImageResult:
    """Wait in small steps, then save a picture of one grey."""
    end = time.monotonic() + params.seconds
    while time.monotonic() < end:
        job.check()
        time.sleep(0.005)
    pixels = np.full((params.height, params.width, 3), params.grey, np.uint8)
    image = job.save_picture(Picture(pixels))
    return ImageResult(image=image, width=params.width, height=params.height)
