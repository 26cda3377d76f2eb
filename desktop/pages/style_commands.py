"""Commands of the style page that ask for a file or use the clipboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.canvas.convert import encoded_png
from desktop.canvas.view import CanvasView
from desktop.i18n import tr
from desktop.pages.style_files import PICTURES, PROJECT, StyleFiles
from desktop.pages.style_results import StyleResults
from desktop.pages.style_session import StyleSession
from desktop.settings import SettingsStore
from engine.api import EngineError, resources


class StyleCommands(QObject):
    """Open, save, export, copy and paste.

    Signals:
        told: (sentence, kind) for a toast.
        opened: path of a file that belongs among the recent ones.
    """

    told = Signal(str, str)
    opened = Signal(str)

    def __init__(
        self,
        page: QWidget,
        canvas: CanvasView,
        session: StyleSession,
        files: StyleFiles,
        results: StyleResults,
        settings: SettingsStore,
    ) -> None:
        super().__init__(page)
        self._page = page
        self._canvas = canvas
        self._session = session
        self._files = files
        self._results = results
        self._settings = settings

    @staticmethod
    def file_filter() -> str:
        """Return what can be opened, in the notation of Qt's file dialogs."""
        pictures = " ".join(f"*.{suffix}" for suffix in PICTURES)
        return ";;".join(
            (
                tr("Pictures and projects ({patterns})", patterns=f"{pictures} *{PROJECT}"),
                tr("Style networks ({patterns})", patterns="*.onnx"),
                tr("All files ({patterns})", patterns="*"),
            )
        )

    def ask_open(self) -> None:
        """Choose files and open them."""
        self._files.open(self._choose(tr("Open")))

    def open_sample(self) -> None:
        """Open a photograph that ships with Gesso."""
        self._files.open([resources() / "samples" / "coffee.png"])

    def ask_style(self) -> None:
        """Choose pictures or networks and use them as styles."""
        self._files.add_styles(self._choose(tr("Use as style")))

    def _choose(self, title: str) -> list[Path]:
        names, _ = QFileDialog.getOpenFileNames(
            self._page.window(), title, self._folder(), self.file_filter()
        )
        return [Path(name) for name in names]

    def _folder(self) -> str:
        recent = self._settings.value.recent
        return str(Path(recent[0]).parent) if recent else ""

    def save(self) -> None:
        """Save the project where it was saved before, or ask."""
        target = self._session.saved_to
        if target is None:
            self.save_as()
        else:
            self._save(target)

    def save_as(self) -> None:
        """Ask where to save the project, and do."""
        stem = Path(self._session.title or tr("Untitled")).stem
        name, _ = QFileDialog.getSaveFileName(
            self._page.window(),
            tr("Save Project"),
            str(Path(self._folder()) / f"{stem}{PROJECT}"),
            tr("Gesso projects ({patterns})", patterns=f"*{PROJECT}"),
        )
        if name:
            path = Path(name)
            self._save(path if path.suffix.lower() == PROJECT else path.with_suffix(PROJECT))

    def _save(self, path: Path) -> None:
        try:
            self._session.save(path)
        except EngineError as error:
            self.told.emit(str(error), "warning")
        else:
            self.opened.emit(str(path))
            self.told.emit(tr("Saved {name}.", name=path.name), "ok")

    def export(self) -> None:
        """Write the shown result to a file."""
        if self._results.generation is not None:
            self._results.export(self._results.generation)

    def export_again(self) -> None:
        """Write the shown result as the last one was written."""
        if self._results.generation is not None:
            self._results.export(self._results.generation, again=True)

    def copy(self) -> None:
        """Copy the shown result, or the preview while there is none."""
        if self._results.generation is not None:
            self._results.do("copy", self._results.generation.id)
            return
        shown = self._canvas.after.pyramid or self._canvas.before.pyramid
        if shown is not None:
            QGuiApplication.clipboard().setImage(shown.levels[0])
            self.told.emit(tr("Copied."), "ok")

    def paste(self) -> None:
        """Open what is on the clipboard: files, or a picture."""
        mime = QGuiApplication.clipboard().mimeData()
        paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        if paths:
            self._files.open(paths)
        elif mime.hasImage():
            self.take_image(QImage(mime.imageData()))
        else:
            self.told.emit(tr("There is no picture on the clipboard."), "info")

    def take_image(self, image: QImage) -> None:
        """Use a picture that has no file."""
        if not image.isNull():
            self._files.paste(encoded_png(image))

    def star(self) -> None:
        """Star the shown result, or take its star away."""
        if self._results.current:
            self._results.do("star", self._results.current)
