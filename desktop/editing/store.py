"""The one place where the current document is held.

Views listen to `changed(old, new)` and compare by identity what concerns them; they never write
back, they only send intents to a page, which pushes an edit here.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from desktop.document.model import Document
from desktop.document.project import UndoMemory
from desktop.editing.commands import Edit
from desktop.editing.undo_stack import UndoStack

UNDO_LIMIT = 200


class Gesture:
    """A drag or a burst of keys that becomes one undo step, however many values it passes."""

    def __init__(self, store: DocumentStore, label: str, key: str) -> None:
        self._store = store
        self._label = label
        self._key = key

    def update(self, after: Document) -> None:
        """Make `after` the current document."""
        self._store.push(self._label, after, merge_key=self._key)


class DocumentStore(QObject):
    """The current document and the steps that lead to it.

    Signals:
        changed(old, new): the document is another one now.
    """

    changed = Signal(object, object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._numbers = itertools.count(1)
        self.undo_stack = UndoStack(self)
        # Qt takes a limit only while the stack is empty.
        self.undo_stack.setUndoLimit(UNDO_LIMIT)

    @property
    def document(self) -> Document:
        """The current document."""
        return self._document

    def push(self, label: str, after: Document, *, merge_key: str | None = None) -> None:
        """Make `after` the current document, as a step called `label`.

        Args:
            label: what the user reads behind "Undo".
            after: the new document; the very current one, or an equal one, makes no step.
            merge_key: steps in a row with the same key become one; see `gesture`.
        """
        if after == self._document:
            return
        self.undo_stack.push(Edit(label, self._document, after, self._put, merge_key))

    def start_gesture(self, label: str) -> Gesture:
        """Return a gesture; its steps become one, and never merge with those of another."""
        return Gesture(self, label, f"{label}#{next(self._numbers)}")

    @contextlib.contextmanager
    def gesture(self, label: str) -> Iterator[Gesture]:
        """Return a gesture for the length of a block."""
        yield self.start_gesture(label)

    def replace(self, document: Document) -> None:
        """Open another document: no steps lead to it."""
        self.undo_stack.clear()
        self._put(document)

    def memory(self) -> UndoMemory:
        """Return the steps as values that can be kept across sessions."""
        labels: list[str] = []
        documents: list[Document] = []
        for position in range(self.undo_stack.count()):
            edit = self.undo_stack.command(position)
            if not isinstance(edit, Edit):  # pragma: no cover - only edits are pushed
                continue
            if not documents:
                documents.append(edit.before)
            labels.append(edit.text())
            documents.append(edit.after)
        return UndoMemory(
            labels=tuple(labels),
            documents=tuple(documents) or (self._document,),
            index=self.undo_stack.index(),
            clean_index=self.undo_stack.cleanIndex(),
        )

    def restore(self, memory: UndoMemory) -> None:
        """Bring back steps of an earlier session, and the document they lead to.

        Raises:
            ValueError: the parts of `memory` do not fit together.
        """
        if not memory.is_sound():
            raise ValueError("These undo steps do not fit together.")
        before = self._document
        first = max(0, len(memory.labels) - UNDO_LIMIT)
        with self._silently():
            self.undo_stack.clear()
            self._document = memory.documents[first]
            for position in range(first, len(memory.labels)):
                if position == memory.clean_index:
                    self.undo_stack.setClean()
                after = memory.documents[position + 1]
                edit = Edit(memory.labels[position], self._document, after, self._put)
                self.undo_stack.push(edit)
            if memory.clean_index == len(memory.labels):
                self.undo_stack.setClean()
            elif memory.clean_index < first:
                self.undo_stack.resetClean()
            self.undo_stack.setIndex(max(0, memory.index - first))
        if self._document != before:
            self.changed.emit(before, self._document)

    def _put(self, document: Document) -> None:
        before = self._document
        self._document = document
        if document is not before:
            self.changed.emit(before, document)

    @contextlib.contextmanager
    def _silently(self) -> Iterator[None]:
        was_blocked = self.blockSignals(True)
        try:
            yield
        finally:
            self.blockSignals(was_blocked)
