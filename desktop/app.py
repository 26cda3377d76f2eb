"""The composition root: everything is built and wired here, and only here."""

from __future__ import annotations

import dataclasses
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QFontDatabase, QIcon
from PySide6.QtWidgets import QApplication

from desktop import i18n
from desktop.collector import Collector
from desktop.crash import CrashReporter
from desktop.engine_link.bridge import EngineBridge
from desktop.engine_link.contract import EngineLike
from desktop.main_window import MainWindow
from desktop.pages.page import Page, PageContext
from desktop.settings import Settings, SettingsStore
from desktop.single_instance import SingleInstance, hand_over, socket_name
from desktop.theme import Wardrobe
from desktop.window_parts import WindowParts
from engine.api import Folders, resources

log = logging.getLogger(__name__)

PageFactory = Callable[[PageContext], Page]


def page_factories() -> tuple[PageFactory, ...]:
    """Return what makes each page, in the order of the rail."""
    from desktop.pages.style_page import StylePage

    return (StylePage,)


def create_engine(folders: Folders) -> EngineLike:
    """Return the engine of this process."""
    from engine import api

    return api.Engine(folders)


class Studio(QObject):
    """The running application: engine, bridge, window, and what ends them in order."""

    def __init__(
        self,
        app: QApplication,
        folders: Folders,
        engine: EngineLike,
        factories: Sequence[PageFactory],
    ) -> None:
        super().__init__(app)
        self.settings = SettingsStore(folders.config / "settings.json", self)
        self.folders = with_library(folders, self.settings.value)
        i18n.install(resources() / "i18n", spoken_language(self.settings.value.language))
        self.wardrobe = Wardrobe(app)
        self.wardrobe.wear(self.settings.value.theme)
        self.engine = engine
        self.bridge = EngineBridge(engine, self)
        context = PageContext(self.bridge, self.settings, self.folders)
        pages = [make(context) for make in factories]
        parts = WindowParts(self.bridge, self.settings, self.wardrobe, self.folders)
        self.window = MainWindow(parts, pages)
        self.window.closed.connect(self._close)
        self.settings.changed.connect(self._follow)
        self._is_closed = False

    @Slot(object, object)
    def _follow(self, old: Settings, new: Settings) -> None:
        if old.theme != new.theme:
            self.wardrobe.wear(new.theme)
        if old.language != new.language:
            words = i18n.tr("The new language is spoken from the next start.")
            self.window.toaster.show(words, "info")

    @Slot()
    def _close(self) -> None:
        self.close()

    def close(self) -> None:
        """End bridge and engine; what waits in the queue is kept for the next start."""
        if not self._is_closed:
            self._is_closed = True
            self.bridge.close()
            self.engine.close()


def spoken_language(choice: str) -> str:
    """Return the language to speak: the chosen one, or the system's if it can be drawn."""
    if choice != "system":
        return choice
    wanted = i18n.system_language()
    # Inter has no Chinese letters; without a system font that has them every word is boxes.
    has_letters = bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
    return "en" if wanted == "zh_CN" and not has_letters else wanted


def with_library(folders: Folders, settings: Settings) -> Folders:
    """Return `folders` with the Library folder that the user chose."""
    if not settings.library:
        return folders
    return dataclasses.replace(folders, library=Path(settings.library))


def make_application(arguments: Sequence[str]) -> QApplication:
    """Return the Qt application, named and with its icon."""
    app = QApplication([sys.argv[0], *arguments])
    app.setApplicationName("Gesso")
    app.setDesktopFileName("gesso")
    app.setWindowIcon(QIcon(str(resources() / "icons" / "app" / "gesso.svg")))
    return app


def run(files: Sequence[Path], reporter: CrashReporter) -> int:
    """Open the studio with `files` and return the exit code."""
    folders = Folders.of_user()
    app = make_application([])
    name = socket_name(folders.state)
    if hand_over(name, files):
        return 0
    instance = SingleInstance(name, app)
    studio = Studio(app, folders, create_engine(folders), page_factories())
    reporter.set_parent(studio.window)
    instance.files_given.connect(studio.window.open_files)
    studio.window.present()
    collector = Collector(app)
    if files:
        # After the first paint, so that the window stands before files are read.
        QTimer.singleShot(0, studio.window, lambda: studio.window.open_files(files))
    code = app.exec()
    instance.close()
    studio.close()
    collector.stop()
    return code
