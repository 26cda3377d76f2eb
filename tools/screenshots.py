"""Take the pictures of the documentation: the real window, the real engine, the sample photographs.

    python -m tools.screenshots             every picture
    python -m tools.screenshots start mask  some

A window is opened as `desktop.app` opens it, under a home of its own that is removed afterwards.
On Linux an X server without a screen (Xvfb) with a window manager (openbox) is started for it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from desktop.app import Studio
    from desktop.pages.style_page import StylePage

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SAMPLES = ROOT / "resources" / "samples"
STYLES = ROOT / "resources" / "styles"

LIMIT_BYTES = 250_000
COLOURS = 256
NOTICES_S = 9.0
"""After this long every notice that was shown has gone."""

SMALL = (1280, 800)
LARGE = (1920, 1080)


class Scene:
    """One studio, from its start to its end."""

    def __init__(self, theme: str, size: tuple[int, int]) -> None:
        from PySide6.QtWidgets import QApplication

        from desktop.app import Studio, create_engine, make_application, page_factories
        from desktop.settings import Settings, save_settings
        from engine.paths import Folders

        self.home = Path(tempfile.mkdtemp(prefix="gesso-pictures-"))
        os.environ["GESSO_HOME"] = str(self.home)
        folders = Folders.of_user()
        folders.config.mkdir(parents=True)
        library = "/home/you/Pictures/Gesso"  # shown in a dialog; nothing is written there
        settings = Settings(theme=theme, language="en", library=library)
        save_settings(folders.config / "settings.json", settings)
        app = QApplication.instance()
        self.app = app if isinstance(app, QApplication) else make_application([])
        self.studio: Studio = Studio(self.app, folders, create_engine(folders), page_factories())
        self.window = self.studio.window
        self.window.resize(*size)
        self.window.show()
        self.pause(1.5)

    @property
    def page(self) -> StylePage:
        from desktop.pages.style_page import StylePage

        page = self.window.page
        if not isinstance(page, StylePage):
            raise TypeError("the style page is not shown")
        return page

    def until(self, is_done: Callable[[], bool], what: str, limit_s: float = 120.0) -> None:
        ends = time.monotonic() + limit_s
        while not is_done():
            if time.monotonic() > ends:
                raise TimeoutError(f"waited {limit_s:.0f} s for {what}")
            self.pause(0.05)

    def pause(self, seconds: float) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def open(self, *paths: Path) -> None:
        self.page.open_files(paths)
        self.until(lambda: self.page.canvas.has_picture, "the photograph")
        self.settle()

    def settle(self) -> None:
        """Wait until the preview shows what the settings say."""
        self.pause(0.2)
        self.until(
            lambda: not self.page.live.is_busy and self.page.canvas.after.pyramid is not None,
            "the preview",
        )
        self.pause(0.3)

    def style(self, key: str) -> None:
        self.page.styles.style_chosen.emit(key)
        self.settle()

    def blend(self, key: str) -> None:
        self.page.styles.style_toggled.emit(key)
        self.settle()

    def set(self, name: str, value: object) -> None:
        self.page.panel.changed.emit(name, value, True)
        self.settle()

    def paint(self) -> None:
        before = len(self.page.session.history())
        self.page.panel.run_button.click()
        self.until(lambda: len(self.page.session.history()) > before, "the painted picture")
        self.pause(1.0)

    def stroke(self, points: list[tuple[float, float]]) -> None:
        """Draw over the canvas; points are shares of the picture's width and height."""
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        canvas = self.page.canvas
        rect = canvas.picture_rect
        viewport = canvas.viewport()
        left = Qt.MouseButton.LeftButton
        kinds = [
            QEvent.Type.MouseButtonPress,
            *[QEvent.Type.MouseMove] * (len(points) - 2),
            QEvent.Type.MouseButtonRelease,
        ]
        for kind, (x, y) in zip(kinds, points, strict=True):
            scene = QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height())
            place = QPointF(canvas.window_point(scene))
            button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else left
            held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else left
            where = viewport.mapToGlobal(place.toPoint()).toPointF()
            event = QMouseEvent(kind, place, where, button, held, Qt.KeyboardModifier.NoModifier)
            self.app.sendEvent(viewport, event)
            self.pause(0.02)

    def grab(self) -> QImage:
        """Return what the screen shows where the window is, popups and dialogs included."""
        self.app.processEvents()
        self.pause(0.3)
        corner = self.window.mapToGlobal(self.window.rect().topLeft())
        size = self.window.size()
        screen = self.window.screen()
        return screen.grabWindow(0, corner.x(), corner.y(), size.width(), size.height()).toImage()

    def close(self) -> None:
        self.window.close()
        self.studio.close()
        self.window.deleteLater()
        self.pause(0.1)
        shutil.rmtree(self.home, ignore_errors=True)


@contextlib.contextmanager
def scene(theme: str, size: tuple[int, int]) -> Iterator[Scene]:
    one = Scene(theme, size)
    try:
        yield one
    finally:
        one.close()


def start() -> Iterator[tuple[str, QImage]]:
    """The window as it opens, before any picture."""
    with scene("light", SMALL) as one:
        one.pause(2.0)
        yield "start", one.grab()


def first() -> Iterator[tuple[str, QImage]]:
    """A photograph is open and its preview is there."""
    with scene("dark", SMALL) as one:
        one.open(SAMPLES / "coffee.png")
        one.style("painting:evening-bay")
        one.pause(NOTICES_S)
        yield "first-picture", one.grab()


