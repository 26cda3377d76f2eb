"""Small pieces that panels and dialogs are built from, so that all keep one rhythm."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import without_mnemonic
from desktop.icons import icon
from desktop.theme import tokens

ICON_PX = 20


def label(text: str, role: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label; `role` names its rank: title, heading, section, strong, body, caption."""
    result = QLabel(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        result.setProperty("role", role)
    result.setWordWrap(wrap)
    return result


def set_role(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and have it looked at again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(text: str, kind: str = "", icon_name: str = "") -> QPushButton:
    """Return a push button; kinds are primary, danger, quiet."""
    result = QPushButton(text)
    if kind:
        result.setProperty("kind", kind)
    if icon_name:
        token = "accent-on-fill" if kind == "primary" else "text-secondary"
        result.setIcon(icon(icon_name, token))
        result.setIconSize(QSize(16, 16))
    return result


def tool_button(icon_name: str, name: str, *, checkable: bool = False) -> QToolButton:
    """Return a button of an icon alone; `name` is its tooltip and accessible name."""
    result = QToolButton()
    result.setIcon(icon(icon_name))
    result.setIconSize(QSize(ICON_PX, ICON_PX))
    result.setToolTip(name)
    result.setAccessibleName(name)
    result.setCheckable(checkable)
    return result


def action_button(action: QAction) -> QToolButton:
    """Return a button of an icon alone for an action; it follows the action's state."""
    result = QToolButton()
    result.setDefaultAction(action)
    result.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    result.setIconSize(QSize(ICON_PX, ICON_PX))
    result.setAccessibleName(without_mnemonic(action.text()).rstrip("…"))
    return result


def surface(level: str, edge: str = "") -> QFrame:
    """Return an empty frame on a surface: canvas, window, panel or raised."""
    frame = QFrame()
    frame.setProperty("surface", level)
    if edge:
        frame.setProperty("edge", edge)
    return frame


def rule() -> QFrame:
    """Return a thin horizontal line."""
    line = QFrame()
    line.setProperty("rule", True)
    line.setFixedHeight(1)
    return line


def column(parent: QWidget | None = None, *, margin: str = "", gap: str = "space-s") -> QVBoxLayout:
    """Return a vertical layout in the theme's rhythm; `margin` and `gap` are size tokens."""
    layout = QVBoxLayout() if parent is None else QVBoxLayout(parent)
    _space(layout, margin, gap)
    return layout


def row(parent: QWidget | None = None, *, margin: str = "", gap: str = "space-s") -> QHBoxLayout:
    """Return a horizontal layout in the theme's rhythm; `margin` and `gap` are size tokens."""
    layout = QHBoxLayout() if parent is None else QHBoxLayout(parent)
    _space(layout, margin, gap)
    return layout


def _space(layout: QBoxLayout, margin: str, gap: str) -> None:
    edge = tokens().size(margin) if margin else 0
    layout.setContentsMargins(edge, edge, edge, edge)
    layout.setSpacing(tokens().size(gap) if gap else 0)


class EmptyState(QWidget):
    """What a list shows while it has nothing: an icon, a heading and what to do."""

    def __init__(self, icon_name: str, heading: str, body: str) -> None:
        super().__init__()
        layout = column(self, margin="space-xl")
        picture = QLabel()
        picture.setPixmap(icon(icon_name, "text-tertiary").pixmap(QSize(40, 40)))
        title = label(heading, "heading", wrap=True)
        text = label(body, "body", wrap=True)
        layout.addStretch(2)
        for part in (picture, title, text):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(part)
        layout.addStretch(3)
        self.setAccessibleName(f"{heading}. {body}")
