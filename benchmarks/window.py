"""How the window feels: first paint, the largest gap of its event loop, slider to pixel.

    python -m benchmarks.window [--photo FILE] [--starts 3] [--changes 40] [--json result.json]

Runs on the screen that Qt finds, or off screen without one. All of it is measured with the real
engine and its worker processes.

- First paint: from the start of the process to the end of the window's first paint event. Cold
  means a fresh home and the files of Python's packages asked out of the page cache, as far as the
  system lets go of them; warm is the same home again.
- Gap: a timer of 5 ms ticks while a picture of six megapixels is painted and previews run. Printed
  are the largest time between two ticks, the processor time that the window's thread itself spent
  in that gap, and the largest delay that an idle process saw meanwhile: what the machine did to
  everybody.
- Slider to pixel: from the move of the slider's handle to the end of the paint event that shows the
  preview of that value, 512 pixels on the long side.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app import Studio, create_engine, make_application, page_factories
from desktop.forms.sliders import SliderField
from desktop.pages.style_page import StylePage
from engine.api import Folders, JobState, resources

TICK_MS = 5
SAMPLE = "rocket.jpg"


@dataclass(frozen=True)
class Gap:
    """The time between two ticks of the heart.

    Attributes:
        wall_ms: by the clock.
        own_ms: processor time of the window's thread within it.
    """

    wall_ms: float
    own_ms: float


class Heartbeat(QObject):
    """A timer that notes how late it is, and what the window's thread did meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[Gap] = []
        self._last = (time.perf_counter(), time.thread_time())
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        wall, own = ((b - a) * 1000 for a, b in zip(self._last, now, strict=True))
        self.gaps.append(Gap(wall, own))
        self._last = now

    def stop(self) -> None:
        self._timer.stop()

    @property
    def widest(self) -> Gap:
        return max(self.gaps, key=lambda gap: gap.wall_ms)

    @property
    def busiest(self) -> Gap:
        return max(self.gaps, key=lambda gap: gap.own_ms)


_IDLE = """
import sys, time
worst = 0.0
end = time.perf_counter() + float(sys.argv[1])
last = time.perf_counter()
while last < end and sys.stdin is not None:
    time.sleep(0.005)
    now = time.perf_counter()
    worst = max(worst, now - last)
    last = now
    print(worst * 1000, flush=True)
"""


class Bystander:
    """A process that only sleeps 5 ms at a time, and tells how long that took at worst."""

    def __init__(self, most_s: float = 300.0) -> None:
        self._file = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed in `stop`
        self._process = subprocess.Popen(
            [sys.executable, "-c", _IDLE, str(most_s)], stdout=self._file
        )

    def stop(self) -> float:
        """Return the largest delay in milliseconds."""
        self._process.kill()
        self._process.wait(20)
        self._file.seek(0)
        lines = self._file.read().splitlines()[:-1]
        self._file.close()
        return float(lines[-1]) if lines else 0.0


class FirstPaint(QObject):
    """Notes when a widget has been painted since `expect` was called."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.at: float | None = None
        self._is_expected = True
        widget.installEventFilter(self)

    def expect(self) -> None:
        self.at = None
        self._is_expected = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._is_expected and event.type() == QEvent.Type.Paint:
            self._is_expected = False
            # Queued behind the paint event that is about to be handled.
            QTimer.singleShot(0, self, self._note)
        return False

    def _note(self) -> None:
        self.at = time.perf_counter()


def until(condition: Callable[[], object], timeout_s: float = 180.0) -> None:
    """Run the event loop until `condition` holds.

    Raises:
        TimeoutError: it took too long.
    """
    app = QApplication.instance()
    end = time.perf_counter() + timeout_s
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError("the window did not get there")
        app.processEvents()
        time.sleep(0.0005)


@contextlib.contextmanager
def studio(home: Path) -> Iterator[tuple[Studio, StylePage]]:
    """Open the studio with its real engine."""
    app = QApplication.instance() or make_application([])
    folders = Folders.under(home)
    opened = Studio(app, folders, create_engine(folders), page_factories())
    opened.window.resize(1280, 800)
    opened.window.show()
    try:
        yield opened, opened.window.page
    finally:
        opened.window.close()
        opened.close()
        opened.window.deleteLater()
        opened.deleteLater()
        app.processEvents()


def open_picture(page: StylePage, picture: Path) -> None:
    """Open a picture and wait for its preview on the canvas."""
    seen: list[object] = []
    page.live.previewed.connect(lambda *_: seen.append(1))
    page.open_files([picture])
    until(lambda: page.canvas.has_picture and seen and not page.live.is_busy)


def large_picture(folder: Path, source: Path, megapixels: float = 6.0) -> Path:
    """Write an enlargement of `source` of about so many megapixels."""
    image = QImage(str(source))
    factor = (megapixels * 1e6 / (image.width() * image.height())) ** 0.5
    large = image.scaled(
        round(image.width() * factor),
        round(image.height() * factor),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    path = folder / "large.png"
    large.save(str(path), "PNG", 90)
    return path


def heartbeat_of_a_run(page: StylePage, opened: Studio) -> tuple[Heartbeat, float]:
    """Paint at full size with previews in between; return the heart and the machine's delay."""
    bystander = Bystander()
    heart = Heartbeat()
    page.run()
    job = opened.bridge.jobs()[-1].id
    slider = _slider(page)
    count = 0
    changed = time.perf_counter()

    def is_over() -> bool:
        nonlocal count, changed
        if time.perf_counter() - changed > 0.25:
            count += 1
            changed = time.perf_counter()
            slider.setSliderPosition(300 + 97 * count % 700)
        return opened.engine.job(job).state.is_final

    slider.setSliderDown(True)
    until(is_over)
    slider.setSliderDown(False)
    until(lambda: page.session.generation(job) is not None and not page.live.is_busy)
    heart.stop()
    state = opened.engine.job(job).state
    if state is not JobState.DONE:
        raise RuntimeError(f"the run ended as {state.value}")
    return heart, bystander.stop()