def studio() -> Iterator[tuple[str, QImage]]:
    """Results on the strip, compared with the photograph."""
    from desktop.canvas.compare import CompareMode

    with scene("light", LARGE) as one:
        one.open(SAMPLES / "chelsea.png")
        for key in ("painting:river-afternoon", "painting:evening-bay", "painting:breaker"):
            one.style(key)
            one.paint()
        one.page.canvas.set_mode(CompareMode.SPLIT)
        one.window.toggle_jobs()
        one.pause(NOTICES_S)
        yield "studio-light", one.grab()


def blend() -> Iterator[tuple[str, QImage]]:
    """Two styles, blended."""
    with scene("dark", LARGE) as one:
        one.open(SAMPLES / "coffee.png")
        one.style("painting:evening-bay")
        one.blend("painting:two-carp")
        one.set("stroke", 7.0)
        one.set("strength", 0.9)
        one.paint()
        one.pause(NOTICES_S)
        yield "blend-dark", one.grab()


def own() -> Iterator[tuple[str, QImage]]:
    """A picture of the user's as the style."""
    with scene("light", SMALL) as one:
        one.open(SAMPLES / "rocket.jpg")
        one.page.files.add_styles([SAMPLES / "hubble_deep_field.jpg"])
        one.pause(2.0)
        one.settle()
        one.pause(NOTICES_S)
        yield "own-style", one.grab()


def mask() -> Iterator[tuple[str, QImage]]:
    """A mask while it is painted."""
    from dataclasses import replace

    with scene("dark", SMALL) as one:
        one.open(SAMPLES / "coffee.png")
        one.style("painting:evening-bay")
        one.page.actions()
        one.page.panel.mask_wanted.emit(-1, "paint")
        one.pause(0.5)
        painter = one.page.canvas.mask_painter
        painter.brush = replace(painter.brush, size=110.0)
        around = [(0.30, 0.42), (0.36, 0.30), (0.47, 0.25), (0.58, 0.30), (0.61, 0.42)]
        back = [(0.56, 0.54), (0.46, 0.58), (0.36, 0.55), (0.31, 0.45), (0.46, 0.40)]
        one.stroke([*around, *back])
        one.settle()
        one.pause(1.0)
        yield "mask", one.grab()


def export() -> Iterator[tuple[str, QImage]]:
    """The dialog that writes a file."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    with scene("light", SMALL) as one:
        one.open(SAMPLES / "coffee.png")
        one.style("painting:harbour-morning")
        one.paint()
        one.pause(NOTICES_S)
        taken: list[QImage] = []

        def take() -> None:
            dialog = QApplication.activeModalWidget()
            if dialog is not None and not taken:
                taken.append(one.grab())
                dialog.close()

        timer = QTimer()
        timer.setSingleShot(True)
        timer.timeout.connect(take)
        timer.start(1500)
        one.page.commands.export()
        yield "export", taken[0]


def search() -> Iterator[tuple[str, QImage]]:
    """Every command by a few letters, and the sheet behind the device chip."""
    from PySide6.QtWidgets import QApplication

    with scene("dark", SMALL) as one:
        one.open(SAMPLES / "astronaut.png")
        one.style("built-in:tapestry")
        one.pause(NOTICES_S)
        one.window.open_palette()
        one.window.palette_.field.setText("ma")
        one.pause(0.5)
        yield "commands", one.grab()
        one.window.palette_.dismiss()
        one.window.chip.open_sheet()
        one.pause(3.0)
        yield "device", one.grab()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()


SCENES: dict[str, Callable[[], Iterator[tuple[str, QImage]]]] = {
    function.__name__: function
    for function in (start, first, studio, blend, own, mask, export, search)
}


def write(name: str, image: QImage, folder: Path) -> Path:
    """Write a picture as small as it can be without harm: few colours as PNG, else JPEG."""
    from PIL import Image
    from PySide6.QtGui import QImage as Image_

    image = image.convertToFormat(Image_.Format.Format_RGB888)
    data = bytes(image.constBits())
    picture = Image.frombuffer(
        "RGB", (image.width(), image.height()), data, "raw", "RGB", image.bytesPerLine(), 1
    )
    for suffix in (".png", ".jpg"):
        (folder / f"{name}{suffix}").unlink(missing_ok=True)
    path = folder / f"{name}.png"
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    if path.stat().st_size > LIMIT_BYTES or len(picture.getcolors(1 << 22) or ()) > 20_000:
        path.unlink()
        path = folder / f"{name}.jpg"
        for quality in range(90, 40, -4):
            picture.save(path, quality=quality, subsampling=1, optimize=True, progressive=True)
            if path.stat().st_size <= LIMIT_BYTES:
                break
    return path


@contextlib.contextmanager
def screen() -> Iterator[None]:
    """Have an X server without a screen, with a window manager, where there is none."""
    if not sys.platform.startswith("linux"):
        yield
        return
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "2000x1200x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as number:
        os.environ["DISPLAY"] = f":{number.readline().strip()}"
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield
    finally:
        manager.terminate()
        server.terminate()
        manager.wait()
        server.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=", ".join(SCENES))
    parser.add_argument("--out", type=Path, default=PICTURES)
    namespace = parser.parse_args()
    unknown = [name for name in namespace.scenes if name not in SCENES]
    if unknown:
        parser.error(f"no such scene: {', '.join(unknown)}")
    namespace.out.mkdir(parents=True, exist_ok=True)
    with screen():
        for name in namespace.scenes or SCENES:
            for title, image in SCENES[name]():
                path = write(title, image, namespace.out)
                print(f"{path.name}: {image.width()} x {image.height()}, "
                      f"{path.stat().st_size / 1000:.0f} kB", flush=True)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
