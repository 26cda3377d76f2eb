"""What the window is built from, and small things it needs that are not about showing."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from desktop.engine_link.bridge import EngineBridge
from desktop.settings import SettingsStore
from desktop.theme import Wardrobe
from engine.api import Folders, write_whole

log = logging.getLogger(__name__)

_FRAME_PX = 48


@dataclass(frozen=True)
class WindowParts:
    """What the window is built from.

    Attributes:
        bridge: the way to the engine.
        settings: the user's choices.
        wardrobe: the theme.
        folders: the user's folders.
    """

    bridge: EngineBridge
    settings: SettingsStore
    wardrobe: Wardrobe
    folders: Folders


def read_state(path: Path) -> dict[str, Any]:
    """Return what `write_state` wrote; empty if it is not there or cannot be read."""
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.info("the window's state cannot be read: %s", error)
        return {}
    return loaded if isinstance(loaded, dict) else {}


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Write where everything is; a failure is logged and stops nothing."""
    try:
        write_whole(path, json.dumps(state, indent=1).encode())
    except (OSError, TypeError, ValueError) as error:
        log.warning("the window's state cannot be written: %s", error)


def fits_on_screen(window: QWidget) -> bool:
    """Return whether a window fits on its screen beside the system's bars, frame and all."""
    # Title bar and borders are not known before the window is shown.
    whole = window.size() + QSize(_FRAME_PX, _FRAME_PX)
    room = window.screen().availableGeometry().size()
    return whole.width() <= room.width() and whole.height() <= room.height()


def index_of_focus(panes: Sequence[QWidget], focused: QWidget | None) -> int:
    """Return which of `panes` holds the focus, or -1."""
    for number, pane in enumerate(panes):
        if focused is not None and (pane is focused or pane.isAncestorOf(focused)):
            return number
    return -1


def first_focusable(pane: QWidget) -> QWidget | None:
    """Return the first part of `pane` that Tab would reach."""
    for widget in (pane, *pane.findChildren(QWidget)):
        policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if policy and widget.isVisible() and widget.isEnabled():
            return widget
    return None


def next_focus(panes: Sequence[QWidget], focused: QWidget | None) -> QWidget | None:
    """Return what takes the focus when it moves on to the next of `panes`."""
    current = index_of_focus(panes, focused)
    order = [panes[(current + step) % len(panes)] for step in range(1, len(panes) + 1)]
    return next(filter(None, map(first_focusable, order)), None)
