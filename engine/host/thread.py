"""The host's one thread: does what was posted, keeps deadlines, tells listeners."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

from engine.host.events import Event

log = logging.getLogger(__name__)

Listener = Callable[[Event], None]


class HostThread:
    """Runs posted functions one after the other, and a tick whenever a deadline has come.

    Events are delivered in the order in which they were emitted, on this thread, while no lock is
    held, so a listener may call back into the engine.

    Args:
        tick: called after every function and at deadlines; returns the next deadline or None.
        clock: seconds, of the deadlines.
    """

    def __init__(
        self, tick: Callable[[], float | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tick = tick
        self._clock = clock
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._listeners: tuple[Listener, ...] = ()
        self._listening = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="gesso-host", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Do what is posted already, deliver what is emitted already, and end."""
        self._inbox.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def post(self, function: Callable[[], None]) -> None:
        """Have `function` called on this thread soon."""
        self._inbox.put(function)

    def emit(self, event: Event) -> None:
        """Have `event` delivered on this thread soon."""
        self._events.put(event)
        self._inbox.put(_nothing)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Deliver every later event to `listener`; return what ends that."""
        with self._listening:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._listening:
                # By equality: a bound method is a new object each time it is named.
                self._listeners = tuple(other for other in self._listeners if other != listener)

        return unsubscribe

    def _run(self) -> None:
        deadline: float | None = None
        while True:
            wait = None if deadline is None else max(deadline - self._clock(), 0.0)
            try:
                function = self._inbox.get(timeout=wait)
            except queue.Empty:
                function = _nothing
            if function is None:
                self._deliver()
                return
            try:
                function()
                deadline = self._tick()
            except Exception:
                log.exception("the host stumbled")
                deadline = None
            self._deliver()

    def _deliver(self) -> None:
        while not self._events.empty():
            event = self._events.get()
            for listener in self._listeners:
                try:
                    listener(event)
                except Exception:
                    log.exception("a listener failed on %s", type(event).__name__)


def _nothing() -> None:
    """Wake the thread."""
