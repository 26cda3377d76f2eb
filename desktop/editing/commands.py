"""Undo steps: each holds the whole document before and after."""

from __future__ import annotations

import weakref
from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from desktop.document.model import Document

_MERGEABLE = 1
_ALONE = -1


class Edit(QUndoCommand):
    """One step from `before` to `after`.

    Steps that carry the same merge key follow each other within one gesture and become one.
    """

    def __init__(
        self,
        label: str,
        before: Document,
        after: Document,
        put: Callable[[Document], None],
        merge_key: str | None = None,
    ) -> None:
        super().__init__(label)
        self.before = before
        self.after = after
        self.merge_key = merge_key
        # The store owns the stack that owns this. As the last to know the store, a step that is
        # deleted while the stack is cleared would take the stack along in the middle of that.
        self._put = weakref.WeakMethod(put)

    def redo(self) -> None:
        """Make `after` the current document."""
        self._set(self.after)

    def undo(self) -> None:
        """Make `before` the current document."""
        self._set(self.before)

    def _set(self, document: Document) -> None:
        put = self._put()
        if put is not None:
            put(document)

    def id(self) -> int:
        """Tell Qt whether to try merging at all; the key decides."""
        return _ALONE if self.merge_key is None else _MERGEABLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in a later step of the same gesture."""
        if not isinstance(other, Edit) or other.merge_key != self.merge_key:
            return False
        self.after = other.after
        # A drag that ends where it began is no step at all.
        self.setObsolete(self.after == self.before)
        return True
