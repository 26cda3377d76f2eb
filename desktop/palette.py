"""The command palette: every action, style and recent file, found by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop import widgets
from desktop.i18n import tr
from desktop.icons import icon
from desktop.theme import tokens

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_SHOWN = 60
_ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Entry:
    """One line of the palette.

    Attributes:
        title: what the user reads.
        run: called without arguments.
        group: word on the right, such as a menu's name.
        shortcut: keys, as the system writes them.
        keywords: further words by which it is found.
        icon: name of a file in resources/icons.
        is_enabled: whether it can be done now.
    """

    title: str
    run: Callable[[], object]
    group: str = ""
    shortcut: str = ""
    keywords: str = ""
    icon: str = ""
    is_enabled: bool = True


def score(query: str, text: str) -> float:
    """Return how well `query` fits `text`: 0 is not at all, larger is better.

    All letters must appear in order. Starts of words and runs of letters count more; of two texts
    that fit alike the shorter wins.
    """
    query, low = query.casefold().strip(), text.casefold()
    if not query:
        return 1.0
    total, position, run = 0.0, -1, 0
    for letter in query:
        if letter == " ":
            run = 0
            continue
        found = _next(letter, low, position + 1, is_start_wanted=run == 0)
        if found < 0:
            return 0.0
        is_start = found == 0 or not low[found - 1].isalnum()
        run = run + 1 if found == position + 1 and position >= 0 else 1
        total += 1.0 + (2.0 if is_start else 0.0) + min(run - 1, 4) * 1.5
        position = found
    whole = 0.0
    if (found := low.find(query)) >= 0:
        whole = 6.0 if found == 0 or not low[found - 1].isalnum() else 2.0
    return total + whole + 1.0 / (1 + len(text))


def _next(letter: str, text: str, start: int, *, is_start_wanted: bool) -> int:
    """Return where `letter` comes next, at the start of a word if a run of letters begins."""
    first = text.find(letter, start)
    if not is_start_wanted:
        return first
    found = first
    while found >= 0:
        if found == 0 or not text[found - 1].isalnum():
            return found
        found = text.find(letter, found + 1)
    return first


def matching(query: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that fit, the best first; what cannot be done now comes last."""
    ranked = []
    for number, entry in enumerate(entries):
        fit = max(score(query, entry.title), 0.6 * score(query, f"{entry.group} {entry.keywords}"))
        if fit > 0:
            ranked.append((not entry.is_enabled, -fit, number, entry))
    ranked.sort(key=lambda item: item[:3])
    return [item[3] for item in ranked[:_SHOWN]]


class _Matches(QAbstractListModel):
    """The entries that fit what is typed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def put(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == _ENTRY_ROLE:
            return entry
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return f"{entry.title} {entry.shortcut}".strip()
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if index.isValid() and not self.entries[index.row()].is_enabled:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Line(QStyledItemDelegate):
    """Paints one entry: icon, title, group and keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, option.fontMetrics.height() + 18)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry = index.data(_ENTRY_ROLE)
        if not isinstance(entry, Entry):
            return
        theme = tokens()
        rect: QRect = option.rect.adjusted(8, 1, -8, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        token = ""
        if state & QStyle.StateFlag.State_Selected:
            token = "accent-tint"
        elif state & QStyle.StateFlag.State_MouseOver and entry.is_enabled:
            token = "control-hover"
        if token:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(token))
            radius = theme.size("radius-small")
            painter.drawRoundedRect(rect, radius, radius)
        text_token = "text-primary" if entry.is_enabled else "control-disabled"
        if entry.icon:
            place = QRect(rect.left() + 10, rect.center().y() - 8, 18, 18)
            icon(entry.icon, "text-secondary" if entry.is_enabled else text_token).paint(
                painter, place
            )
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(option.font)
        right = rect.right() - 10
        digit = option.fontMetrics.horizontalAdvance("0")
        for words, color, least in (
            (entry.shortcut, "text-secondary", 15 * digit),
            (entry.group, "text-tertiary", 0),
        ):
            width = option.fontMetrics.horizontalAdvance(words)
            if words:
                painter.setPen(theme.color(color if entry.is_enabled else text_token))
                place = QRect(right - width, rect.top(), width, rect.height())
                painter.drawText(place, middle, words)
            right -= max(width, least) + (theme.size("space-l") if words else 0)
        left = rect.left() + 40
        painter.setPen(theme.color(text_token))
        title = option.fontMetrics.elidedText(
            entry.title, Qt.TextElideMode.ElideMiddle, max(20, right - left)
        )
        painter.drawText(QRect(left, rect.top(), right - left, rect.height()), middle, title)
        painter.restore()


