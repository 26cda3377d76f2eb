"""Icons: one-colour SVG files, coloured when they are painted.

`icon("undo")` returns a `QIcon` whose colour follows the theme, the state of its button and, where
it is given, a token: `icon("warning", "state-warning")`. A change of theme needs only a repaint.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from shiboken6 import isValid

from desktop.theme import tokens
from engine.api import resources

if TYPE_CHECKING:
    from PySide6.QtGui import QColor


@functools.cache
def source(name: str) -> bytes:
    """Return the SVG of the icon called `name`, drawn in black.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    return (resources() / "icons" / f"{name}.svg").read_bytes()


@functools.lru_cache(maxsize=512)
def pixmap(name: str, color: str, side: int) -> QPixmap:
    """Return the icon as a picture of `side` device pixels in `color` ("#aarrggbb")."""
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(source(name))).render(painter, QRectF(0, 0, side, side))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(picture.rect(), color)
    painter.end()
    return picture


class _Engine(QIconEngine):
    """Paints one SVG in the colour that the theme gives to the button's state."""

    def __init__(self, name: str, token: str, on_token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token
        self._on_token = on_token

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        theme = tokens()
        if mode == QIcon.Mode.Disabled:
            return theme.color("control-disabled")
        if state == QIcon.State.On:
            return theme.color(self._on_token)
        return theme.color(self._token)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into `rect`, centred, at the device's resolution."""
        ratio = painter.device().devicePixelRatio()
        side = min(rect.width(), rect.height())
        picture = self._picture(side * ratio, mode, state)
        left = rect.x() + (rect.width() - side) / 2
        top = rect.y() + (rect.height() - side) / 2
        painter.drawPixmap(QRectF(left, top, side, side), picture, QRectF(picture.rect()))

    def _picture(self, side: float, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        color = self._color(mode, state).name(self._color(mode, state).NameFormat.HexArgb)
        return pixmap(self._name, color, max(1, round(side)))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return a picture of `size` device pixels."""
        return QPixmap(self._picture(min(size.width(), size.height()), mode, state))

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        # The size is in logical pixels since Qt 6.8.
        result = self.pixmap(size * scale, mode, state)
        result.setDevicePixelRatio(scale)
        return result

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return size

    def clone(self) -> QIconEngine:
        # Qt takes the copy and deletes it in its time; the binding does not know that, and would
        # delete it as soon as nothing in Python holds it.
        copy = _Engine(self._name, self._token, self._on_token)
        _copies[:] = [known for known in _copies if isValid(known)]
        _copies.append(copy)
        return copy


_copies: list[_Engine] = []


@functools.cache
def icon(name: str, token: str = "text-secondary", on_token: str = "accent-base") -> QIcon:
    """Return the icon called `name`.

    Args:
        name: of a file in resources/icons, without its suffix.
        token: colour token of the theme.
        on_token: colour while its button is checked.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    source(name)
    return QIcon(_Engine(name, token, on_token))
