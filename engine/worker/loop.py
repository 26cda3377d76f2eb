"""The worker's two threads: one listens to the host, the other runs jobs, one at a time.

The listening thread is never busy, so a request to stop arrives within a millisecond, and the end
of the host (end of the stream) ends the process at once, whatever a job is doing.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable

import msgspec

import engine
from engine.errors import DeviceError, EngineError
from engine.runtime.cancel import CancelToken
from engine.spec.job import ErrorInfo, Progress
from engine.spec.results import ImageResult, TaskResult
from engine.spec.task import Lane
from engine.spec.validate import convert_params
from engine.tasks import find_task
from engine.wire.frames import ByteSink, ByteSource, FrameError, read_frame, write_frame
from engine.wire.messages import (
    PROTOCOL,
    AskDevices,
    Begin,
    Cancel,
    Devices,
    Failed,
    Finished,
    FromWorker,
    Hello,
    LivePicture,
    Progressed,
    ProtocolError,
    Submit,
    decode_from_host,
    encode,
)
from engine.worker.context import Context, Workbench, rgba_bytes
from engine.worker.memory import PeakMeter
from engine.worker.progress import ProgressReporter
from engine.worker.resolve import resolve

log = logging.getLogger(__name__)

MAIN_NICENESS = 5
"""Jobs of the main lane step back behind the window and live editing."""


class Worker:
    """Runs jobs for the host at the other end of two streams.

    Args:
        incoming: frames from the host.
        outgoing: frames to the host.
        leave: ends the process at once with an exit code; must not return.
    """

    def __init__(
        self,
        incoming: ByteSource,
        outgoing: ByteSink,
        leave: Callable[[int], None] = os._exit,
    ) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._leave = leave
        self._sending = threading.Lock()
        self._tokens: dict[str, CancelToken] = {}
        self._waiting: queue.SimpleQueue[Submit | None] = queue.SimpleQueue()

    def run(self) -> None:
        """Answer the host until it closes the stream."""
        try:
            self._listen()
        except (OSError, FrameError, ProtocolError) as error:
            log.info("the host went away: %s", error)
        self._waiting.put(None)
        self._leave(0)

    def _listen(self) -> None:
        payload = read_frame(self._incoming)
        if payload is None:
            return
        begin = decode_from_host(payload)
        if not isinstance(begin, Begin):
            raise ProtocolError("The host did not begin with a greeting.")
        self._send(Hello(protocol=PROTOCOL, pid=os.getpid(), version=engine.__version__))
        if begin.protocol != PROTOCOL:
            return
        if begin.lane is Lane.MAIN:
            _step_back()
        bench = Workbench(begin.places.folders())
        threading.Thread(target=self._work, args=(bench,), name="jobs", daemon=True).start()
        while (payload := read_frame(self._incoming)) is not None:
            match decode_from_host(payload):
                case Submit() as submit:
                    self._tokens[submit.job] = CancelToken()
                    self._waiting.put(submit)
                case Cancel(job=job):
                    if token := self._tokens.get(job):
                        token.set()
                case AskDevices():
                    # Beside the jobs: the question must not wait for a long one to end.
                    threading.Thread(
                        target=self._tell_devices, args=(bench,), name="devices", daemon=True
                    ).start()
                case Begin():
                    raise ProtocolError("The host greeted twice.")

    def _send(self, message: FromWorker) -> None:
        payload = encode(message)
        with self._sending:
            try:
                write_frame(self._outgoing, payload)
            except OSError:
                # Nobody listens any more; what a job has stored is in the store.
                self._leave(0)

    def _tell_devices(self, bench: Workbench) -> None:
        try:
            from engine.runtime.devices import device_report

            report = msgspec.to_builtins(device_report(bench.measured))
        except (Exception, SystemExit) as error:
            log.exception("the devices could not be looked at")
            report = {"error": f"{type(error).__name__}: {error}"}
        self._send(Devices(report=report))

    def _work(self, bench: Workbench) -> None:
        _warm(bench)
        while (submit := self._waiting.get()) is not None:
            answer = self._run(bench, submit, self._tokens[submit.job])
            # Before the answer: a stop that comes after it concerns nothing here.
            del self._tokens[submit.job]
            try:
                self._send(answer)
            except FrameError as error:
                self._send(Failed(job=submit.job, error=ErrorInfo.of(EngineError(str(error)))))

    def _run(self, bench: Workbench, submit: Submit, token: CancelToken) -> FromWorker:
        """Run one job; every way it can end is a message."""

        def tell(progress: Progress) -> None:
            self._send(Progressed(job=submit.job, progress=progress))

        reporter = ProgressReporter(tell)
        try:
            with (
                PeakMeter(on_tick=reporter.flush) as meter,
                Context(
                    bench, submit.options, token, reporter, meter, is_live=submit.live
                ) as context,
            ):
                answer = _answer(bench, submit, context, reporter, meter)
            reporter.flush(is_last=True)
        except EngineError as error:
            return Failed(job=submit.job, error=ErrorInfo.of(error))
        except MemoryError:
            log.exception("job %s ran out of memory", submit.job)
            return Failed(job=submit.job, error=ErrorInfo.of(_out_of_memory()))
        except (Exception, SystemExit) as error:
            log.exception("job %s failed", submit.job)
            return Failed(job=submit.job, error=ErrorInfo.of(_unexpected(error)))
        return answer


def _answer(
    bench: Workbench, submit: Submit, context: Context, reporter: ProgressReporter, meter: PeakMeter
) -> FromWorker:
    started, cpu_started = time.perf_counter(), time.process_time()
    context.check()
    bench.begin_job(context.token, reporter)
    spec = find_task(submit.task)
    params = convert_params(submit.params, spec.params)
    result = resolve(spec)(params, context)
    seconds = time.perf_counter() - started
    ran = result.ran or bench.ran()
    if submit.live and isinstance(result, ImageResult) and context.live_picture is not None:
        picture = context.live_picture
        return LivePicture(
            job=submit.job,
            width=picture.width,
            height=picture.height,
            rgba=rgba_bytes(picture),
            ran=ran,
            seconds=seconds,
        )
    filled: TaskResult = msgspec.structs.replace(
        result,
        ran=ran,
        seconds=seconds,
        cpu_seconds=time.process_time() - cpu_started,
        peak_mb=meter.megabytes,
        costs=(*result.costs, *context.costs),
        notes=tuple(dict.fromkeys((*result.notes, *context.notes))),
    )
    log.info("job %s: %s in %.2f s, %.0f MiB", submit.job, spec.id, seconds, filled.peak_mb)
    return Finished(job=submit.job, result=filled)  # type: ignore[arg-type]


def _warm(bench: Workbench) -> None:
    """Load onnxruntime before the first job asks for it."""
    try:
        _ = bench.sessions
    except (Exception, SystemExit):
        # Jobs that need no model can still run; the others will say it again.
        log.exception("the runtime could not be loaded")


def _step_back() -> None:
    """Lower this process's priority, so that a long job does not make the window stutter."""
    if hasattr(os, "nice"):
        os.nice(MAIN_NICENESS)
        return
    import psutil  # pragma: no cover - Windows

    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)


def _out_of_memory() -> DeviceError:
    return DeviceError(
        "There was not enough memory for this.",
        hint="Close other programs, make the picture smaller, or raise the memory limit.",
    )


def _unexpected(error: BaseException) -> EngineError:
    return EngineError(
        f"Something went wrong inside Gesso: {type(error).__name__}: {error}",
        hint="The log says more.",
    )
