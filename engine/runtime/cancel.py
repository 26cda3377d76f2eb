"""Stopping a run from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.errors import Cancelled


class CancelToken:
    """A flag that one thread sets and another looks at, with hooks for what cannot look.

    `onnxruntime` looks at its own flag between nodes; a session registers a hook for the length
    of one run that sets it.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._hooks: dict[int, Callable[[], None]] = {}
        self._next_hook = 0

    @property
    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def set(self) -> None:
        """Ask to stop; calls every hook once, however often it is asked. Safe from any thread."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            hooks = list(self._hooks.values())
        for hook in hooks:
            hook()

    def check(self) -> None:
        """Raise if somebody asked to stop.

        Raises:
            Cancelled: somebody did.
        """
        if self._event.is_set():
            raise Cancelled

    def add_hook(self, hook: Callable[[], None]) -> int:
        """Have `hook` called when the token is set, at once if it is; return its number."""
        with self._lock:
            number = self._next_hook
            self._next_hook += 1
            self._hooks[number] = hook
            is_set = self._event.is_set()
        if is_set:
            hook()
        return number

    def remove_hook(self, number: int) -> None:
        """Forget a hook. One that is just being called may still run to its end."""
        with self._lock:
            self._hooks.pop(number, None)

    @contextmanager
    def calling(self, hook: Callable[[], None]) -> Iterator[None]:
        """Have `hook` called if the token is set within the block, or was before."""
        number = self.add_hook(hook)
        try:
            yield
        finally:
            self.remove_hook(number)
