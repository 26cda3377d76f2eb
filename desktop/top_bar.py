"""The slim bar at the top: menus, the document's name, undo, zoom, device and jobs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLabel, QMenuBar, QToolButton, QWidget

from desktop import widgets
from desktop.engine_link.device_chip import DeviceChip
from desktop.engine_link.job_button import JobButton
from desktop.i18n import tr


class TopBar(QFrame):
    """Everything that is true of the whole window, in one row."""

    def __init__(
        self,
        menu_bar: QMenuBar,
        undo: QAction,
        redo: QAction,
        chip: DeviceChip,
        jobs: JobButton,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "window")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(self.fontMetrics().height() + 26)
        self._title = QLabel(self)
        self._title.setProperty("role", "strong")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        # It floats in the middle of the window, and must not take clicks from the menus.
        self._title.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._full_title = ""
        self._zoom = QToolButton()
        self._zoom.setToolTip(tr("Zoom. Click for actual pixels or fit."))
        self._zoom.setMinimumWidth(self.fontMetrics().horizontalAdvance("1600 %") + 14)
        self._menus = menu_bar
        self._right = widgets.row(gap="space-xs")
        layout = widgets.row(self, gap="space-xs")
        layout.setContentsMargins(8, 0, 8, 0)
        layout.addWidget(menu_bar, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addStretch(1)
        self._undo_button = widgets.action_button(undo)
        for part in (
            self._undo_button,
            widgets.action_button(redo),
            self._zoom,
            chip,
            jobs,
        ):
            layout.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self.show_zoom(0)
        menu_bar.installEventFilter(self)

    @property
    def zoom_button(self) -> QToolButton:
        """The zoom read-out; a click is the window's to answer."""
        return self._zoom

    @Slot(float)
    def show_zoom(self, percent: float) -> None:
        """Show the zoom in percent; 0 hides it."""
        self._zoom.setVisible(percent > 0)
        digits = 0 if percent >= 10 else 1
        self._zoom.setText(f"{percent:.{digits}f} %")
        self._zoom.setAccessibleName(tr("Zoom {percent} %", percent=f"{percent:.{digits}f}"))
        self._place_title()

    def show_title(self, title: str, *, is_modified: bool) -> None:
        """Show the document's name, with a dot while it is not saved."""
        self._full_title = f"{title} •" if title and is_modified else title
        self._place_title()

    def title(self) -> str:
        """Return the document's name as it is shown, unshortened."""
        return self._full_title

    def _place_title(self) -> None:
        left = self._menus.geometry().right() + 16
        right = self._undo_button.geometry().left() - 16
        metrics = self._title.fontMetrics()
        room = max(0, right - left)
        text = metrics.elidedText(self._full_title, Qt.TextElideMode.ElideMiddle, room)
        self._title.setText(text)
        self._title.adjustSize()
        centred = (self.width() - self._title.width()) // 2
        x = min(max(centred, left), max(left, right - self._title.width()))
        self._title.move(QPoint(x, (self.height() - self._title.height()) // 2))

    def resizeEvent(self, event: object) -> None:
        """Keep the name in the middle."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._place_title()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the name clear of menus that a page adds."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest}:
            self._place_title()
        return False
