from __future__ import annotations

import gc
import time
import weakref
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDropEvent,
    QImage,
    QInputDevice,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.canvas.compare import CompareMode
from desktop.canvas.convert import decoded, grey_array
from desktop.canvas.mask_buffer import Brush, MaskBuffer
from desktop.canvas.pyramid import Pyramid
from desktop.canvas.view import CanvasView, Tool

RED, BLUE = QColor(200, 20, 20), QColor(20, 20, 200)


def plain(color: QColor, width: int = 400, height: int = 300) -> Pyramid:
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(color)
    return Pyramid.of(image)


@pytest.fixture
def view(qtbot):
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def comparing(view):
    view.show_before(plain(RED))
    view.show_after(plain(BLUE, 200, 150))
    view.set_mode(CompareMode.SPLIT)
    return view


def at(view, x: float, y: float) -> QPoint:
    """Return where shares of the picture's width and height are in the window."""
    rect = view.picture_rect
    return view.window_point(QPointF(rect.width() * x, rect.height() * y)).toPoint()


def seen(view, x: float, y: float) -> QColor:
    return view.viewport().grab().toImage().pixelColor(at(view, x, y))


def wheel(view, position: QPointF, notches: float, modifiers=Qt.KeyboardModifier.NoModifier):
    event = QWheelEvent(
        position,
        position,
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


def test_an_empty_canvas_says_how_to_begin(qtbot, view):
    assert view.empty.isVisible()
    assert "Ctrl+O" in view.accessibleDescription()
    with qtbot.waitSignal(view.open_requested):
        view.empty._open.click()
    view.show_before(plain(RED))
    assert not view.empty.isVisible()


def test_a_new_picture_fits_and_stays_fitted(view):
    view.show_before(plain(RED, 4000, 1000))
    assert view.scale_factor == pytest.approx((800 - 48) / 4000)
    view.resize(1000, 600)
    assert view.scale_factor == pytest.approx((1000 - 48) / 4000)
    assert view.is_fitted


@pytest.mark.parametrize(
    "modifiers", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier]
)
def test_the_wheel_zooms_about_the_pointer(view, modifiers):
    view.show_before(plain(RED, 4000, 3000))
    position = QPointF(200, 150)
    before = view.scene_point(position)
    for notches in (1, 3, 2.5, -1):
        wheel(view, position, notches, modifiers)
        after = view.scene_point(position)
        assert (after - before).manhattanLength() * view.scale_factor < 0.01
        # The transform that paints agrees with the numbers, to the pixel it is rounded to.
        drawn = view.mapFromScene(before)
        assert (QPointF(drawn) - position).manhattanLength() <= 2
    assert not view.is_fitted


