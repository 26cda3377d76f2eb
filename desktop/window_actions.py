"""The actions that belong to the window itself and not to a page."""

from __future__ import annotations

from typing import Protocol

from desktop import standard
from desktop.actions import Action, Bound, bind
from desktop.i18n import mark

QUIT = Action("file.quit", mark("&Quit"), ("Ctrl+Q",), "file", 90, keywords="exit close")
PREFERENCES = Action(
    "edit.preferences", mark("Pr&eferences…"), ("Ctrl+,",), "edit", 90, "settings",
    keywords="settings options theme language device memory",
)  # fmt: skip
UNDO = Action("edit.undo", mark("&Undo"), ("Ctrl+Z",), "edit", 10, "undo", ("can-undo",))
REDO = Action(
    "edit.redo", mark("&Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "edit", 10, "redo", ("can-redo",)
)
PALETTE = Action(
    "window.palette", mark("&Commands…"), ("Ctrl+K", "Ctrl+Shift+P"), "window", 10, "search",
    help=mark("Every command, style and recent file by a few letters."), keywords="search find",
)  # fmt: skip
JOBS = Action("window.jobs", mark("&Jobs"), ("Ctrl+J",), "window", 20, "jobs", keywords="queue")
PANELS = Action(
    "window.panels", mark("&Hide the Panels"), ("Ctrl+\\",), "window", 20, "panels", (), True,
    help=mark("The canvas alone. Tab does the same while the canvas has the focus."),
)  # fmt: skip
NEXT_PANE = Action("window.next-pane", mark("&Next Panel"), ("F6",), "window", 20)
FULL_SCREEN = Action("window.full", mark("&Full Screen"), ("F11",), "window", 30, "", (), True)
THEME = Action(
    "window.theme", mark("Switch between &Dark and Light"), (), "window", 40, "moon",
    keywords="theme appearance colours",
)  # fmt: skip
SHORTCUTS = Action("help.shortcuts", mark("&Keyboard Shortcuts"), ("F1",), "help", 10, "keyboard")
LOGS = Action("help.logs", mark("Open the Log &Folder"), (), "help", 20, "log")
LICENCES = Action(
    "help.licences", mark("&Licences"), (), "help", 30, keywords="credits attribution"
)
ABOUT = Action("help.about", mark("&About Gesso"), (), "help", 30, "info", keywords="version")


class WindowCommands(Protocol):
    """What the window does for its own actions."""

    def ask_open(self) -> None:
        """Choose files and open them."""

    def close(self) -> bool:
        """Close the window."""

    def undo(self) -> None:
        """Take the last step back."""

    def redo(self) -> None:
        """Take it again."""

    def open_palette(self) -> None:
        """Show the command palette."""

    def toggle_jobs(self) -> None:
        """Show or hide the jobs."""

    def hide_panels(self, hidden: bool) -> None:
        """Hide or show everything but the canvas."""

    def focus_next_pane(self) -> None:
        """Move the focus to the next part of the window."""

    def set_full_screen(self, full: bool) -> None:
        """Fill the screen, or not."""

    def switch_theme(self) -> None:
        """Dark to light, and back."""


class DialogCommands(Protocol):
    """What the window's dialogs do for its own actions."""

    def open_preferences(self) -> None:
        """Show the preferences."""

    def open_shortcuts(self) -> None:
        """Show the sheet of shortcuts."""

    def open_logs(self) -> None:
        """Show the folder of log files."""

    def open_licences(self) -> None:
        """Show the licences."""

    def open_about(self) -> None:
        """Show the version."""


def window_actions(window: WindowCommands, dialogs: DialogCommands) -> tuple[Bound, ...]:
    """Return the window's own actions, bound to it."""
    return (
        bind(standard.OPEN, window.ask_open),
        bind(QUIT, window.close),
        bind(UNDO, window.undo),
        bind(REDO, window.redo),
        bind(PREFERENCES, dialogs.open_preferences),
        bind(PALETTE, window.open_palette),
        bind(JOBS, window.toggle_jobs),
        bind(PANELS, window.hide_panels),
        bind(NEXT_PANE, window.focus_next_pane),
        bind(FULL_SCREEN, window.set_full_screen),
        bind(THEME, window.switch_theme),
        bind(SHORTCUTS, dialogs.open_shortcuts),
        bind(LOGS, dialogs.open_logs),
        bind(LICENCES, dialogs.open_licences),
        bind(ABOUT, dialogs.open_about),
    )
