"""A page with real content, for tests of the window and for looking at it.

    python tests/desktop/studio_demo.py [dark|light|contrast] [en|zh_CN]

opens the window on a scripted engine.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QUndoCommand,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QRadioButton,
    QScrollArea,
    QSlider,
    QToolButton,
    QWidget,
)

from desktop import standard, widgets
from desktop.actions import bind
from desktop.editing.undo_stack import UndoStack
from desktop.pages.page import Page, PageContext, PaletteEntry
from desktop.theme import tokens


def landscape(width: int = 960, height: int = 640, *, hue: int = 205) -> QImage:
    """Return a painted landscape: sky, sun, hills and water."""
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sky = QLinearGradient(0, 0, 0, height)
    sky.setColorAt(0.0, QColor.fromHsv(hue, 120, 205))
    sky.setColorAt(0.55, QColor.fromHsv((hue + 180) % 360, 70, 245))
    sky.setColorAt(1.0, QColor.fromHsv(hue, 150, 120))
    painter.fillRect(picture.rect(), sky)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(255, 236, 190))
    painter.drawEllipse(QPointF(width * 0.68, height * 0.36), height * 0.09, height * 0.09)
    for layer in range(5):
        path = QPainterPath(QPointF(0, height))
        for x in range(0, width + 8, 8):
            wave = math.sin(x / width * (5 + layer * 1.7) + layer * 2.1) + 0.4 * math.sin(x / 37)
            path.lineTo(x, height * (0.5 + layer * 0.1) - wave * height * (0.07 - layer * 0.008))
        path.lineTo(width, height)
        painter.setBrush(
            QColor.fromHsv((hue + 10 * layer) % 360, 90 + 20 * layer, 165 - 28 * layer)
        )
        painter.drawPath(path)
    painter.end()
    return picture


def jpeg(picture: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "JPEG", 85)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


class DemoPage(Page):
    id = "style"
    title = "Style"
    icon = "style-canvas"

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.opened_files: list[Path] = []
        self.shown: list[str] = []
        self.may_close = True
        self.is_shut_down = False
        self.is_painted = False
        self.title_text = "harbour at dusk.jpg"
        self._picture = landscape()
        self._stack = UndoStack(self)
        self._side = self._make_side()
        self._strip = self._make_strip()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Canvas")
        self.setMinimumSize(320, 240)
        self.exports = 0

    def actions(self) -> Any:
        return (
            bind(standard.EXPORT, self._export),
            bind(standard.SAVE, self._export),
            bind(standard.COPY, self._export),
            bind(standard.PASTE, self._export),
            bind(standard.FIT, lambda: self.zoom_changed.emit(66.7)),
            bind(standard.ONE_TO_ONE, lambda: self.zoom_changed.emit(100.0)),
            bind(standard.ZOOM_IN, self._export),
            bind(standard.ZOOM_OUT, self._export),
            bind(standard.COMPARE, self._export),
            bind(standard.BRUSH, self._export),
            bind(standard.ERASER, self._export),
            bind(standard.HAND, self._export),
            bind(standard.INVERT_MASK, self._export),
            bind(standard.STAR, self._export),
            bind(standard.RUN, self._export),
            bind(standard.STOP, self.context.bridge.cancel_running),
        )

    def _export(self, _on: bool = False) -> None:
        self.exports += 1

    def push(self, text: str) -> None:
        self._stack.push(QUndoCommand(text))

    def conditions(self) -> Any:
        return ("has-picture", "has-result", "can-run")

    def palette_entries(self) -> Any:
        names = ("Ember", "Slow river", "Cut paper", "Blue hour", "Linen")
        return [PaletteEntry(n, self._export, "Style", "painting", "palette") for n in names]

    def side_panel(self) -> QWidget:
        return self._side

    def bottom_strip(self) -> QWidget:
        return self._strip

    def undo_stack(self) -> UndoStack:
        return self._stack

    def document_title(self) -> str:
        return self.title_text

    def is_modified(self) -> bool:
        return True

    def open_files(self, paths: Any) -> None:
        self.opened_files.extend(paths)

    def show_result(self, job_id: str) -> None:
        self.shown.append(job_id)

    def activate(self) -> None:
        self.zoom_changed.emit(66.7)

    def can_close(self) -> bool:
        return self.may_close

    def shut_down(self) -> None:
        self.is_shut_down = True

    def save_state(self) -> dict[str, Any]:
        return {"strength": self.strength.value()}

    def restore_state(self, state: dict[str, Any]) -> None:
        if isinstance(state.get("strength"), int):
            self.strength.setValue(state["strength"])

    def paintEvent(self, event: QPaintEvent) -> None:
        self.is_painted = True
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens().color("surface-canvas"))
        size = self._picture.size().scaled(
            self.size() * 0.9,
            Qt.AspectRatioMode.KeepAspectRatio,
        )
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(QRectF(self.rect()).center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self._picture)
        painter.end()

    def _slider(self, layout: Any, name: str, value: int) -> QSlider:
        head = widgets.row()
        head.addWidget(widgets.label(name))
        head.addStretch(1)
        box = QDoubleSpinBox()
        box.setValue(value)
        box.setDecimals(0)
        box.setSuffix(" %")
        box.setAccessibleName(name)
        head.addWidget(box)
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setValue(value)
        slider.setAccessibleName(name)
        layout.addLayout(head)
        layout.addWidget(slider)
        return slider

    def _make_side(self) -> QWidget:
        panel = widgets.surface("panel", "left")
        layout = widgets.column(panel, margin="space-l", gap="space-s")
        layout.addWidget(widgets.label("Style", "heading"))
        self.strength = self._slider(layout, "Strength", 80)
        self._slider(layout, "Texture", 50)
        layout.addSpacing(8)
        layout.addWidget(widgets.label("Colours", "section"))
        combo = QComboBox()
        combo.addItems(["Of the style", "Of the photo", "Matched"])
        combo.setAccessibleName("Colours")
        layout.addWidget(combo)
        layout.addWidget(widgets.rule())
        layout.addWidget(widgets.label("Mask", "section"))
        on = QCheckBox("Invert mask")
        on.setChecked(True)
        layout.addWidget(on)
        layout.addWidget(QCheckBox("Show the mask"))
        off = QCheckBox("Lock the palette")
        off.setEnabled(False)
        layout.addWidget(off)
        radio = QRadioButton("As the picture")
        radio.setChecked(True)
        layout.addWidget(radio)
        layout.addWidget(QRadioButton("16 bit"))
        layout.addStretch(1)
        layout.addWidget(widgets.label("About 12 s · 900 MB", "caption"))
        row = widgets.row()
        row.addWidget(widgets.button("Paint", "primary", "run"), 1)
        row.addWidget(widgets.button("Export…", "", "export"))
        layout.addLayout(row)
        panel.setMinimumWidth(self.fontMetrics().horizontalAdvance("0") * 34)
        return panel

    def _make_strip(self) -> QWidget:
        strip = widgets.surface("panel", "top")
        outer = widgets.column(strip, gap="")
        inside = QWidget()
        row: QHBoxLayout = widgets.row(inside, margin="space-m", gap="space-s")
        for number, name in enumerate(("Ember", "Slow river", "Cut paper", "Blue hour", "Linen")):
            tile = QToolButton()
            tile.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            from PySide6.QtCore import QSize
            from PySide6.QtGui import QIcon, QPixmap

            picture = landscape(192, 144, hue=(number * 67) % 360)
            tile.setIcon(QIcon(QPixmap.fromImage(picture)))
            tile.setIconSize(QSize(96, 72))
            tile.setText(name)
            tile.setCheckable(True)
            tile.setChecked(number == 1)
            row.addWidget(tile)
        row.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setMinimumHeight(122)
        outer.addWidget(area)
        return strip


def fill(engine: Any) -> None:
    """Put jobs of every kind into a scripted engine."""
    from engine.api import Estimate, JobState, Lane, Progress, WorkerChanged, WorkerLost

    now = time.time()
    picture = landscape(96, 72)
    asset = f"{'c' * 64}.png"
    picture.save(str(engine.folder / asset))
    done = engine.add("market.jpg", started_s=now - 80)
    engine.finish(done.id, image=asset)
    lost = engine.add("cathedral, north side, 2019-08.tif", started_s=now - 60)
    engine.fail(
        lost.id,
        WorkerLost("The engine ran out of memory.", hint="Try a smaller size.", log="/tmp/x.log"),
    )
    engine.add(
        "harbour at dusk.jpg",
        state=JobState.RUNNING,
        started_s=now - 14,
        progress=Progress(
            fraction=0.42, note="Painting strips", done=40, total=96,
            preview=jpeg(landscape(96, 72, hue=20)),
        ),
    )  # fmt: skip
    engine.add("garden.jpg", estimate=Estimate(seconds=31, peak_mb=900, runs=4))
    engine.emit(WorkerChanged(lane=Lane.MAIN, state="busy", pid=1, memory_mb=812.0, log="/tmp/x"))
    engine.emit(WorkerChanged(lane=Lane.LIVE, state="ready", pid=2, memory_mb=430.0))


def main() -> int:
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
    started = time.perf_counter()
    import msgspec
    from fake_engine import FakeEngine

    from desktop import app as studio_app
    from desktop.settings import Settings, save_settings
    from engine.api import Folders

    home = Path(tempfile.mkdtemp())
    folders = Folders.under(home)
    theme = sys.argv[1] if len(sys.argv) > 1 else "dark"
    language = sys.argv[2] if len(sys.argv) > 2 else "en"
    settings = msgspec.structs.replace(Settings(), theme=theme, language=language)
    save_settings(folders.config / "settings.json", settings)
    app = studio_app.make_application([])
    studio = studio_app.Studio(app, folders, FakeEngine(home), (DemoPage,))
    studio.window.show()
    while not studio.window.page.is_painted:
        app.processEvents()
    print(f"first paint after {time.perf_counter() - started:.2f} s", flush=True)
    fill(studio.engine)
    studio.window.page.push("Stroke size")
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