def _slider(page: StylePage) -> Any:
    field = page.panel.form.widget("strength")
    if not isinstance(field, SliderField):
        raise TypeError("the strength has no slider")
    return field.slider


def slider_to_pixel(page: StylePage, changes: int) -> list[float]:
    """Return the milliseconds of `changes` changes, each waited for."""
    slider = _slider(page)
    painted = FirstPaint(page.canvas.viewport())
    previews: list[object] = []
    page.live.previewed.connect(lambda *_: (previews.append(1), painted.expect()))
    times = []
    slider.setSliderDown(True)
    for number in range(changes):
        until(lambda: not page.live.is_busy)
        previews.clear()
        started = time.perf_counter()
        slider.setSliderPosition(200 + (number * 389) % 700)
        until(lambda: previews and painted.at is not None)
        times.append((painted.at - started) * 1000)
    slider.setSliderDown(False)
    return times


def _first_paint(started: float, home: str) -> int:
    """Child process: open the window and print when it was first painted."""
    with studio(Path(home)) as (opened, _):
        painted = FirstPaint(opened.window.centralWidget())
        until(lambda: painted.at is not None)
        age = time.time() - (time.perf_counter() - painted.at)
        sys.stdout.write(f"{(age - started) * 1000:.0f}\n")
    return 0


def _forget_files() -> None:
    """Ask the system to drop the packages' files from its page cache."""
    if not hasattr(os, "posix_fadvise"):
        return
    for root in (Path(sysconfig.get_paths()["purelib"]), Path(__file__).resolve().parents[1]):
        for path in root.rglob("*"):
            if path.suffix in {".so", ".py", ".pyc", ".ttf", ".svg"} or ".so." in path.name:
                with contextlib.suppress(OSError), path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def first_paints(starts: int, folder: Path) -> tuple[float, list[float]]:
    """Return the milliseconds of a cold start and of `starts` warm ones."""
    times = []
    for number in range(starts + 1):
        if number == 0:
            _forget_files()
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "benchmarks.window",
                "--child",
                repr(time.time()),
                str(folder / "home"),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        times.append(float(done.stdout.split()[-1]))
    return times[0], times[1:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photo", type=Path, default=resources() / "samples" / SAMPLE)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--changes", type=int, default=40)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        return _first_paint(float(given.child[0]), given.child[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold, warm = first_paints(given.starts, folder)
        print(f"first paint   cold {cold:.0f} ms, warm {statistics.median(warm):.0f} ms (median)")
        make_application([])
        with studio(folder / "home") as (opened, page):
            open_picture(page, given.photo)
            slider_to_pixel(page, 5)  # the first previews prepare the network
            times = slider_to_pixel(page, given.changes)
            p95 = sorted(times)[round(0.95 * (len(times) - 1))]
            median = statistics.median(times)
            print(f"slider→pixel  median {median:.0f} ms, p95 {p95:.0f} ms ({len(times)} changes)")
            open_picture(page, large_picture(folder, given.photo))
            heart, delay = heartbeat_of_a_run(page, opened)
            print(
                f"event loop    largest gap {heart.widest.wall_ms:.0f} ms, of which the window's"
                f" thread worked {heart.widest.own_ms:.0f} ms; its longest work"
                f" {heart.busiest.own_ms:.0f} ms; an idle process waited {delay:.0f} ms;"
                f" {len(heart.gaps)} ticks"
            )
    if given.json:
        result = {
            "first_paint_cold_ms": cold,
            "first_paint_warm_ms": warm,
            "slider_to_pixel_ms": times,
            "largest_gap_ms": heart.widest.wall_ms,
            "largest_gap_own_ms": heart.widest.own_ms,
            "longest_work_ms": heart.busiest.own_ms,
            "idle_process_delay_ms": delay,
        }
        given.json.write_text(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