def test_keys_fit_and_show_actual_pixels(view):
    view.show_before(plain(RED, 4000, 3000))
    QTest.keyClick(view, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert view.scale_factor == 1.0
    QTest.keyClick(view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert view.is_fitted


@pytest.mark.parametrize("how", ["middle", "hand", "space"])
def test_the_picture_can_be_dragged(view, how):
    view.show_before(plain(RED, 4000, 3000))
    view.edit_mask(MaskBuffer.empty(4000, 3000))
    view.set_tool(Tool.HAND if how == "hand" else Tool.BRUSH)
    view.actual_pixels()
    button = Qt.MouseButton.MiddleButton if how == "middle" else Qt.MouseButton.LeftButton
    if how == "space":
        QTest.keyPress(view, Qt.Key.Key_Space)
    before = view.look_at_point
    QTest.mousePress(view.viewport(), button, pos=QPoint(400, 300))
    QTest.mouseMove(view.viewport(), QPoint(350, 320))
    QTest.mouseRelease(view.viewport(), button, pos=QPoint(350, 320))
    assert view.look_at_point == pytest.approx((before[0] + 50, before[1] - 20))
    assert not view.mask_painter.buffer.pixels.any()


def test_before_and_after_meet_at_the_divider(comparing):
    assert seen(comparing, 0.2, 0.5) == RED
    assert seen(comparing, 0.8, 0.5) == BLUE
    comparing.set_divider(0.9)
    assert seen(comparing, 0.8, 0.3) == RED
    comparing.set_divider(0.1)
    assert seen(comparing, 0.2, 0.3) == BLUE


def test_the_divider_follows_the_pointer_and_the_keys(qtbot, comparing):
    QTest.mousePress(comparing.viewport(), Qt.MouseButton.LeftButton, pos=at(comparing, 0.5, 0.3))
    QTest.mouseMove(comparing.viewport(), at(comparing, 0.25, 0.3))
    QTest.mouseRelease(
        comparing.viewport(), Qt.MouseButton.LeftButton, pos=at(comparing, 0.25, 0.3)
    )
    assert comparing.divider == pytest.approx(0.25, abs=0.01)
    before = comparing.divider
    QTest.keyClick(comparing, Qt.Key.Key_Right)
    assert comparing.divider == pytest.approx(before + 0.01, abs=1e-3)
    QTest.keyClick(comparing, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert comparing.divider == pytest.approx(before - 0.09, abs=1e-3)
    for _ in range(12):
        QTest.keyClick(comparing, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert comparing.divider == 0.0


def test_the_original_is_seen_while_backslash_is_held(comparing):
    QTest.keyPress(comparing, Qt.Key.Key_Backslash)
    assert seen(comparing, 0.8, 0.5) == RED
    QTest.keyRelease(comparing, Qt.Key.Key_Backslash)
    assert seen(comparing, 0.8, 0.5) == BLUE


def test_every_mode_shows_what_it_says(comparing):
    comparing.set_mode(CompareMode.AFTER)
    assert seen(comparing, 0.2, 0.5) == BLUE
    comparing.set_mode(CompareMode.BEFORE)
    assert seen(comparing, 0.8, 0.5) == RED
    comparing.set_mode(CompareMode.SIDE)
    assert seen(comparing, 0.5, 0.5) == RED
    assert seen(comparing, 1.5, 0.5) == BLUE
    comparing.show_after(None)
    assert comparing.shown_mode is CompareMode.BEFORE


def test_the_readout_tells_the_pixel_that_is_seen(qtbot, comparing):
    with qtbot.waitSignal(comparing.hovered) as hovered:
        QTest.mouseMove(comparing.viewport(), at(comparing, 0.75, 0.5))
    readout = hovered.args[0]
    # In the result's own pixels: it is half as large.
    assert readout.x == pytest.approx(150, abs=1)
    assert (readout.color, readout.is_before) == (BLUE, False)
    assert comparing.readout_at(QPointF(2, 2)) is None


def test_what_is_clear_shows_the_board_below(view):
    view.show_before(plain(QColor(0, 0, 0, 0)))
    image = view.viewport().grab().toImage()
    middle = at(view, 0.5, 0.5)
    colors = {image.pixelColor(middle + QPoint(dx, 0)).rgb() for dx in range(24)}
    assert len(colors) == 2


def test_far_in_pixels_are_squares_with_a_grid(view):
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(RED)
    image.setPixelColor(1, 1, BLUE)
    view.show_before(Pyramid.of(image))
    view.zoom_to(60)
    grabbed = view.viewport().grab().toImage()
    inside = view.window_point(QPointF(1.5, 1.5)).toPoint()
    assert grabbed.pixelColor(inside) == BLUE
    # No smoothing: blue to just beside the edge.
    edge = view.window_point(QPointF(1.95, 1.5)).toPoint()
    assert grabbed.pixelColor(edge) == BLUE
    line = view.window_point(QPointF(3.0, 1.5)).toPoint()
    near = [grabbed.pixelColor(line + QPoint(dx, 0)) for dx in (-1, 0, 1)]
    assert any(color != RED for color in near)


def stroke(view, *points: tuple[float, float], modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    first, *rest = [at(view, *point) for point in points]
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, modifiers, first)
    for point in rest:
        QTest.mouseMove(view.viewport(), point)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, modifiers, ([first, *rest])[-1])


@pytest.fixture
def painting(view):
    view.show_before(plain(QColor(100, 100, 100)))
    view.edit_mask(MaskBuffer.empty(400, 300))
    view.set_tool(Tool.BRUSH)
    view.mask_painter.set_brush(Brush(size=40, hardness=1.0))
    return view


def test_a_stroke_is_handed_out_once_as_a_png(qtbot, painting):
    handed = []
    painting.maskEdited.connect(handed.append)
    stroke(painting, (0.25, 0.5), (0.5, 0.5), (0.75, 0.5))
    painting.mask_painter.wait()
    qtbot.waitUntil(lambda: bool(handed))
    pixels = grey_array(decoded(handed[0]))
    assert len(handed) == 1
    assert (pixels == painting.mask_painter.buffer.pixels).all()
    assert pixels[150, 100:300].min() == 255
    assert pixels.sum() / 255 == pytest.approx(np.pi * 400 + 40 * 200, rel=0.02)


def test_painted_parts_are_veiled_in_red_at_half_strength(painting):
    stroke(painting, (0.5, 0.5))
    color = seen(painting, 0.47, 0.5)
    assert (color.red(), color.green()) == (pytest.approx(178, abs=3), pytest.approx(50, abs=3))
    painting.set_mask_visible(False)
    assert seen(painting, 0.47, 0.5) == QColor(100, 100, 100)


def test_shift_draws_a_straight_line_from_the_last_stroke(painting):
    stroke(painting, (0.2, 0.2))
    stroke(painting, (0.8, 0.8), modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert painting.mask_painter.buffer.pixels[150, 200] == 255


def test_the_eraser_brackets_and_commands_do_as_they_say(qtbot, painting):
    buffer = painting.mask_painter.buffer
    painting.mask_painter.fill()
    painting.set_tool(Tool.ERASER)
    stroke(painting, (0.5, 0.5))
    assert (buffer.pixels[150, 200], buffer.pixels[10, 10]) == (0, 255)
    painting.mask_painter.invert()
    assert (buffer.pixels[150, 200], buffer.pixels[10, 10]) == (255, 0)
    painting.mask_painter.clear()
    assert not buffer.pixels.any()
    QTest.keyClick(painting, Qt.Key.Key_BracketRight)
    assert painting.mask_painter.brush.size == 44
    for _ in range(60):
        QTest.keyClick(painting, Qt.Key.Key_BracketLeft)
    assert painting.mask_painter.brush.size == 1
    painting.mask_painter.wait()


def test_a_pen_paints_with_its_pressure(painting):
    device = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        1,
    )

    def send(kind, x, y, pressure):
        position = QPointF(at(painting, x, y))
        event = QTabletEvent(
            kind,
            device,
            position,
            position,
            pressure,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            Qt.KeyboardModifier.NoModifier,
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton,
        )
        QApplication.sendEvent(painting.viewport(), event)

    send(QEvent.Type.TabletPress, 0.25, 0.5, 0.2)
    send(QEvent.Type.TabletMove, 0.75, 0.5, 1.0)
    send(QEvent.Type.TabletRelease, 0.75, 0.5, 0.0)
    pixels = painting.mask_painter.buffer.pixels
    thin, thick = np.count_nonzero(pixels[:, 110]), np.count_nonzero(pixels[:, 290])
    assert 0 < thin < thick <= 42
    painting.mask_painter.wait()


def test_undo_brings_pixels_back_without_reading_a_file(painting):
    painter = painting.mask_painter
    painter.buffer.name_state("first")
    stroke(painting, (0.5, 0.5))
    painter.buffer.name_state("second")
    second = painter.buffer.pixels.copy()
    assert painter.go_to("first")
    assert not painter.buffer.pixels.any()
    assert painter.go_to("second")
    assert (painter.buffer.pixels == second).all()
    assert not painter.go_to("unknown")
    painter.wait()


def test_dropped_files_are_handed_over(qtbot, view):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/pictures/a.png"), QUrl("https://example.org/b.png")])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(view.files_dropped) as dropped:
        view.dropEvent(event)
    assert dropped.args[0] == [Path("/pictures/a.png")]


def test_only_the_band_below_the_divider_is_painted_anew(qtbot, comparing):
    areas = []

    class Spy(type(comparing)):
        def paintEvent(self, event):
            areas.append(QRectF(event.region().boundingRect()))
            super().paintEvent(event)

    view = Spy()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.show_before(plain(RED))
    view.show_after(plain(BLUE))
    view.set_mode(CompareMode.SPLIT)
    qtbot.wait(50)
    view.set_divider(0.51)  # the first move of a drag paints what was still pending
    qtbot.wait(50)
    areas.clear()
    view.set_divider(0.52)
    qtbot.wait(50)
    assert areas
    assert max(area.width() for area in areas) < 150


def test_a_closed_view_leaves_nothing_behind(qtbot, qapp):
    view = CanvasView()
    view.show_before(plain(RED))
    view.edit_mask(MaskBuffer.empty(40, 30))
    gone = weakref.ref(view.before)
    view.close()
    view.deleteLater()
    del view
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert gone() is None


@pytest.mark.slow
def test_a_hundred_megapixels_pan_fluidly(view):
    image = QImage(11_600, 8_700, QImage.Format.Format_RGB32)
    image.fill(RED)
    view.show_before(Pyramid.of(image))
    view.resize(1600, 1000)
    slowest = 0.0
    for scale in (0.1, 0.3, 1.0, 3.0):
        view.zoom_to(scale)
        for _ in range(5):
            view.pan_by(37, 23)
            started = time.perf_counter()
            view.viewport().repaint()
            slowest = max(slowest, time.perf_counter() - started)
    assert slowest < 0.1
