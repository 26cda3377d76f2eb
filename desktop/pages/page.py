"""The contract of a page: one canvas of the studio, shown in the window's frame.

The window lays a page out as its central widget (the page itself), a side panel on the right and
a strip below, both optional. A page talks to the window by signals alone and never knows it.

    class StylePage(Page):
        id = "style"
        title = mark("Style")
        icon = "style-canvas"

        def actions(self): return (bind(standard.EXPORT, self.export), …)
        def side_panel(self): return self._panel
        def open_files(self, paths): …
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from desktop.actions import Bound
from desktop.engine_link.bridge import EngineBridge
from desktop.settings import SettingsStore
from engine.api import Folders


@dataclass(frozen=True)
class PageContext:
    """What a page receives from the window that it lives in.

    Attributes:
        bridge: the way to the engine.
        settings: the user's choices.
        folders: the user's folders.
    """

    bridge: EngineBridge
    settings: SettingsStore
    folders: Folders


@dataclass(frozen=True)
class PaletteEntry:
    """One line that a page adds to the command palette.

    Attributes:
        title: what the user reads, already translated.
        run: called without arguments.
        group: word on the right: "Style".
        keywords: further words by which it is found.
        icon: name of a file in resources/icons.
    """

    title: str
    run: Any
    group: str = ""
    keywords: str = ""
    icon: str = ""


class Page(QWidget):
    """One canvas. Subclasses set `id`, `title` and `icon` and override what they have.

    Signals:
        document_changed: the title, file or modified state is new.
        conditions_changed: `conditions()` gives something new.
        zoom_changed: percent, or 0 for "nothing to show".
        notice: (text, kind) for a toast; kind is "info", "ok", "warning" or "error".
        opened: a file that belongs in the list of recent files.
    """

    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    icon: ClassVar[str] = ""

    document_changed = Signal()
    conditions_changed = Signal()
    zoom_changed = Signal(float)
    notice = Signal(str, str)
    opened = Signal(str)

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context

    def actions(self) -> Sequence[Bound]:  # type: ignore[override]
        """Return the page's actions; they are there while the page is shown."""
        return ()

    def conditions(self) -> Iterable[str]:
        """Return the named conditions that hold now: "has-picture", "can-run"."""
        return ()

    def palette_entries(self) -> Iterable[PaletteEntry]:
        """Return what the command palette offers beside the actions; asked when it opens."""
        return ()

    def side_panel(self) -> QWidget | None:
        """Return the panel on the right, made once."""
        return None

    def bottom_strip(self) -> QWidget | None:
        """Return the strip below, made once."""
        return None

    def undo_stack(self) -> QUndoStack | None:
        """Return the stack that Undo and Redo drive."""
        return None

    def document_title(self) -> str:
        """Return the name of what is open, or empty."""
        return ""

    def is_modified(self) -> bool:
        """Return whether there is something that a save would write."""
        return False

    def file_filter(self) -> str:
        """Return the open dialog's filter in Qt's notation."""
        return ""

    def open_files(self, paths: Sequence[Path]) -> None:
        """Open what was chosen, dropped or passed on the command line."""

    def show_result(self, job_id: str) -> None:
        """Show what a finished job made, if it is of this page."""

    def activate(self) -> None:
        """The page has been brought to the front."""

    def can_close(self) -> bool:
        """Return whether the window may close now; may ask the user."""
        return True

    def shut_down(self) -> None:
        """The window closes: stop timers, write what is pending."""

    def save_state(self) -> dict[str, Any]:
        """Return what should be as it was at the next start, as plain JSON data."""
        return {}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take up what `save_state` returned; must forgive anything missing or odd."""
