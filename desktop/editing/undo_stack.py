"""An undo stack that the garbage collector may take apart."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoStack
from shiboken6 import isValid


class UndoStack(QUndoStack):
    """Qt's undo stack, safe to become garbage with its steps in it.

    The binding files every pushed command as a child of its stack. When the collector takes a
    stack that has become garbage apart, it may come to a command first: the command goes back to
    Python and is deleted, while the stack still points at it, and the stack's own end then reads
    freed memory. Finalisers run before anything is taken apart, so the stack lets go of its
    commands there.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def __del__(self) -> None:
        if isValid(self):
            owner = self.parent()  # must outlast the commands, which may be the last to know it
            self.blockSignals(True)
            self.clear()
            del owner
