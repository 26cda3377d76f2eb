"""A row of thumbnails with titles: styles to choose from, results to come back to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QUrl,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QFontMetrics,
    QIcon,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True)
class Thumb:
    """One cell of a strip.

    Attributes:
        key: identifies it to whoever filled the strip.
        title: below the picture.
        picture: the thumbnail; None until it is loaded.
        badge: a short word on the picture: "40 %".
        tip: shown on hover and read by screen readers.
        is_chosen: drawn with a ring.
        icon: drawn in the middle where there is no picture.
        path: the file that dragging the cell gives to another program.
    """

    key: str
    title: str
    picture: QPixmap | None = None
    badge: str = ""
    tip: str = ""
    is_chosen: bool = False
    icon: QIcon | None = None
    path: Path | None = None


class ThumbModel(QAbstractListModel):
    """The cells of a strip, replaced as a whole and refreshed one by one."""

    THUMB = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbs: list[Thumb] = []

    @property
    def thumbs(self) -> tuple[Thumb, ...]:
        """Every cell, in order."""
        return tuple(self._thumbs)

    def set_thumbs(self, thumbs: list[Thumb]) -> None:
        """Show these cells; only those that differ are redrawn when the keys are the same."""
        if [t.key for t in thumbs] != [t.key for t in self._thumbs]:
            self.beginResetModel()
            self._thumbs = list(thumbs)
            self.endResetModel()
            return
        for row, thumb in enumerate(thumbs):
            if thumb != self._thumbs[row]:
                self._thumbs[row] = thumb
                index = self.index(row)
                self.dataChanged.emit(index, index)

    def set_picture(self, key: str, picture: QPixmap) -> None:
        """Give a cell the thumbnail that has been loaded meanwhile."""
        row = self.row_of(key)
        if row >= 0:
            self._thumbs[row] = replace(self._thumbs[row], picture=picture)
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def row_of(self, key: str) -> int:
        """Return the row of a cell, or -1."""
        return next((row for row, thumb in enumerate(self._thumbs) if thumb.key == key), -1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._thumbs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        thumb = self._thumbs[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{thumb.title}, {thumb.badge}" if thumb.badge else thumb.title
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return thumb.tip or thumb.title
            case self.THUMB:
                return thumb
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and self._thumbs[index.row()].path is not None:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeData(self, indexes: Any) -> QMimeData:
        mime = QMimeData()
        paths = [self._thumbs[index.row()].path for index in indexes]
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths if path is not None])
        return mime


class ThumbDelegate(QStyledItemDelegate):
    """Draws a cell: rounded picture, ring when chosen, title below."""

    MARGIN = 4
    RADIUS = 6.0

    def __init__(self, side: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._side = side

    def title_font(self, font: QFont) -> QFont:
        """Return the font of a title, one step below the body's."""
        small = QFont(font)
        if font.pixelSize() > 0:
            small.setPixelSize(max(10, font.pixelSize() - 2))
        else:
            small.setPointSizeF(font.pointSizeF() * 0.86)
        return small

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = QFontMetrics(self.title_font(option.font)).height()
        return QSize(self._side + 2 * self.MARGIN, self._side + 3 * self.MARGIN + height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        thumb: Thumb = index.data(ThumbModel.THUMB)
        state, palette = option.state, option.palette
        cell: QRect = option.rect
        box = QRectF(cell.x() + self.MARGIN, cell.y() + self.MARGIN, self._side, self._side)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._draw_picture(painter, thumb, box, palette)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        if thumb.is_chosen or has_focus or is_hovered:
            role = QPalette.ColorRole.Highlight if thumb.is_chosen else QPalette.ColorRole.Mid
            if has_focus and not thumb.is_chosen:
                role = QPalette.ColorRole.Text
            pen = QPen(palette.color(role), 2.0)
            if has_focus and thumb.is_chosen:
                pen.setWidthF(3.0)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), self.RADIUS + 1, self.RADIUS + 1)
        if thumb.badge:
            self._draw_badge(painter, thumb.badge, box, option)
        self._draw_title(painter, thumb, cell, box, option)
        painter.restore()

    def _draw_picture(
        self, painter: QPainter, thumb: Thumb, box: QRectF, palette: QPalette
    ) -> None:
        path = QPainterPath()
        path.addRoundedRect(box, self.RADIUS, self.RADIUS)
        painter.fillPath(path, palette.color(QPalette.ColorRole.AlternateBase))
        if thumb.picture is not None and not thumb.picture.isNull():
            painter.save()
            painter.setClipPath(path)
            size = thumb.picture.deviceIndependentSize()
            scale = max(box.width() / size.width(), box.height() / size.height())
            width, height = size.width() * scale, size.height() * scale
            target = QRectF(0, 0, width, height)
            target.moveCenter(box.center())
            painter.drawPixmap(target, thumb.picture, QRectF(thumb.picture.rect()))
            painter.restore()
        elif thumb.icon is not None:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1.0, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), self.RADIUS, self.RADIUS)
            square = QRect(0, 0, 24, 24)
            square.moveCenter(box.center().toPoint())
            thumb.icon.paint(painter, square)

    def _draw_badge(
        self, painter: QPainter, text: str, box: QRectF, option: QStyleOptionViewItem
    ) -> None:
        font = self.title_font(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(text) + 10
        height = metrics.height() + 2
        pill = QRectF(box.right() - width - 3, box.bottom() - height - 3, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(option.palette.color(QPalette.ColorRole.Highlight))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(option.palette.color(QPalette.ColorRole.HighlightedText))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_title(
        self,
        painter: QPainter,
        thumb: Thumb,
        cell: QRect,
        box: QRectF,
        option: QStyleOptionViewItem,
    ) -> None:
        font = self.title_font(option.font)
        if thumb.is_chosen:
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        color: QColor = option.palette.color(QPalette.ColorRole.Text)
        if not thumb.is_chosen:
            color.setAlphaF(0.78)
        painter.setPen(color)
        top = int(box.bottom()) + self.MARGIN
        area = QRect(cell.x(), top, cell.width(), cell.bottom() - top + 1)
        metrics = QFontMetrics(font)
        text = metrics.elidedText(thumb.title, Qt.TextElideMode.ElideRight, area.width() - 4)
        painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)


class ThumbStrip(QListView):
    """One scrolling row of thumbnails.

    Signals:
        chosen: key; a click, Enter or Space.
        added: key; Ctrl+click or Ctrl+Enter: "this one too".
        menu_wanted: key and global position.
        remove_wanted: key; Delete.
        files_dropped: list of paths dropped on the strip.
    """

    chosen = Signal(str)
    added = Signal(str)
    menu_wanted = Signal(str, QPoint)
    remove_wanted = Signal(str)
    files_dropped = Signal(list)

    def __init__(self, side: int, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.thumbs = ThumbModel(self)
        self._delegate = ThumbDelegate(side, self)
        self._takes_files = False
        self.setModel(self.thumbs)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setSpacing(2)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.clicked.connect(self._on_clicked)
        self._fit_height()

    def take_files(self) -> None:
        """Accept files that are dropped on the strip."""
        self._takes_files = True
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setAcceptDrops(True)

    def current_key(self) -> str:
        """Return the key of the cell that has the keyboard, or an empty text."""
        index = self.currentIndex()
        return self.thumbs.thumbs[index.row()].key if index.isValid() else ""

    def show_key(self, key: str) -> None:
        """Give the keyboard to a cell and scroll to it."""
        row = self.thumbs.row_of(key)
        if row >= 0:
            index = self.thumbs.index(row)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _fit_height(self) -> None:
        option = QStyleOptionViewItem()
        option.font = self.font()
        cell = self._delegate.sizeHint(option, QModelIndex()).height()
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.setFixedHeight(cell + 2 * self.spacing() + bar)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        key = self.thumbs.thumbs[index.row()].key
        from_keyboard = self._modifiers()
        if from_keyboard & Qt.KeyboardModifier.ControlModifier:
            self.added.emit(key)
        else:
            self.chosen.emit(key)

    def _modifiers(self) -> Qt.KeyboardModifier:
        from PySide6.QtWidgets import QApplication

        return QApplication.keyboardModifiers()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = self.current_key()
        if key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.added.emit(key)
            else:
                self.chosen.emit(key)
            event.accept()
        elif key and event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit(key)
            event.accept()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll sideways with an ordinary wheel: there is nothing above or below."""
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        step = delta.x() if abs(delta.x()) > abs(delta.y()) else delta.y()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - step)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
        if index.isValid():
            self.menu_wanted.emit(self.thumbs.thumbs[index.row()].key, event.globalPos())
            event.accept()

    def _paths(self, mime: QMimeData) -> list[Path]:
        return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._takes_files and event.source() is not self and self._paths(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._takes_files and event.source() is not self and event.mimeData().hasUrls():
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = self._paths(event.mimeData())
        if self._takes_files and paths and event.source() is not self:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)
        else:
            event.ignore()
