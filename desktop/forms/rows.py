"""One field in a form: label, mark of a change, widget, and an error below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.forms.checks import is_default
from desktop.forms.field_widget import FieldWidget
from desktop.i18n import tr, tr_data
from desktop.icons import icon
from desktop.theme import tokens
from engine.api import Field


class FieldRow(QWidget):
    """A field's label and widget.

    Signals:
        reset_asked(): the label was struck twice, or the mark beside it once.
    """

    reset_asked = Signal()

    def __init__(self, field: Field, widget: FieldWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.widget = widget
        title = tr_data(field.title)
        self.label = QLabel(title, self)
        self.label.setToolTip(tr_data(field.help))
        self.label.installEventFilter(self)
        self.reset = QToolButton(self)
        self.reset.setIcon(icon("undo", "accent-base"))
        self.reset.setAutoRaise(True)
        side = self.fontMetrics().height()
        self.reset.setFixedSize(side + 4, side + 4)
        self.reset.setStyleSheet("QToolButton { padding: 0; }")
        self.reset.setToolTip(tr("Back to the default"))
        self.reset.setAccessibleName(tr("Reset {title}", title=title))
        # Its place stays reserved, so that the row does not jump.
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.clicked.connect(self.reset_asked)
        self.error = QLabel(self)
        self.error.setProperty("role", "error")
        self.error.setWordWrap(True)
        self.error.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 if widget.head is not None else tokens().size("space-xs"))
        # Attached before it is filled: PySide frees a layout's items twice otherwise.
        first = QHBoxLayout()
        layout.addLayout(first)
        first.setSpacing(tokens().size("space-xs"))
        first.addWidget(self.label)
        first.addWidget(self.reset)
        first.addStretch(1)
        if widget.head is not None:
            first.addWidget(widget.head)
        elif widget.is_compact:
            first.addWidget(widget)
        if not widget.is_compact:
            layout.addWidget(widget)
        layout.addWidget(self.error)
        self.refresh()

    def refresh(self) -> None:
        """Show whether the value differs from the default."""
        can_reset = not self.field.is_required
        self.reset.setVisible(can_reset and not is_default(self.field, self.widget.value()))

    def show_error(self, message: str) -> None:
        """Say what is wrong with the value; an empty text takes it back."""
        self.error.setText(message)
        self.error.setVisible(bool(message))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Reset when the label is struck twice."""
        if (
            watched is self.label
            and event.type() == QEvent.Type.MouseButtonDblClick
            and isinstance(event, QMouseEvent)
            and not self.field.is_required
        ):
            self.reset_asked.emit()
            return True
        return False


class Group(QFrame):
    """Rows under a heading that folds them away."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.rows: list[FieldRow] = []
        self.head = QToolButton(self)
        self.head.setText(tr_data(title))
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setProperty("role", "group")
        self.head.setStyleSheet("QToolButton { padding: 3px 6px 3px 0; font-weight: 600; }")
        self.head.setAccessibleDescription(tr("Folds the group away, or opens it."))
        self.head.setVisible(bool(title))
        self._body = QWidget(self)
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(tokens().size("space-m"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens().size("space-s"))
        layout.addWidget(self.head)
        layout.addWidget(self._body)
        self.head.clicked.connect(self._turn)
        self._is_open = False
        self.fold(is_open=True)

    def add(self, row: FieldRow) -> None:
        """Append a row."""
        self.rows.append(row)
        self._rows.addWidget(row)

    def refresh(self, shown: set[str]) -> None:
        """Show the rows whose fields are in `shown`; without any, the group goes away."""
        any_shown = False
        for row in self.rows:
            is_shown = row.field.name in shown
            row.setVisible(is_shown)
            any_shown = any_shown or is_shown
        self.setVisible(any_shown)

    @property
    def is_open(self) -> bool:
        """Whether the rows are there to see."""
        return self._is_open

    def fold(self, *, is_open: bool) -> None:
        """Open the group, or fold it away."""
        self._is_open = is_open
        self.head.setIcon(icon("chevron-down" if is_open else "chevron-right"))
        title = tr_data(self.title)
        self.head.setAccessibleName(
            tr("{title}, open", title=title) if is_open else tr("{title}, folded", title=title)
        )
        self._body.setVisible(is_open)

    @Slot()
    def _turn(self) -> None:
        self.fold(is_open=not self._is_open)
