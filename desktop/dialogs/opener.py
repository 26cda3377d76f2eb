"""Opens the window's dialogs; each is imported when it is first wanted."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.actions import ActionSet
from desktop.engine_link.device_chip import DeviceChip
from desktop.window_parts import WindowParts


class WindowDialogs:
    """The dialogs that belong to the window itself."""

    def __init__(
        self, parts: WindowParts, actions: ActionSet, chip: DeviceChip, window: QWidget
    ) -> None:
        self._bridge = parts.bridge
        self._settings = parts.settings
        self._folders = parts.folders
        self._actions = actions
        self._chip = chip
        self._window = window

    def open_preferences(self) -> None:
        """Show the preferences."""
        from desktop.dialogs.preferences import PreferencesDialog

        PreferencesDialog.ask(self._settings, self._folders, self._window)

    def open_shortcuts(self) -> None:
        """Show the sheet of shortcuts."""
        from desktop.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog.tell(self._actions, self._window)

    def open_logs(self) -> None:
        """Show the folder of log files."""
        folder = self._folders.logs
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def open_licences(self) -> None:
        """Show the licences."""
        from desktop.dialogs.licences import LicencesDialog

        LicencesDialog.tell(self._bridge.engine.models(), self._window)

    def open_about(self) -> None:
        """Show the version."""
        from desktop.dialogs.about import AboutDialog

        AboutDialog.tell(self._folders, self._chip.text().strip(), self._window)
