"""Looking at a scene: zoom about the pointer, pan, fit, by mouse, wheel, fingers and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGestureEvent,
    QGraphicsScene,
    QGraphicsView,
    QPinchGesture,
    QWidget,
)

from desktop.canvas import geometry

_KEY_PAN_PX = 48
_FIT_MARGIN = 24.0


class Viewport(QGraphicsView):
    """A view whose center and scale are plain numbers, exact at every zoom.

    Signals:
        zoom_changed(scale): screen pixels for one picture pixel.
    """

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        # A view does not own its scene: without this reference it would vanish at once.
        self._scene = QGraphicsScene()
        super().__init__(self._scene, parent)
        self._scene.setParent(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        self._scale = 1.0
        self._center: geometry.Point = (0.0, 0.0)
        self._extent = QRectF()
        self._is_fitted = True
        self._pan_from: QPointF | None = None
        self._space_is_down = False
        self._hand_is_on = False

    # ---- where one looks ----

    @property
    def scale_factor(self) -> float:
        """Screen pixels for one picture pixel."""
        return self._scale

    @property
    def is_fitted(self) -> bool:
        """Whether the scale follows the size of the window."""
        return self._is_fitted

    @property
    def look_at_point(self) -> geometry.Point:
        """The point of the scene in the middle of the window."""
        return self._center

    def set_extent(self, extent: QRectF) -> None:
        """Say which part of the scene there is to see; keeps the fit if it was fitted."""
        if extent == self._extent:
            return
        self._extent = QRectF(extent)
        if self._is_fitted:
            self.fit()
        else:
            self.look_at(self._center, self._scale)

    def look_at(self, center: geometry.Point, scale: float) -> None:
        """Put `center` in the middle of the window at `scale`."""
        scale = geometry.clamp_scale(scale)
        origin = (self._extent.left(), self._extent.top())
        inside = geometry.clamped_center(
            (center[0] - origin[0], center[1] - origin[1]),
            (self._extent.width(), self._extent.height()),
        )
        self._center = (inside[0] + origin[0], inside[1] + origin[1])
        has_zoomed = scale != self._scale
        self._scale = scale
        self._apply()
        if has_zoomed:
            self.zoom_changed.emit(scale)

    def fit(self) -> None:
        """Show everything, and keep showing everything when the window changes its size."""
        self._is_fitted = True
        if self._extent.isEmpty():
            return
        size = (self._extent.width(), self._extent.height())
        scale = geometry.fit_scale(size, self._window(), _FIT_MARGIN)
        middle = self._extent.center()
        self.look_at((middle.x(), middle.y()), scale)

    def zoom_to(self, scale: float, anchor: QPointF | None = None) -> None:
        """Zoom to `scale` with the point under `anchor` (in the window) staying where it is."""
        if self._extent.isEmpty():
            return
        self._is_fitted = False
        scale = geometry.clamp_scale(scale)
        window = self._window()
        position = (anchor.x(), anchor.y()) if anchor else (window[0] / 2, window[1] / 2)
        fixed = geometry.to_scene(position, self._center, self._scale, window)
        self.look_at(geometry.zoom_about(self._center, fixed, self._scale, scale), scale)

    def actual_pixels(self) -> None:
        """Show one picture pixel as one of the screen's."""
        self.zoom_to(1.0 / self.devicePixelRatioF())

    def zoom_in(self) -> None:
        """Zoom in by two notches."""
        self.zoom_to(geometry.stepped_scale(self._scale, 2))

    def zoom_out(self) -> None:
        """Zoom out by two notches."""
        self.zoom_to(geometry.stepped_scale(self._scale, -2))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by screen pixels."""
        if self._extent.isEmpty():
            return
        self._is_fitted = False
        x, y = self._center
        self.look_at((x - dx / self._scale, y - dy / self._scale), self._scale)

    def scene_point(self, position: QPointF) -> QPointF:
        """Return the point of the scene under a position in the window."""
        point = (position.x(), position.y())
        return QPointF(*geometry.to_scene(point, self._center, self._scale, self._window()))

    def window_point(self, point: QPointF) -> QPointF:
        """Return where a point of the scene appears in the window."""
        scene = (point.x(), point.y())
        return QPointF(*geometry.to_window(scene, self._center, self._scale, self._window()))

    def set_hand(self, is_on: bool) -> None:
        """Let the left button pan, as it does while Space is held."""
        self._hand_is_on = is_on
        self.update_cursor()

    @property
    def is_panning(self) -> bool:
        """Whether the pointer moves the picture, or would."""
        return self._pan_from is not None or self._space_is_down or self._hand_is_on

    def update_cursor(self) -> None:
        """Show the pointer that fits what a press would do."""
        if self._pan_from is not None:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self.is_panning and not self._extent.isEmpty():
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.viewport().unsetCursor()

    def _window(self) -> geometry.Point:
        return float(self.viewport().width()), float(self.viewport().height())

    def _apply(self) -> None:
        width, height = self._window()
        room_x, room_y = width / self._scale, height / self._scale
        # Room all around, so that any point of the picture can come to the middle.
        self.setSceneRect(self._extent.adjusted(-room_x, -room_y, room_x, room_y))
        self.setTransform(QTransform.fromScale(self._scale, self._scale))
        self.centerOn(QPointF(*self._center))
        # What is painted above the picture has fixed places in the window.
        self.viewport().update()

    # ---- events ----

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the fit, or the center."""
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()
        else:
            self._apply()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; two fingers on a touch pad pan unless Ctrl is held."""
        event.accept()
        is_zoom = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_finger = event.phase() != Qt.ScrollPhase.NoScrollPhase
        if is_finger and not event.pixelDelta().isNull() and not is_zoom:
            self.pan_by(event.pixelDelta().x(), event.pixelDelta().y())
            return
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.pan_by(delta.y() or delta.x(), 0)
            return
        steps = (delta.y() or delta.x()) / 120
        if steps:
            self.zoom_to(geometry.stepped_scale(self._scale, steps), event.position())

    def viewportEvent(self, event: QEvent) -> bool:
        """Pinch on a touch pad or a touch screen."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_to(self._scale * (1 + event.value()), event.position())
                return True
            if event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
                self.actual_pixels() if self._is_fitted else self.fit()
                return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                center = self.viewport().mapFromGlobal(pinch.centerPoint())
                self.zoom_to(self._scale * pinch.scaleFactor(), center)
                moved = pinch.centerPoint() - pinch.lastCenterPoint()
                self.pan_by(moved.x(), moved.y())
                return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start to pan with the middle button, or with the left one and the hand."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        is_middle = event.button() == Qt.MouseButton.MiddleButton
        if is_middle or (is_left and (self._space_is_down or self._hand_is_on)):
            self._pan_from = event.position()
            self.update_cursor()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan."""
        if self._pan_from is not None:
            moved = event.position() - self._pan_from
            self._pan_from = event.position()
            self.pan_by(moved.x(), moved.y())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stop panning."""
        self._pan_from = None
        self.update_cursor()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space for the hand, arrows to pan, Ctrl+0 and Ctrl+1, Ctrl+Plus and Ctrl+Minus."""
        key = event.key()
        arrows = {
            Qt.Key.Key_Left: (1, 0),
            Qt.Key.Key_Right: (-1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_is_down = True
                self.update_cursor()
        elif key in arrows:
            x, y = arrows[Qt.Key(key)]
            self.pan_by(x * _KEY_PAN_PX, y * _KEY_PAN_PX)
        elif is_control and key == Qt.Key.Key_0:
            self.fit()
        elif is_control and key == Qt.Key.Key_1:
            self.actual_pixels()
        elif is_control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif is_control and key == Qt.Key.Key_Minus:
            self.zoom_out()
        else:
            event.ignore()
            return
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go of the hand."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_is_down = False
            self.update_cursor()
            event.accept()
            return
        event.ignore()
