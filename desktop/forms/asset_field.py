"""Pictures and masks as values: what they are is decided elsewhere, here they are shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.forms.field_widget import FieldWidget
from desktop.i18n import tr, tr_data
from desktop.icons import icon
from desktop.theme import tokens
from engine.api import Field


class Thumbnail(QWidget):
    """A small picture with round corners, or an empty frame."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_image(self, image: QImage) -> None:
        """Show `image`, cut to a square; a null one shows the frame."""
        self._image = QImage(image)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the square."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the middle of the picture."""
        del event
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(frame, theme.size("radius-small"), theme.size("radius-small"))
        if self._image.isNull():
            painter.fillPath(path, theme.color("control-field"))
        else:
            side = min(self._image.width(), self._image.height())
            x = (self._image.width() - side) / 2
            y = (self._image.height() - side) / 2
            painter.setClipPath(path)
            painter.drawImage(frame, self._image, QRectF(x, y, side, side))
            painter.setClipping(False)
        painter.setPen(QPen(theme.color("line-subtle"), 1.0))
        painter.drawPath(path)
        painter.end()


class DropFrame(QWidget):
    """Takes files that are dropped on it, and shows that it would.

    Signals:
        dropped(paths): list of `Path`.
    """

    dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_target = False
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome local files."""
        self._is_target = any(url.isLocalFile() for url in event.mimeData().urls())
        event.setAccepted(self._is_target)
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the welcome back."""
        event.accept()
        self._is_target = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand over the files."""
        self._is_target = False
        self.update()
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            self.dropped.emit(paths)
            event.acceptProposedAction()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a frame while files hover above."""
        del event
        if not self._is_target:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens().color("accent-base"), 1.5))
        painter.setBrush(tokens().color("accent-base", 0.12))
        radius = tokens().size("radius-small")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
        painter.end()


class ImageField(FieldWidget):
    """A picture of the store: dropped, chosen, or taken away.

    Intents: "browse" (None), "file" (`Path`).
    """

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._value: str | None = None
        frame = DropFrame(self)
        frame.dropped.connect(self._give_file)
        self._thumbnail = Thumbnail(self.fontMetrics().height() * 3, frame)
        self._text = QLabel(frame)
        self._text.setProperty("role", "caption")
        self._text.setWordWrap(True)
        self.browse = QPushButton(tr("Choose…"), frame)
        self.name_for_all(self.browse)
        self.browse.clicked.connect(self._browse)
        self.clear = _tool("close", tr("Remove {title}", title=tr_data(field.title)), frame)
        self.clear.clicked.connect(self._clear)
        layout = QHBoxLayout(frame)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens().size("space-s"))
        layout.addWidget(self._thumbnail)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.browse)
        layout.addWidget(self.clear)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.set_value(field.default)

    def value(self) -> Any:
        """Return the asset id, or None."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Take an asset id; its thumbnail is set apart."""
        if value != self._value:
            self._thumbnail.show_image(QImage())
        self._value = value
        self._text.setText("" if value else tr("Drop a picture here"))
        self.clear.setVisible(value is not None and self.field.is_optional)

    def set_thumbnail(self, image: object) -> None:
        """Show a small picture."""
        if isinstance(image, QImage):
            self._thumbnail.show_image(image)

    def _give_file(self, paths: list[Path]) -> None:
        self.intent.emit("file", paths[0])

    def _browse(self) -> None:
        self.intent.emit("browse", None)

    def _clear(self) -> None:
        self.set_value(None)
        self.edited.emit(None, True)


class MaskField(FieldWidget):
    """A mask: painted on the canvas, inverted, or taken away.

    Intents: "paint" (None), "invert" (None), "clear" (None). The value is whatever the page names
    a mask by; the form does not look into it.
    """

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._value: str | None = None
        self._thumbnail = Thumbnail(round(self.fontMetrics().height() * 2.2), self)
        self.paint = QPushButton(tr("Paint…"), self)
        self.paint.setIcon(icon("brush"))
        self.invert = QPushButton(tr("Invert"), self)
        self.clear = QPushButton(tr("Clear"), self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens().size("space-s"))
        layout.addWidget(self._thumbnail)
        for button, verb in ((self.paint, "paint"), (self.invert, "invert"), (self.clear, "clear")):
            self.name_for_all(button)
            button.setAccessibleName(f"{tr_data(field.title)}: {button.text()}")
            button.setProperty("verb", verb)
            button.clicked.connect(self._ask)
            layout.addWidget(button)
        layout.addStretch(1)
        self.set_value(field.default)

    def value(self) -> Any:
        """Return the mask's name, or None."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Take a mask's name; its thumbnail is set apart."""
        self._value = value
        has_mask = value is not None
        self._thumbnail.setVisible(has_mask)
        self.invert.setVisible(has_mask)
        self.clear.setVisible(has_mask)
        self.paint.setText(tr("Paint…") if has_mask else tr("Paint a mask…"))

    def set_thumbnail(self, image: object) -> None:
        """Show a small picture of the mask."""
        if isinstance(image, QImage):
            self._thumbnail.show_image(image)

    def _ask(self) -> None:
        self.intent.emit(str(self.sender().property("verb")), None)


def _tool(name: str, title: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setIcon(icon(name))
    button.setAccessibleName(title)
    button.setToolTip(title)
    return button


def column(parent: QWidget) -> QVBoxLayout:
    """Return a vertical layout without margins."""
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    return layout
