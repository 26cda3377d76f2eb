"""`gesso-studio --selftest`: does the main job work in this installation?

It is done as a user does it, in the real window and through the real engine: a photograph is
dropped on the canvas, the preview appears, Paint is pressed, the result is exported. A folder of
its own, removed afterwards, stands in for the user's folders. Every wait has an end.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from desktop.selftest_parts import Report, difference, loaded_by, pixels_of, watch_first_paint
from engine.api import resources

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop.app import Studio
    from desktop.pages.style_page import StylePage

SAMPLE = "coffee.png"
WHOLE_LIMIT_S = 420.0
WINDOW_LIMIT_S = 30.0
OPEN_LIMIT_S = 30.0
PREVIEW_LIMIT_S = 120.0
PAINT_LIMIT_S = 180.0
EXPORT_LIMIT_S = 30.0

LEAST_DIFFERENCE = 6.0
"""Mean difference of a repainted picture from its photograph, of 255, that is no rounding."""

LEAST_CONTRAST = 10.0
"""Standard deviation of a picture, of 255, below which it is one flat colour or nearly."""


class SelfTest:
    """The checks, in their order; each returns one line, or raises with the reason."""

    def __init__(self) -> None:
        self._app: QApplication | None = None
        self._studio: Studio | None = None
        self._photo = Path(os.environ["GESSO_HOME"]) / "Kaffee – 咖啡 1.png"
        self._troubles: list[str] = []
        self._told: list[str] = []

    def hear_qt(self, _kind: object, _where: object, text: str) -> None:
        """Pass on what Qt says; a style sheet that it does not understand is a failure."""
        if "parse" in text.lower():
            self._troubles.append(text)
        if sys.stderr is not None:
            sys.stderr.write(text + "\n")

    def checks(self) -> tuple[Callable[[], str], ...]:
        """Return what is checked; each needs those before it."""
        return (
            self.check_resources,
            self.check_window,
            self.check_look,
            self.check_engine,
            self.check_open,
            self.check_preview,
            self.check_paint,
            self.check_export,
            self.check_processes,
            self.check_close,
        )

    def take(
        self, kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        """Remember an exception that nobody caught; the check that is running fails by it."""
        self._troubles.append(f"{kind.__name__}: {error}")

    # -- the checks -------------------------------------------------------------------------------

    def check_resources(self) -> str:
        """Look for the files that the studio cannot do without."""
        root = resources()
        wanted = (
            "themes/studio.qss", "themes/dark.toml", "fonts/manifest.toml", "i18n/zh_CN.json",
            "styles/index.toml", f"samples/{SAMPLE}", "licences/Apache-2.0.txt",
        )  # fmt: skip
        missing = [name for name in wanted if not (root / name).is_file()]
        if missing:
            raise FileNotFoundError(f"{', '.join(missing)} in {root}")
        return str(root)

    def check_window(self) -> str:
        """Start engine and window as a user's start does, and wait for the first paint."""
        import psutil
        from PySide6.QtCore import qInstallMessageHandler

        from desktop.app import Studio, create_engine, make_application, page_factories
        from engine.api import Folders

        qInstallMessageHandler(self.hear_qt)
        self._app = make_application([])
        folders = Folders.of_user()
        self._studio = Studio(self._app, folders, create_engine(folders), page_factories())
        window = self._studio.window
        painted = watch_first_paint(window)
        window.show()
        self._until(lambda: bool(painted), WINDOW_LIMIT_S, "the first paint")
        self._page.notice.connect(self._hear)
        self._page.live.failed.connect(self._troubles.append)
        self._page.runs.failed.connect(lambda job: self._troubles.append(str(job.error)))
        seconds = painted[0] - psutil.Process().create_time()
        return (
            f"{window.width()} × {window.height()}, platform {self._app.platformName()}, "
            f"painted {seconds:.2f} s after the program began"
        )

    def check_look(self) -> str:
        """Load every icon, typeface and theme."""
        from PySide6.QtCore import QSize
        from PySide6.QtGui import QFontDatabase

        from desktop import icons, theme

        if "Inter" not in QFontDatabase.families():
            raise RuntimeError("the typeface Inter did not load")
        names = sorted(path.stem for path in (resources() / "icons").glob("*.svg"))
        for name in names:
            if icons.icon(name).pixmap(QSize(24, 24)).isNull():
                raise RuntimeError(f"icon {name} cannot be drawn")
        for name in theme.THEMES:
            theme.style_sheet(theme.load(name))
        return f"{len(names)} icons, {len(theme.THEMES)} themes, typeface Inter"

    def check_engine(self) -> str:
        """Ask the engine for its models and styles."""
        engine = self._open_studio.engine
        models = engine.models()
        lacking = [f"{model.id}: {model.reason}" for model in models if not model.is_available]
        if lacking or not models:
            raise RuntimeError("; ".join(lacking) or "no models")
        styles = [style for style in engine.styles() if style.is_available]
        if not styles:
            raise RuntimeError("no styles")
        report = engine.device_report()
        return f"{len(models)} models, {len(styles)} styles, {report.processor}"

    def check_open(self) -> str:
        """Drop a photograph on the window."""
        from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
        from PySide6.QtGui import QDragEnterEvent, QDropEvent
        from PySide6.QtWidgets import QApplication

        shutil.copyfile(resources() / "samples" / SAMPLE, self._photo)
        canvas, window = self._page.canvas, self._open_studio.window
        centre = canvas.mapTo(window, canvas.rect().center())
        target = window.childAt(centre)
        if target is None:
            raise RuntimeError("there is nothing where the canvas should be")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self._photo))])
        place: QPoint = target.mapFrom(window, centre)
        how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
        enter = QDragEnterEvent(place, *how, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, enter)
        if not enter.isAccepted():
            raise RuntimeError("the canvas does not take the file")
        drop = QDropEvent(QPointF(place), *how, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, drop)
        self._until(lambda: canvas.has_picture, OPEN_LIMIT_S, "the photograph on the canvas")
        return f"“{self._photo.name}” dropped on the canvas"

    def check_preview(self) -> str:
        """Wait for the small picture that follows every change."""
        import numpy as np

        page = self._page
        self._until(
            lambda: page.canvas.after.pyramid is not None and not page.live.is_busy,
            PREVIEW_LIMIT_S,
            "the live preview",
        )
        after, before = page.canvas.after.pyramid, page.canvas.before.pyramid
        if after is None or before is None:
            raise RuntimeError("the canvas is empty")
        small = pixels_of(after.levels[0])
        height, width = small.shape[:2]
        distance = difference(small, pixels_of(before.levels[0], (width, height)))
        if distance < LEAST_DIFFERENCE or float(np.std(small)) < LEAST_CONTRAST:
            raise RuntimeError(f"the preview is no repainting: difference {distance:.1f} of 255")
        return f"{width} × {height} px, differs by {distance:.0f} of 255"

    def check_paint(self) -> str:
        """Press Paint and wait for the result on the canvas."""
        import numpy as np
        from PySide6.QtGui import QImage

        page = self._page
        button = page.panel.run_button
        if not (button.isVisible() and button.isEnabled()):
            raise RuntimeError("the button Paint cannot be pressed")
        button.click()
        self._until(
            lambda: page.results.generation is not None, PAINT_LIMIT_S, "the painted picture"
        )
        made = page.results.generation
        if made is None:
            raise RuntimeError("the result is gone")
        photo = QImage(str(self._photo))
        result = QImage(str(self._open_studio.engine.asset_path(made.result)))
        if result.isNull() or result.size() != photo.size():
            raise RuntimeError(
                f"the result has {result.width()} × {result.height()} px, "
                f"the photograph {photo.width()} × {photo.height()}"
            )
        pixels = pixels_of(result)
        distance = difference(pixels, pixels_of(photo))
        if distance < LEAST_DIFFERENCE or float(np.std(pixels)) < LEAST_CONTRAST:
            raise RuntimeError(f"the result is no repainting: difference {distance:.1f} of 255")
        ran = "; ".join(dict.fromkeys(part.summary() for part in made.ran)) or "not said where"
        return (
            f"{result.width()} × {result.height()} px, differs by {distance:.0f} of 255, "
            f"worker {made.seconds:.2f} s, {ran}"
        )

    def check_export(self) -> str:
        """Export the result by the dialog, and read it back with its recipe."""
        from PySide6.QtCore import QTimer
        from PySide6.QtGui import QImage
        from PySide6.QtWidgets import QApplication

        from desktop.dialogs.export import ExportDialog

        self._told.clear()
        answers = []

        def accept() -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, ExportDialog):
                answers.append(dialog.answer())
                dialog.accept()

        timer = QTimer()
        timer.timeout.connect(accept)
        timer.start(50)
        self._page.commands.export()
        timer.stop()
        self._until(lambda: bool(self._told), EXPORT_LIMIT_S, "the exported file")
        path = answers[0].target
        if not path.is_file() or QImage(str(path)).isNull():
            raise RuntimeError(f"{path} cannot be read: {'; '.join(self._told)}")
        recipe = self._open_studio.engine.read_recipe(path)
        if recipe is None or recipe.task != "stylize":
            raise RuntimeError(f"{path.name} does not say how it was made")
        return f"{path.name}, {path.stat().st_size / 1e3:.0f} kB, with its recipe"

    def check_processes(self) -> str:
        """Look at what is loaded: no ONNX Runtime here, no Qt in the workers."""
        import psutil

        if "onnxruntime" in sys.modules:
            raise RuntimeError("the window's process has imported onnxruntime")
        workers = psutil.Process().children(recursive=True)
        if not workers:
            raise RuntimeError("there is no worker process")
        if not hasattr(psutil.Process, "memory_maps"):
            return f"{len(workers)} workers; what they have loaded cannot be seen here"
        own = loaded_by(psutil.Process().pid)
        theirs = {name for worker in workers for name in loaded_by(worker.pid)}
        strange = [name for name in own if "onnxruntime" in name or "openvino" in name]
        strange += [name for name in theirs if "qt6" in name or "pyside" in name]
        if strange:
            raise RuntimeError(f"loaded where they do not belong: {', '.join(sorted(strange))}")
        if not any("onnxruntime" in name for name in theirs):
            raise RuntimeError("no worker has loaded onnxruntime")
        megabytes = [psutil.Process().memory_info().rss / 1e6]
        megabytes += [worker.memory_info().rss / 1e6 for worker in workers]
        sizes = " + ".join(f"{size:.0f}" for size in megabytes)
        return f"window without ONNX Runtime, {len(workers)} workers without Qt, {sizes} MB"

    def check_close(self) -> str:
        """Close the window as a user does; workers end with it."""
        import psutil

        workers = psutil.Process().children(recursive=True)
        self._open_studio.window.close()
        self._open_studio.close()
        _, left = psutil.wait_procs(workers, timeout=10)
        if left:
            raise RuntimeError(f"{len(left)} workers are still there")
        if self._troubles:
            raise RuntimeError("; ".join(self._troubles))
        return "everything ended"

    # -- what they stand on -----------------------------------------------------------------------

    @property
    def _open_studio(self) -> Studio:
        if self._studio is None:
            raise RuntimeError("the window was not opened")
        return self._studio

    @property
    def _page(self) -> StylePage:
        from desktop.pages.style_page import StylePage

        page = self._open_studio.window.page
        if not isinstance(page, StylePage):
            raise TypeError("the style page is not shown")
        return page

    def _hear(self, text: str, kind: str) -> None:
        self._told.append(text)
        if kind == "error":
            self._troubles.append(text)

    def _until(self, is_done: Callable[[], bool], limit_s: float, what: str) -> None:
        """Let the window live until `is_done`, something fails, or time is up."""
        from PySide6.QtCore import QEventLoop, QTimer

        ends_s = time.monotonic() + limit_s
        loop = QEventLoop()
        timer = QTimer()

        def look() -> None:
            if is_done() or self._troubles or time.monotonic() > ends_s:
                loop.quit()

        timer.timeout.connect(look)
        timer.start(10)
        loop.exec()
        timer.stop()
        if self._troubles:
            raise RuntimeError("; ".join(self._troubles))
        if not is_done():
            raise TimeoutError(f"waited {limit_s:.0f} s for {what}")


def run_selftest(report_path: Path | None = None) -> int:
    """Run every check, tell of each in a line, and return 0 if all passed.

    Args:
        report_path: file for the same lines, for programs without a standard output.
    """
    report = Report(report_path)
    test = SelfTest()
    sys.excepthook = test.take
    current = ""

    def give_up() -> None:
        report.failed(f"{current}: nothing came of it within {WHOLE_LIMIT_S:.0f} s")
        if sys.stderr is not None:
            faulthandler.dump_traceback()
        os._exit(1)

    guard = threading.Timer(WHOLE_LIMIT_S, give_up)
    guard.daemon = True
    guard.start()
    try:
        for check in test.checks():
            current = check.__name__.removeprefix("check_")
            if report.failures:
                report.line(f"not tried {current}")
                continue
            started = time.perf_counter()
            try:
                found = check()
            except Exception as error:  # noqa: BLE001 - a self-test reports whatever happens
                report.failed(f"{current}: {type(error).__name__}: {error}")
            else:
                report.line(f"ok     {current}: {found} ({time.perf_counter() - started:.2f} s)")
        if report.failures:
            with contextlib.suppress(Exception):
                test.check_close()
    finally:
        guard.cancel()
        report.close()
    return 1 if report.failures else 0
