"""What lies in the scene: pictures and the mask over them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from desktop.canvas.geometry import GRID_ABOVE, NEAREST_ABOVE, pyramid_level
from desktop.canvas.pyramid import Pyramid
from desktop.theme import tokens

_CHECK_PX = 8
_SAME = 1e-6


class PictureItem(QGraphicsItem):
    """A pyramid stretched over a rectangle of the scene; paints only what is exposed."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.pyramid: Pyramid | None = None
        self._rect = QRectF()
        self._clip = QRectF()
        self._checks: tuple[str, QPixmap] | None = None

    def show_pyramid(self, pyramid: Pyramid | None, rect: QRectF) -> None:
        """Show `pyramid` stretched over `rect`, or nothing."""
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = QRectF(rect)
            self._clip = QRectF(rect)
        self.pyramid = pyramid
        self.update()

    def clip_to(self, clip: QRectF) -> None:
        """Paint only within `clip`."""
        clip = clip.intersected(self._rect)
        if clip == self._clip:
            return
        changed = clip.united(self._clip)
        # A moving divider: only the band that it swept over is new.
        edges = sorted([clip.left(), self._clip.left(), clip.right(), self._clip.right()])
        if clip.height() == self._clip.height() and changed.width() > 0:
            if abs(clip.left() - self._clip.left()) < _SAME:
                changed.setLeft(edges[2])
            elif abs(clip.right() - self._clip.right()) < _SAME:
                changed.setRight(edges[1])
        self._clip = clip
        self.update(changed)

    def boundingRect(self) -> QRectF:
        """Return the whole rectangle, however much of it is clipped away."""
        return self._rect

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Paint the exposed part from the level that fits the scale."""
        del widget
        target = option.exposedRect.intersected(self._clip)
        if self.pyramid is None or target.isEmpty():
            return
        painter.save()
        painter.setClipRect(target, Qt.ClipOperation.IntersectClip)
        if self.pyramid.has_alpha:
            self._paint_checks(painter, target)
        base = self.pyramid.levels[0]
        device = painter.deviceTransform().m11()
        drawn_at = device * self._rect.width() / base.width()
        level = self.pyramid.levels[pyramid_level(drawn_at, len(self.pyramid.levels))]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, drawn_at <= NEAREST_ABOVE)
        # Whole source pixels, one more on each side: the same sampling whatever is exposed.
        x = level.width() / self._rect.width()
        y = level.height() / self._rect.height()
        source = QRectF(
            (target.left() - self._rect.left()) * x,
            (target.top() - self._rect.top()) * y,
            target.width() * x,
            target.height() * y,
        ).toAlignedRect()
        source = source.adjusted(-1, -1, 1, 1).intersected(level.rect())
        whole = QRectF(
            self._rect.left() + source.left() / x,
            self._rect.top() + source.top() / y,
            source.width() / x,
            source.height() / y,
        )
        painter.drawImage(whole, level, QRectF(source))
        if drawn_at >= GRID_ABOVE:
            self._paint_grid(painter, target, base)
        painter.restore()

    def _paint_checks(self, painter: QPainter, target: QRectF) -> None:
        theme = tokens()
        if self._checks is None or self._checks[0] != theme.name:
            self._checks = (theme.name, _checks(theme.is_dark))
        brush = QBrush(self._checks[1])
        transform = painter.transform()
        painter.save()
        painter.setBrushOrigin(QPointF())
        # The squares keep their size on the screen and stay fixed to the picture.
        brush.setTransform(
            QTransform.fromScale(1 / transform.m11(), 1 / transform.m22()).translate(
                self._rect.left() * transform.m11(), self._rect.top() * transform.m22()
            )
        )
        painter.fillRect(target, brush)
        painter.restore()

    def _paint_grid(self, painter: QPainter, target: QRectF, base: QImage) -> None:
        pen = QPen(QColor(128, 128, 128, 90))
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        step_x = self._rect.width() / base.width()
        step_y = self._rect.height() / base.height()
        first = int((target.left() - self._rect.left()) / step_x)
        last = int((target.right() - self._rect.left()) / step_x) + 1
        for column in range(first, last + 1):
            x = self._rect.left() + column * step_x
            painter.drawLine(QPointF(x, target.top()), QPointF(x, target.bottom()))
        first = int((target.top() - self._rect.top()) / step_y)
        last = int((target.bottom() - self._rect.top()) / step_y) + 1
        for row in range(first, last + 1):
            y = self._rect.top() + row * step_y
            painter.drawLine(QPointF(target.left(), y), QPointF(target.right(), y))


class MaskItem(QGraphicsItem):
    """A mask as a coloured veil: the whiter the mask, the more colour.

    The picture's eight bits are looked up in a colour table while painting, so a stroke needs no
    second picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._image: QImage | None = None
        self._rect = QRectF()
        self._color = QColor(255, 0, 0)
        self._strength = 0.5

    def show_image(self, image: QImage | None, rect: QRectF) -> None:
        """Veil `rect` with an eight-bit indexed `image`, whose memory the caller keeps alive."""
        self.prepareGeometryChange()
        self._rect = QRectF(rect)
        self._image = image
        self._dye()
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the rectangle that the mask is stretched over."""
        return self._rect

    def update_pixels(self, x: int, y: int, width: int, height: int) -> None:
        """Repaint what a rectangle of the mask's pixels covers."""
        if self._image is None:
            return
        step_x = self._rect.width() / self._image.width()
        step_y = self._rect.height() / self._image.height()
        self.update(
            QRectF(
                self._rect.left() + (x - 1) * step_x,
                self._rect.top() + (y - 1) * step_y,
                (width + 2) * step_x,
                (height + 2) * step_y,
            )
        )

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Paint the exposed part."""
        del widget
        target = option.exposedRect.intersected(self._rect)
        if self._image is None or target.isEmpty():
            return
        x = self._image.width() / self._rect.width()
        y = self._image.height() / self._rect.height()
        source = QRectF(
            (target.left() - self._rect.left()) * x,
            (target.top() - self._rect.top()) * y,
            target.width() * x,
            target.height() * y,
        ).toAlignedRect()
        source = source.adjusted(-1, -1, 1, 1).intersected(self._image.rect())
        whole = QRectF(
            self._rect.left() + source.left() / x,
            self._rect.top() + source.top() / y,
            source.width() / x,
            source.height() / y,
        )
        painter.save()
        painter.setClipRect(target, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(whole, self._image, QRectF(source))
        painter.restore()

    def _dye(self) -> None:
        if self._image is None:
            return
        red, green, blue = self._color.red(), self._color.green(), self._color.blue()
        table = [
            QColor(red, green, blue, round(value * self._strength)).rgba() for value in range(256)
        ]
        self._image.setColorTable(table)


def _checks(is_dark: bool) -> QPixmap:
    light, dark = (
        (QColor(90, 90, 92), QColor(66, 66, 68))
        if is_dark
        else (
            QColor(255, 255, 255),
            QColor(214, 214, 214),
        )
    )
    picture = QPixmap(2 * _CHECK_PX, 2 * _CHECK_PX)
    picture.fill(light)
    painter = QPainter(picture)
    painter.fillRect(0, 0, _CHECK_PX, _CHECK_PX, dark)
    painter.fillRect(_CHECK_PX, _CHECK_PX, _CHECK_PX, _CHECK_PX, dark)
    painter.end()
    return picture
