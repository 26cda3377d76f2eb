"""Work beside the window, on Python's own threads.

Qt's thread pool waits for its tasks when it is destroyed. When Python destroys it, it waits while
holding the interpreter's lock, which the task needs to end: both stand still for ever. Threads
of Python's own are waited for with the lock given back, or not at all.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

log = logging.getLogger(__name__)


class Background:
    """Runs tasks in the order they come, on a few threads that end when there is nothing to do."""

    def __init__(self, name: str, threads: int = 1) -> None:
        """Prepare; no thread is started before there is a task.

        Args:
            name: of the threads, for debuggers.
            threads: how many tasks may run at once; with one, tasks end in order.
        """
        self._name = name
        self._most = threads
        self._tasks: deque[Callable[[], None]] = deque()
        self._running = 0
        self._changed = threading.Condition()

    def submit(self, task: Callable[[], None]) -> None:
        """Run `task` soon; what it raises is logged and goes no further."""
        with self._changed:
            self._tasks.append(task)
            if self._running < self._most:
                self._running += 1
                threading.Thread(target=self._work, name=self._name, daemon=True).start()

    @property
    def is_busy(self) -> bool:
        """Whether a task runs or waits."""
        with self._changed:
            return self._running > 0

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until every task has ended; False if the time was too short."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, timeout_s)

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._tasks:
                    self._running -= 1
                    self._changed.notify_all()
                    return
                task = self._tasks.popleft()
            try:
                task()
            except Exception:
                log.exception("a task of %s failed", self._name)
            # Held on to, the task would keep its owner alive until the next one.
            del task
