"""Toasts: short notices over the window that ask for nothing and stop nobody's work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from desktop import widgets
from desktop.i18n import tr
from desktop.icons import icon
from desktop.theme import tokens

_SHOWN_MS = {"info": 5000, "ok": 5000, "warning": 9000, "error": 0}
_ICONS = {"info": "info", "ok": "check", "warning": "warning", "error": "error"}
_LIMIT = 4


class Toast(QFrame):
    """One notice. An error stays until it is put away; the others go by themselves.

    Signals:
        gone: it is put away.
    """

    gone = Signal()

    def __init__(
        self,
        text: str,
        kind: str,
        parent: QWidget,
        *,
        action: str = "",
        run: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "raised")
        self.kind = kind if kind in _ICONS else "info"
        self.text = text
        self._run = run
        layout = widgets.row(self, gap="space-m")
        layout.setContentsMargins(14, 10, 8, 10)
        picture = QLabel()
        token = f"state-{self.kind}"
        picture.setPixmap(icon(_ICONS[self.kind], token).pixmap(QSize(18, 18)))
        words = widgets.label(text, wrap=True)
        width = self.fontMetrics().horizontalAdvance("0") * 44
        words.setMinimumWidth(min(width, self.fontMetrics().horizontalAdvance(text) + 4))
        words.setMaximumWidth(width)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(words, 1)
        if run is not None:
            push = widgets.button(action, "quiet")
            push.clicked.connect(self._do)
            layout.addWidget(push)
        close = widgets.tool_button("close", tr("Dismiss"))
        close.setIconSize(QSize(14, 14))
        close.clicked.connect(self.dismiss)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        if _SHOWN_MS[self.kind]:
            self._timer.start(_SHOWN_MS[self.kind])

    @Slot()
    def _do(self) -> None:
        if self._run is not None:
            self._run()
        self.dismiss()

    @Slot()
    def dismiss(self) -> None:
        """Put it away."""
        self._timer.stop()
        self.gone.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while the pointer rests on it."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Go on counting."""
        if _SHOWN_MS[self.kind]:
            self._timer.start(_SHOWN_MS[self.kind])
        super().leaveEvent(event)


class Toaster(QObject):
    """Stacks toasts in the middle of the lower edge of an area.

    Args:
        host: the widget that carries them.
        area: returns the rectangle inside `host` that they may cover; all of it if None.
    """

    def __init__(self, host: QWidget, area: Callable[[], QRect] | None = None) -> None:
        super().__init__(host)
        self._host = host
        self._area = area if area is not None else host.rect
        self._toasts: list[Toast] = []
        self.follow(host)

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """What is shown now, the oldest first."""
        return tuple(self._toasts)

    def show(
        self,
        text: str,
        kind: str = "info",
        *,
        action: str = "",
        run: Callable[[], object] | None = None,
    ) -> Toast:
        """Show a notice; the same words are not stacked twice.

        Args:
            text: one or two sentences, already translated.
            kind: "info", "ok", "warning" or "error".
            action: words of a button.
            run: what the button does.
        """
        for old in self._toasts:
            if old.text == text:
                self._drop(old)
                break
        toast = Toast(text, kind, self._host, action=action, run=run)
        toast.gone.connect(self._dropped)
        self._toasts.append(toast)
        while len(self._toasts) > _LIMIT:
            self._drop(self._toasts[0])
        # In its place before it is seen: in the corner it might meet the pointer.
        toast.ensurePolished()
        self._place()
        toast.show()
        self._place()
        return toast

    @Slot()
    def _dropped(self) -> None:
        toast = self.sender()
        if isinstance(toast, Toast):
            self._drop(toast)

    def _drop(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def clear(self) -> None:
        """Put everything away."""
        for toast in self.toasts:
            toast.dismiss()

    def follow(self, *widgets: QWidget) -> None:
        """Keep the stack in its place when one of `widgets` moves or changes its size."""
        for widget in widgets:
            widget.installEventFilter(self)

    @Slot()
    def _place(self) -> None:
        area = self._area()
        bottom = area.bottom() - tokens().size("space-l")
        for toast in reversed(self._toasts):
            toast.adjustSize()
            bottom -= toast.height()
            left = area.center().x() - toast.width() // 2
            toast.move(max(area.left() + 8, left), bottom)
            toast.raise_()
            bottom -= tokens().size("space-s")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the stack in its place."""
        if self._toasts and event.type() in {QEvent.Type.Resize, QEvent.Type.Move}:
            # Positions inside the host settle only after the layouts have run.
            QTimer.singleShot(0, self, self._place)
        return False
