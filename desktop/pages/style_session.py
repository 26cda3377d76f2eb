"""The project behind the style page: on disk at all times, reopened at the next start."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from desktop.document import container
from desktop.document.history import Generation
from desktop.document.model import Document, ViewState
from desktop.document.project import Project, Work, folder_of, stamp_of, summaries
from desktop.editing.autosave import Autosave
from desktop.editing.store import DocumentStore
from desktop.i18n import tr
from engine.api import AssetError

log = logging.getLogger(__name__)


class StyleSession(QObject):
    """One open project: its document, undo steps, results and the folder that keeps them.

    Signals:
        replaced: another project is open now; everything has to be read anew.
        history_changed: a result came, went or was starred.
        title_changed: the title, the file or the modified state is new.
        trouble: a sentence for the user.
    """

    replaced = Signal()
    history_changed = Signal()
    title_changed = Signal()
    trouble = Signal(str)

    def __init__(
        self, root: Path, store: container.AssetStore, parent: QObject | None = None
    ) -> None:
        """Keep working folders under `root`; nothing is open yet."""
        super().__init__(parent)
        self._root = root
        self._assets = store
        self._project: Project | None = None
        self._autosave: Autosave | None = None
        self._work = Work()
        self.view = ViewState()
        self.was_recovered = False
        self.store = DocumentStore(Document(), self)
        self.store.changed.connect(self._on_changed)
        self.store.undo_stack.cleanChanged.connect(self.title_changed)

    # -- opening and closing ------------------------------------------------------------------

    def open_last(self) -> None:
        """Open what was open last, after a crash as after an ordinary end; else a new project."""
        for summary in summaries(self._root):
            if summary.is_open or summary.is_damaged:
                continue
            try:
                project = Project.open(summary.folder)
                work = project.read()
            except (AssetError, OSError) as error:
                log.info("cannot reopen %s: %s", summary.folder.name, error)
                continue
            self.was_recovered = summary.was_lost
            self._begin(project, work)
            return
        self.open_new()

    def open_new(self, document: Document | None = None) -> None:
        """Open an empty project."""
        work = Work(document=document or Document())
        self._begin(Project.create(self._root, work), work)

    def open_file(self, path: Path) -> None:
        """Open a `.gesso` file, with its undo steps if this computer still has them.

        Raises:
            AssetError: it cannot be read.
        """
        known = folder_of(self._root, path)
        if known is not None:
            project = Project.open(known)
            self._begin(project, project.read())
            return
        opened = container.load(path, self._assets)
        work = msgspec.structs.replace(
            opened.work, saved_to=str(path), saved_stamp=stamp_of(path), is_modified=False
        )
        project = Project.create(self._root, work)
        for generation in opened.generations:
            project.history.add(generation)
        self._begin(project, work)
        if opened.missing:
            count = len(opened.missing)
            self.trouble.emit(tr("{count} files of this project are missing.", count=count))

    def save(self, path: Path) -> None:
        """Write the project to a `.gesso` file.

        Raises:
            AssetError: it cannot be written.
        """
        container.save(path, self.work(), self.history(), self._assets)
        self._work = msgspec.structs.replace(
            self._work, saved_to=str(path), saved_stamp=stamp_of(path), title=path.stem
        )
        self.store.undo_stack.setClean()
        self._touch()
        self.title_changed.emit()

    def close(self) -> None:
        """Write what is pending and let go; an empty project leaves nothing behind."""
        if self._autosave is not None:
            self._autosave.stop()
            self._autosave.deleteLater()
            self._autosave = None
        if self._project is None:
            return
        is_empty = (
            self.store.document == Document()
            and not self.store.undo_stack.count()
            and not self._project.history.all(with_deleted=True)
        )
        if is_empty:
            self._project.discard()
        else:
            self._project.close()
        self._project = None

    def _begin(self, project: Project, work: Work) -> None:
        self.close()
        self._project = project
        self._work = work
        self.view = work.view
        if work.undo is not None:
            self.store.replace(work.document)
            self.store.restore(work.undo)
        else:
            self.store.replace(work.document)
        self._autosave = Autosave(project, self.work, self)
        self._autosave.failed.connect(self._on_failed)
        self.replaced.emit()
        self.title_changed.emit()

    # -- what is open -------------------------------------------------------------------------

    @property
    def document(self) -> Document:
        """The current document."""
        return self.store.document

    @property
    def saved_to(self) -> Path | None:
        """The `.gesso` file, or None if it was never saved."""
        return Path(self._work.saved_to) if self._work.saved_to else None

    @property
    def title(self) -> str:
        """Name of the file, else of the picture, else empty."""
        if self._work.saved_to:
            return Path(self._work.saved_to).stem
        content = self.document.content
        return content.name if content else ""

    @property
    def is_modified(self) -> bool:
        """Whether a `.gesso` file exists that is older than what is shown."""
        return bool(self._work.saved_to) and not self.store.undo_stack.isClean()

    def work(self) -> Work:
        """Return everything but the results, as a value."""
        return msgspec.structs.replace(
            self._work,
            document=self.document,
            view=self.view,
            title=self.title,
            is_modified=self.is_modified,
            undo=self.store.memory(),
        )

    def set_view(self, view: ViewState) -> None:
        """Remember how the canvas is looked at."""
        if view != self.view:
            self.view = view
            self._touch()

    # -- results --------------------------------------------------------------------------------

    def history(self) -> tuple[Generation, ...]:
        """Return the results, oldest first."""
        return self._project.history.all() if self._project else ()

    def generation(self, generation_id: str) -> Generation | None:
        """Return one result, or None if it is not of this project."""
        if self._project is None:
            return None
        try:
            return self._project.history.get(generation_id)
        except KeyError:
            return None

    def add(self, generation: Generation) -> None:
        """Keep a result; it is on disk when this returns."""
        if self._project is not None and self.generation(generation.id) is None:
            self._project.history.add(generation)
            self.history_changed.emit()

    def star(self, generation_id: str) -> None:
        """Star a result, or take its star away."""
        generation = self.generation(generation_id)
        if self._project is not None and generation is not None:
            self._project.history.star(generation_id, not generation.starred)
            self.history_changed.emit()

    def delete(self, generation_id: str, deleted: bool = True) -> None:
        """Take a result off the strip, or put it back; its file stays."""
        if self._project is not None and self.generation(generation_id) is not None:
            self._project.history.delete(generation_id, deleted)
            self.history_changed.emit()

    # -- keeping ----------------------------------------------------------------------------------

    def _touch(self) -> None:
        if self._autosave is not None:
            self._autosave.touch()

    @Slot(object, object)
    def _on_changed(self, old: Document, new: Document) -> None:
        self._touch()
        if old.content != new.content:
            self.title_changed.emit()

    @Slot(str)
    def _on_failed(self, message: str) -> None:
        self.trouble.emit(tr("Your work could not be saved just now: {why}", why=message))