class CommandPalette(QFrame):
    """A field and a list over the window; Enter does what is selected, Esc goes away."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setProperty("surface", "raised")
        self.setObjectName("command-palette")
        self._host = host
        self._entries: list[Entry] = []
        self._before: QWidget | None = None
        self._field = QLineEdit()
        self._field.setProperty("kind", "search")
        self._field.setPlaceholderText(tr("What would you like to do?"))
        self._field.setAccessibleName(tr("Search commands"))
        self._model = _Matches(self)
        self._view = QListView()
        self._view.setModel(self._model)
        self._view.setItemDelegate(_Line(self._view))
        self._view.setUniformItemSizes(True)
        self._view.setMouseTracking(True)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setAccessibleName(tr("Commands"))
        self._nothing = widgets.label(tr("Nothing fits these letters."), "body")
        self._nothing.setContentsMargins(24, 16, 24, 20)
        head = widgets.row(gap="space-s")
        head.setContentsMargins(18, 2, 16, 2)
        glass = QLabel()
        glass.setPixmap(icon("search").pixmap(QSize(18, 18)))
        head.addWidget(glass)
        head.addWidget(self._field, 1)
        head.addWidget(widgets.label("Esc", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        layout = widgets.column(self, gap="")
        layout.addLayout(head)
        layout.addWidget(widgets.rule())
        layout.addWidget(self._view, 1)
        layout.addWidget(self._nothing)
        layout.addSpacing(8)
        self._field.textChanged.connect(self._filter)
        self._view.clicked.connect(self._run_index)
        self._field.installEventFilter(self)
        host.installEventFilter(self)
        self.hide()

    @property
    def field(self) -> QLineEdit:
        """Where the letters are typed."""
        return self._field

    def titles(self) -> list[str]:
        """Return the titles that are listed now."""
        return [entry.title for entry in self._model.entries]

    def open_with(self, entries: Iterable[Entry]) -> None:
        """Show the palette with these entries."""
        self._entries = list(entries)
        self._before = self._host.window().focusWidget()
        self._field.clear()
        self._filter("")
        self._place()
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Go away and give the focus back."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    @Slot(str)
    def _filter(self, query: str) -> None:
        self._model.put(matching(query, self._entries))
        has_any = bool(self._model.entries)
        self._view.setVisible(has_any)
        self._nothing.setVisible(not has_any)
        if has_any:
            self._view.setCurrentIndex(self._model.index(0))
        self._place()

    def _place(self) -> None:
        width = min(self._host.width() - 48, self.fontMetrics().horizontalAdvance("0") * 78)
        row_px = self.fontMetrics().height() + 18
        rows = max(1, min(10, len(self._model.entries)))
        height = min(self._host.height() - 80, rows * row_px + 76)
        left = (self._host.width() - width) // 2
        self.setGeometry(left, max(24, self._host.height() // 9), width, height)

    def _step(self, by: int) -> None:
        count = len(self._model.entries)
        row = self._view.currentIndex().row()
        for _ in range(count):
            row = (row + by) % count
            if self._model.entries[row].is_enabled:
                self._view.setCurrentIndex(self._model.index(row))
                return

    @Slot(QModelIndex)
    def _run_index(self, index: QModelIndex) -> None:
        entry = index.data(_ENTRY_ROLE)
        if isinstance(entry, Entry) and entry.is_enabled:
            self.dismiss()
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move through the list from the field; go away when the focus goes elsewhere."""
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        if watched is not self._field:
            return False
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.dismiss()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Tab:
                self._step(1)
            case Qt.Key.Key_Up | Qt.Key.Key_Backtab:
                self._step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._run_index(self._view.currentIndex())
            case Qt.Key.Key_Escape:
                self.dismiss()
            case _:
                return False
        return True
