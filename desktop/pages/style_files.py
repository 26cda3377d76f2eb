"""Getting files into the style page: what a dropped, opened or pasted file means here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.document import edits
from desktop.document.model import Document
from desktop.engine_link.bridge import EngineBridge
from desktop.i18n import tr
from desktop.pages.own_styles import OwnStyles
from desktop.pages.style_session import StyleSession
from engine.api import AssetId, EngineError, Recipe

PICTURES = ("png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif", "avif")
PROJECT = ".gesso"
NETWORK = ".onnx"


class StyleFiles(QObject):
    """Brings files into the project, as the picture, as a style, as settings or as a network.

    Signals:
        opened: path of a file that belongs among the recent ones.
        told: (sentence, kind) for a toast.
        styles_changed: there are other styles to choose from now.
    """

    opened = Signal(str)
    told = Signal(str, str)
    styles_changed = Signal()

    def __init__(
        self,
        bridge: EngineBridge,
        session: StyleSession,
        own: OwnStyles,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._session = session
        self._own = own

    def open(self, paths: Sequence[Path]) -> None:
        """Open files by what they are: a project, a network, a picture with or without a recipe.

        Of several pictures the first is the one to repaint.
        """
        has_picture = False
        for path in paths:
            suffix = path.suffix.lower()
            if suffix == PROJECT:
                self._open_project(path)
            elif suffix == NETWORK:
                self.add_network(path)
            elif not has_picture:
                has_picture = True
                self._open_picture(path)
        surplus = sum(p.suffix.lower() not in (PROJECT, NETWORK) for p in paths) - 1
        if surplus > 0:
            self.told.emit(
                tr(
                    "Opened the first picture; {count} more were left out. "
                    "To repaint many at once, use “gesso batch”.",
                    count=surplus,
                ),
                "info",
            )

    def add_styles(self, paths: Sequence[Path]) -> None:
        """Bring pictures and networks as styles, and use the last picture at once."""
        for path in paths:
            if path.suffix.lower() == NETWORK:
                self.add_network(path)
                continue
            ticket = self._bridge.call(self._import_checked, path)
            ticket.done.connect(partial(self._use_as_style, path.stem))
            ticket.failed.connect(self._tell_error)

    def add_network(self, path: Path) -> None:
        """Recognise a style network and add it to the user's models."""
        self.told.emit(tr("Looking at {name} …", name=path.name), "info")
        ticket = self._bridge.add_model(path)
        ticket.done.connect(self._on_network)
        ticket.failed.connect(self._tell_error)

    def paste(self, data: bytes) -> None:
        """Take a picture from the clipboard, as the bytes of a PNG."""
        ticket = self._bridge.import_bytes(data, ".png")
        ticket.done.connect(partial(self._set_content, tr("Pasted picture")))
        ticket.failed.connect(self._tell_error)

    # -- pictures -------------------------------------------------------------------------------

    def _import_checked(self, path: Path) -> AssetId:
        """Import a picture, but only if its header can be read; runs on another thread."""
        engine = self._bridge.engine
        engine.picture_info(path)
        return engine.import_file(path)

    def _open_picture(self, path: Path) -> None:
        ticket = self._bridge.call(self._import_with_recipe, path)
        ticket.done.connect(partial(self._on_picture, path))
        ticket.failed.connect(self._tell_error)

    def _import_with_recipe(self, path: Path) -> tuple[AssetId, Recipe | None]:
        return self._import_checked(path), self._bridge.engine.read_recipe(path)

    def _on_picture(self, path: Path, answer: tuple[AssetId, Recipe | None]) -> None:
        asset, recipe = answer
        self.opened.emit(str(path))
        if recipe is not None and recipe.task == self._session.document.task:
            self._restore(path, asset, recipe)
        else:
            self._set_content(path.name, asset)

    def _set_content(self, name: str, asset: AssetId) -> None:
        document = self._session.document
        after = edits.set_content(document, asset, name)
        if not edits.styles(after):
            after = self._with_first_style(after)
        self._session.store.push(tr("Open {name}", name=name), after)

    def _with_first_style(self, document: Document) -> Document:
        """Choose a style, so that a first picture shows at once what this canvas is for."""
        styles = [s for s in self._bridge.engine.styles() if s.is_available]
        return edits.add_style(document, styles[0].id) if styles else document

    def _restore(self, path: Path, asset: AssetId, recipe: Recipe) -> None:
        """Fill the form in as it was when this picture was made."""
        document = self._session.document
        try:
            params = edits.form_values(recipe.task, recipe.params, recipe.task_version)
        except EngineError as error:
            self._tell_error(error)
            return
        source = str(recipe.params.get("content", ""))
        name = recipe.inputs[0] if recipe.inputs else path.name
        missing: list[str] = []
        if self._has(source):
            after = edits.set_content(document, source, name)
        elif document.content is not None:
            after = document
            missing.append(name)
        else:
            after = edits.set_content(document, asset, path.name)
            missing.append(name)
        kept = []
        for use in params.get("styles", []):
            style = str(use.get("style", ""))
            if style.startswith("picture:") and not self._has(style.partition(":")[2]):
                missing.append(tr("a style picture"))
                continue
            mask = use.get("mask")
            kept.append({**use, "mask": mask if mask and self._has(mask) else None})
        params["styles"] = kept
        if params.get("mask") and not self._has(params["mask"]):
            params["mask"] = None
            missing.append(tr("the mask"))
        try:
            after = edits.set_params(after, params)
        except EngineError as error:
            self._tell_error(error)
            return
        self._session.store.push(tr("Settings of {name}", name=path.name), after)
        if missing:
            what = ", ".join(missing)
            self.told.emit(
                tr("Settings restored. Not on this computer: {what}.", what=what), "warning"
            )
        else:
            self.told.emit(tr("Settings of {name} restored.", name=path.name), "ok")

    def _has(self, asset: str) -> bool:
        try:
            return self._bridge.engine.asset_path(asset).exists()
        except EngineError:
            return False

    def _use_as_style(self, name: str, asset: AssetId) -> None:
        own = self._own.add(asset, name)
        self.styles_changed.emit()
        after = edits.set_styles(self._session.document, ({"style": own.style, "weight": 1.0},))
        self._session.store.push(tr("Style {name}", name=name), after)

    # -- projects and networks --------------------------------------------------------------------

    def _open_project(self, path: Path) -> None:
        try:
            self._session.open_file(path)
        except EngineError as error:
            self._tell_error(error)
        else:
            self.opened.emit(str(path))

    def _on_network(self, info: object) -> None:
        self.styles_changed.emit()
        name = getattr(info, "name", "")
        model = getattr(info, "id", "")
        self.told.emit(tr("{name} is a style now.", name=name), "ok")
        after = edits.set_styles(
            self._session.document, ({"style": f"model:{model}", "weight": 1.0},)
        )
        self._session.store.push(tr("Style {name}", name=name), after)

    def _tell_error(self, error: EngineError) -> None:
        self.told.emit(str(error), "error")
