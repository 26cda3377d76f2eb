"""What happens when the window's own code fails: it is logged, told calmly, and work goes on.

`watch_early` must come before Qt is imported: it sends the stack of a native crash to a file.
`CrashReporter` takes Python exceptions that nobody caught, on any thread.
"""

from __future__ import annotations

import faulthandler
import logging
import platform
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from engine.api import __version__

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)

_REPEAT_S = 5.0


def watch_early(logs: Path) -> TextIO | None:
    """Write the stacks of a native crash to `window-crash.log`; return the open file."""
    try:
        logs.mkdir(parents=True, exist_ok=True)
        file = (logs / "window-crash.log").open("a", encoding="utf-8")
    except OSError:
        faulthandler.enable()
        return None
    faulthandler.enable(file)
    return file


def report_text(error: BaseException) -> str:
    """Return what a report needs: versions, system and the traceback."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return (
        f"Gesso {__version__} · Python {platform.python_version()} · {platform.platform()}\n"
        f"{time.strftime('%Y-%m-%d %H:%M:%S')}\n\n{''.join(lines)}"
    )


class CrashReporter:
    """Logs uncaught exceptions and shows one calm dialog at a time."""

    def __init__(self) -> None:
        self._parent: QWidget | None = None
        self._is_showing = False
        self._last: tuple[str, float] = ("", 0.0)

    def install(self) -> None:
        """Take over the hooks of the interpreter."""
        sys.excepthook = self.take
        threading.excepthook = self._take_from_thread

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def set_parent(self, window: QWidget | None) -> None:
        """Say over which window the dialog stands."""
        self._parent = window

    def take(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log an exception and, unless it was just shown, tell the user."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("an error nobody expected", exc_info=(kind, error, trace))
        if threading.current_thread() is threading.main_thread():
            self._tell(error)

    def _take_from_thread(self, arguments: threading.ExceptHookArgs) -> None:
        # No dialog from here: widgets belong to the main thread, and the log has it all.
        log.error(
            "an error nobody expected on thread %s",
            arguments.thread.name if arguments.thread else "?",
            exc_info=arguments.exc_value,
        )

    def _tell(self, error: BaseException) -> None:
        summary = f"{type(error).__name__}: {error}"
        now = time.monotonic()
        # An error in a paint event comes back with every frame.
        is_repeated = summary == self._last[0] and now - self._last[1] < _REPEAT_S
        self._last = (summary, now)
        if self._is_showing or is_repeated:
            return
        from PySide6.QtWidgets import QApplication

        if QApplication.instance() is None:
            return
        self._is_showing = True
        try:
            from desktop.dialogs.crash_dialog import CrashDialog

            CrashDialog.tell(summary, report_text(error), self._parent)
        finally:
            self._is_showing = False
