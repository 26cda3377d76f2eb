"""What can be done with a result: show, compare, reuse, star, export, copy, remove."""

from __future__ import annotations

import contextlib
import datetime
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage

from desktop.canvas.loading import PictureLoader
from desktop.canvas.pyramid import Pyramid
from desktop.dialogs.export import ExportAnswer, ExportDialog
from desktop.document import edits
from desktop.document.history import Generation
from desktop.engine_link.bridge import EngineBridge
from desktop.i18n import tr
from desktop.pages.results_strip import ResultsStrip
from desktop.pages.style_session import StyleSession
from desktop.settings import SettingsStore
from engine.api import EngineError, Recipe

THUMB_PX = 160


class StyleResults(QObject):
    """Serves the strip of results.

    Signals:
        shown: (Generation, Pyramid) to be put on the canvas.
        compared: (Generation, Pyramid) to be put beside what is shown.
        told: (sentence, kind) for a toast.
        current_changed: another result is shown, or none.
    """

    shown = Signal(object, object)
    compared = Signal(object, object)
    told = Signal(str, str)
    current_changed = Signal()

    def __init__(
        self,
        strip: ResultsStrip,
        bridge: EngineBridge,
        session: StyleSession,
        settings: SettingsStore,
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._strip = strip
        self._settings = settings
        self._folder = folder
        self._bridge = bridge
        self._session = session
        self._loader = PictureLoader(self)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_failed)
        self._wanted: dict[str, str] = {}
        self._last_export: ExportAnswer | None = None
        self.current = ""
        strip.wanted.connect(self.do)
        strip.thumbnail_wanted.connect(self._load_thumbnail)
        session.history_changed.connect(self.refresh)
        session.replaced.connect(self._on_replaced)

    @property
    def generation(self) -> Generation | None:
        """The result that is shown, or None."""
        return self._session.generation(self.current) if self.current else None

    @Slot()
    def refresh(self) -> None:
        """Show the project's results in the strip."""
        self._strip.set_generations(self._session.history(), self.current)

    def set_current(self, generation_id: str) -> None:
        """Say which result is shown; empty for none."""
        if generation_id != self.current:
            self.current = generation_id
            self.refresh()
            self.current_changed.emit()

    @Slot(str, str)
    def do(self, what: str, generation_id: str) -> None:
        """Do with a result what the user wants of it."""
        generation = self._session.generation(generation_id)
        if generation is None:
            return
        match what:
            case "show" | "compare":
                self._wanted[what] = generation.id
                self._load(what, generation)
            case "reuse":
                self.reuse(generation)
            case "star":
                self._session.star(generation.id)
            case "export":
                self.export(generation)
            case "copy":
                self._wanted["copy"] = generation.id
                self._load("copy", generation)
            case "delete":
                self._session.delete(generation.id)
                if generation.id == self.current:
                    self.set_current("")
                self.told.emit(tr("Removed from the strip. Its file is kept."), "info")

    def reuse(self, generation: Generation) -> None:
        """Fill the form in as it was for this result."""
        document = self._session.document
        content = generation.params.get("content")
        try:
            params = generation.document or edits.form_values(
                generation.task, generation.params, generation.version
            )
            after = edits.set_params(document, params)
        except EngineError as error:
            self._tell_error(error)
            return
        if content and (document.content is None or document.content.asset != content):
            after = edits.set_content(after, content, generation.label)
        self._session.store.push(tr("Use settings again"), after)

    def export(self, generation: Generation, *, again: bool = False) -> None:
        """Ask where to and how, then write the file."""
        name = f"{Path(generation.label).stem or tr('Untitled')}-{style_word(generation)}"
        if again and self._last_export is not None:
            last = self._last_export
            answer: ExportAnswer | None = ExportAnswer(
                last.target.with_name(name + last.target.suffix), last.options
            )
        else:
            answer = ExportDialog.ask(
                name,
                (generation.width, generation.height),
                self._last_export,
                self._folder,
                embed_recipe=self._settings.value.embed_recipe,
                parent=self._strip.window(),
            )
        if answer is None:
            return
        self._last_export = answer
        if answer.target.parent == self._folder:
            # The Library is Gesso's to make. If it cannot be made, the export says why.
            with contextlib.suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
        recipe = recipe_of(generation)
        ticket = self._bridge.export(generation.result, answer.target, answer.options, recipe)
        ticket.done.connect(self._on_exported)
        ticket.failed.connect(self._tell_error)

    def wait(self) -> None:
        """Wait for what is being read; for closing."""
        self._loader.wait()

    # -- reading ----------------------------------------------------------------------------------

    def _path(self, generation: Generation) -> Path | None:
        try:
            return self._bridge.engine.asset_path(generation.result)
        except EngineError as error:
            self._tell_error(error)
            return None

    def _load(self, key: str, generation: Generation) -> None:
        path = self._path(generation)
        if path is not None:
            self._loader.load(key, path)

    @Slot(str)
    def _load_thumbnail(self, generation_id: str) -> None:
        generation = self._session.generation(generation_id)
        path = self._path(generation) if generation is not None else None
        if path is not None:
            self._loader.load(f"thumb {generation_id}", path, max_px=THUMB_PX)

    @Slot(str, object)
    def _on_loaded(self, key: str, pyramid: Pyramid) -> None:
        if key.startswith("thumb "):
            self._strip.set_thumbnail(key.partition(" ")[2], pyramid.levels[0])
            return
        generation = self._session.generation(self._wanted.get(key, ""))
        if generation is None:
            return
        if key == "show":
            self.set_current(generation.id)
            self.shown.emit(generation, pyramid)
        elif key == "compare":
            self.compared.emit(generation, pyramid)
        elif key == "copy":
            QGuiApplication.clipboard().setImage(QImage(pyramid.levels[0]))
            self.told.emit(tr("Copied."), "ok")

    @Slot(str, str)
    def _on_failed(self, key: str, message: str) -> None:
        if not key.startswith("thumb "):
            self.told.emit(message, "error")

    @Slot(object)
    def _on_exported(self, path: Path) -> None:
        self.told.emit(tr("Written to {path}", path=path), "ok")

    @Slot(object)
    def _tell_error(self, error: EngineError) -> None:
        self.told.emit(str(error), "error")

    @Slot()
    def _on_replaced(self) -> None:
        self.current = ""
        self.refresh()
        self.current_changed.emit()


def style_word(generation: Generation) -> str:
    """Return the style's key for a file name: "oil", or "blend" for several."""
    styles = generation.params.get("styles", ())
    if len(styles) != 1:
        return "blend"
    kind, _, key = str(styles[0].get("style", "")).partition(":")
    return "style" if kind == "picture" else key


def recipe_of(generation: Generation) -> Recipe:
    """Return what an exported file says of how it was made."""
    created = datetime.datetime.fromtimestamp(generation.created_s, datetime.UTC)
    return Recipe(
        task=generation.task,
        task_version=generation.version,
        params=generation.params,
        options=msgspec.to_builtins(generation.options),
        inputs=(generation.label,),
        ran=generation.ran,
        created=created.isoformat(timespec="seconds"),
        width=generation.width,
        height=generation.height,
    )
