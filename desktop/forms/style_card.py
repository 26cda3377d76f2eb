"""One chosen style: what it looks like, how much of it, and where."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QDrag, QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QWidget,
)

from desktop.forms.asset_field import Thumbnail
from desktop.forms.gesture import SliderGesture
from desktop.forms.scale import POSITIONS
from desktop.forms.sliders import StepSlider
from desktop.i18n import tr
from desktop.icons import icon
from desktop.theme import tokens

STYLE_INDEX = "application/x-gesso-style-index"


@dataclass(frozen=True)
class StyleFace:
    """What a style is called and looks like.

    Attributes:
        title: for the user.
        image: a thumbnail; null while there is none.
    """

    title: str
    image: QImage


class StyleCard(QFrame):
    """A row of the blend.

    Signals:
        weighed(weight, is_final): the slider moved.
        gesture_started(), gesture_ended(): around the moves that belong together.
        mask_asked(), removed(), moved(steps): buttons and Alt+Up, Alt+Down.
    """

    weighed = Signal(float, bool)
    gesture_started = Signal()
    gesture_ended = Signal()
    mask_asked = Signal()
    removed = Signal()
    moved = Signal(int)

    def __init__(self, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.index = index
        self._weight = 1.0
        self._most = 1.0
        self._gesture = SliderGesture(self)
        self._pressed_at: QPoint | None = None
        self.setProperty("surface", "raised")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._thumbnail = Thumbnail(round(self.fontMetrics().height() * 2.6), self)
        self._name = QLabel(self)
        self._name.setProperty("role", "strong")
        self._name.setMinimumWidth(10)
        self._share = QLabel(self)
        self._share.setProperty("role", "caption")
        self._share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._share.setMinimumWidth(self.fontMetrics().horizontalAdvance("100 %"))
        self.slider = StepSlider(self)
        self.mask_button = self._button("mask", tr("Choose where this style lands"))
        self.mask_button.setCheckable(True)
        self.remove = self._button("close", tr("Remove this style"))
        self.mask_button.clicked.connect(self._ask_mask)
        self.remove.clicked.connect(self.removed)
        self._weigh_row = QWidget(self)
        weigh = QHBoxLayout(self._weigh_row)
        weigh.setContentsMargins(0, 0, tokens().size("space-xs"), 0)
        weigh.addWidget(self.slider, 1)
        weigh.addWidget(self._share)
        layout = QGridLayout(self)
        small = tokens().size("space-s")
        layout.setContentsMargins(small, small, small - 2, small)
        layout.setHorizontalSpacing(tokens().size("space-m"))
        layout.setVerticalSpacing(0)
        layout.addWidget(self._thumbnail, 0, 0, 2, 1)
        # Attached before it is filled: PySide frees a layout's items twice otherwise.
        head = QHBoxLayout()
        layout.addLayout(head, 0, 1)
        head.setSpacing(0)
        head.addWidget(self._name, 1)
        head.addWidget(self.mask_button)
        head.addWidget(self.remove)
        layout.addWidget(self._weigh_row, 1, 1)
        layout.setColumnStretch(1, 1)
        self._gesture.started.connect(self.gesture_started)
        self._gesture.settled.connect(self._settle)
        self._gesture.ended.connect(self.gesture_ended)
        self.slider.sliderPressed.connect(self._press)
        self.slider.sliderMoved.connect(self._drag)
        self.slider.sliderReleased.connect(self._gesture.end)
        self.slider.valueChanged.connect(self._follow_wheel)
        self.slider.stepped.connect(self._step)
        self.slider.to_end.connect(self._to_end)

    def show_use(
        self, face: StyleFace, weight: float, share: float, has_mask: bool, is_alone: bool
    ) -> None:
        """Show a style of the blend.

        Args:
            face: what it is called and looks like.
            weight: relative to the others.
            share: of the whole, 0..1.
            has_mask: whether it lands in one place only.
            is_alone: there is nothing to weigh it against.
        """
        self._weight = weight
        if not self._gesture.is_active:
            self._most = max(1.0, weight)
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(face.title, Qt.TextElideMode.ElideRight, 190))
        self._name.setToolTip(face.title)
        self._thumbnail.show_image(face.image)
        self._share.setText(f"{round(share * 100)} %")
        self._weigh_row.setVisible(not is_alone)
        self.mask_button.setChecked(has_mask)
        self.slider.blockSignals(True)
        if not self.slider.isSliderDown():
            self.slider.setValue(round(POSITIONS * weight / self._most))
        self.slider.blockSignals(False)
        self.setAccessibleName(face.title)
        self.setAccessibleDescription(
            tr("Style of the blend. Alt+Up and Alt+Down move it, Delete removes it.")
        )
        self.slider.setAccessibleName(tr("Weight of {title}", title=face.title))
        self.slider.setAccessibleDescription(self._share.text())
        self.remove.setAccessibleName(tr("Remove {title}", title=face.title))
        self.mask_button.setAccessibleName(tr("Mask of {title}", title=face.title))

    def _button(self, name: str, title: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setToolTip(title)
        return button

    def _take(self, weight: float, *, is_final: bool) -> None:
        weight = round(min(self._most, max(0.0, weight)), 4)
        if weight != self._weight or is_final:
            self._weight = weight
            self.weighed.emit(weight, is_final)

    @Slot()
    def _press(self) -> None:
        if self._gesture.begin():
            self._drag(self.slider.sliderPosition())

    @Slot()
    def _settle(self) -> None:
        self._take(self._weight, is_final=True)

    @Slot(int)
    def _drag(self, position: int) -> None:
        if position != round(POSITIONS * self._weight / self._most):
            self._take(round(self._most * position / POSITIONS, 2), is_final=False)

    @Slot(int)
    def _follow_wheel(self, position: int) -> None:
        if not self.slider.isSliderDown():
            self._step(1 if position > POSITIONS * self._weight / self._most else -1)

    @Slot(int)
    def _step(self, steps: int) -> None:
        self._gesture.prolong()
        self._take(self._weight + steps * 0.01, is_final=False)

    @Slot(bool)
    def _to_end(self, is_high: bool) -> None:
        self._take(self._most if is_high else 0.0, is_final=True)

    @Slot()
    def _ask_mask(self) -> None:
        # Whether there is a mask is decided by the page, not by the click.
        self.mask_button.setChecked(not self.mask_button.isChecked())
        self.mask_asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+Up and Alt+Down move the card, Delete removes it."""
        has_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if has_alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Forget it."""
        self._pressed_at = None
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Take the card up once the pointer has moved far enough."""
        if self._pressed_at is None:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() < QApplication.startDragDistance():
            return
        drag = QDrag(self)
        data = QMimeData()
        data.setData(STYLE_INDEX, str(self.index).encode())
        drag.setMimeData(data)
        drag.setPixmap(self.grab())
        drag.setHotSpot(self._pressed_at)
        self._pressed_at = None
        drag.exec(Qt.DropAction.MoveAction)
