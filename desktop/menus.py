"""The menu bar, made from the actions that are there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu, QMenuBar

from desktop.actions import MENUS, ActionSet
from desktop.i18n import tr, tr_data
from desktop.settings import SettingsStore


class Menus(QObject):
    """Fills a menu bar and keeps it up to date."""

    def __init__(
        self,
        bar: QMenuBar,
        actions: ActionSet,
        settings: SettingsStore,
        open_recent: Callable[[Path], None],
    ) -> None:
        super().__init__(bar)
        self._bar = bar
        self._actions = actions
        self._settings = settings
        self._open_recent = open_recent
        self._menus: dict[str, QMenu] = {}
        for key, title in MENUS:
            self._menus[key] = bar.addMenu(tr_data(title))
        self._recent = QMenu(tr("Open &Recent"), bar)
        self._recent.aboutToShow.connect(self._fill_recent)
        actions.changed.connect(self.fill)
        self.fill()

    @Slot()
    def fill(self) -> None:
        """Build every menu again."""
        for key, menu in self._menus.items():
            menu.clear()
            for number, group in enumerate(self._actions.in_menu(key)):
                if number:
                    menu.addSeparator()
                for action in group:
                    menu.addAction(self._actions.q_action(action.id))
                if key == "file" and number == 0:
                    menu.addMenu(self._recent)
            menu.menuAction().setVisible(not menu.isEmpty())

    def menu(self, key: str) -> QMenu:
        """Return a menu by its key."""
        return self._menus[key]

    @property
    def recent(self) -> QMenu:
        """The menu of recent files."""
        return self._recent

    @Slot()
    def _fill_recent(self) -> None:
        self._recent.clear()
        for name in self._settings.value.recent:
            path = Path(name)
            # A file that went away stays listed, greyed: its drive may come back.
            action = self._recent.addAction(path.name.replace("&", "&&"))
            action.setToolTip(name)
            action.setEnabled(path.exists())
            action.triggered.connect(partial(self._open, path))
        if self._recent.isEmpty():
            self._recent.addAction(tr("Nothing opened yet")).setEnabled(False)
            return
        self._recent.addSeparator()
        self._recent.addAction(tr("Clear the List"), self._clear)

    def _open(self, path: Path, _checked: bool = False) -> None:
        self._open_recent(path)

    def _clear(self) -> None:
        self._settings.change(recent=())
