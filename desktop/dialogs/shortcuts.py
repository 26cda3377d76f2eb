"""The sheet of shortcuts, made from the actions that are there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QScrollArea, QWidget

from desktop import widgets
from desktop.actions import MENUS, Action, ActionSet
from desktop.i18n import tr, tr_data, without_mnemonic


class ShortcutsDialog(QDialog):
    """Every action that has keys, in two columns of menus, filtered by a field."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard Shortcuts"))
        self._rows: list[tuple[str, list[QWidget]]] = []
        self._field = QLineEdit()
        self._field.setPlaceholderText(tr("Filter"))
        self._field.setAccessibleName(tr("Filter"))
        self._field.setClearButtonEnabled(True)
        self._field.textChanged.connect(self._filter)
        page = QWidget()
        columns = widgets.row(page, gap="space-xl")
        sides = (widgets.column(gap="space-l"), widgets.column(gap="space-l"))
        for side in sides:
            columns.addLayout(side, 1)
        counts = [0, 0]
        for key, title in MENUS:
            found = [a for group in actions.in_menu(key) for a in group if a.shortcuts]
            if found:
                shorter = 0 if counts[0] <= counts[1] else 1
                counts[shorter] += len(found) + 2
                sides[shorter].addWidget(self._group(without_mnemonic(tr_data(title)), found))
        for side in sides:
            side.addStretch(1)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        layout = widgets.column(self, margin="space-xl", gap="space-l")
        layout.addWidget(self._field)
        layout.addWidget(area, 1)
        digit = self.fontMetrics().horizontalAdvance("0")
        self.resize(digit * 104, self.fontMetrics().height() * 36)

    def _group(self, title: str, actions: list[Action]) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        grid.addWidget(widgets.label(title, "section"), 0, 0)
        for number, action in enumerate(actions, start=1):
            name = widgets.label(action.label)
            keys = QWidget()
            row = widgets.row(keys, gap="space-xs")
            row.addStretch(1)
            for shortcut in action.shortcuts:
                native = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
                row.addWidget(widgets.label(native, "key"))
            grid.addWidget(name, number, 0)
            grid.addWidget(keys, number, 1, Qt.AlignmentFlag.AlignRight)
            words = f"{action.label} {action.keywords} {' '.join(action.shortcuts)}".casefold()
            self._rows.append((words, [name, keys]))
        return box

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        for words, parts in self._rows:
            for part in parts:
                part.setVisible(all(word in words for word in wanted))

    def visible_rows(self) -> int:
        """Return how many actions are listed now."""
        return sum(not parts[0].isHidden() for _, parts in self._rows)

    @classmethod
    def tell(cls, actions: ActionSet, parent: QWidget) -> None:
        """Show the sheet."""
        dialog = cls(actions, parent)
        dialog.exec()
        dialog.deleteLater()
