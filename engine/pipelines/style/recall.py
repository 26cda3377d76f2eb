"""What one call works out and the next can use again: codes of pictures, small pictures.

Keys hold asset ids or digests, which name content and never change their meaning, so nothing
ever has to be invalidated; the oldest entries go when there are too many.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")


class Recall:
    """A small cache that forgets what was used the longest ago; safe from any thread."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._held: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is held for `key`, or make and hold it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return cast("T", self._held[key])
        made = make()
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._entries:
                self._held.popitem(last=False)
        return made
