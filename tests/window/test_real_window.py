"""The studio as its user meets it: a process, a screen, a window manager, keys and pixels.

Nothing inside the program is looked at: what it shows is read off the screen, what it keeps off
the disk.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[2]
MISSING = [
    name
    for name in ("Xvfb", "openbox", "xdotool", "xwininfo", "import")
    if shutil.which(name) is None
]

pytestmark = [
    pytest.mark.window,
    pytest.mark.weights,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Xvfb is for X11 alone"),
]

CORNER = (255, 0, 255)
GREEN_CORNER = (0, 255, 0)


def photo(path: Path, corner: tuple[int, int, int]) -> Path:
    """Write a smooth picture, so that any texture on the screen is paint; corners are marked."""
    y, x = np.mgrid[0:600, 0:800].astype(np.float32)
    pixels = np.stack([60 + x / 8, 90 + y / 8, 170 - x / 16], axis=2).astype(np.uint8)
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    for left in (0, 740):
        for top in (0, 540):
            draw.rectangle((left, top, left + 59, top + 59), fill=corner)
    image.save(path)
    return path


class Screen:
    """A screen without glass, with a window manager on it."""

    def __init__(self, size: tuple[int, int], folder: Path) -> None:
        self.width, self.height = size
        self._folder = folder
        self._shots = 0
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size[0]}x{size[1]}x24"],
            pass_fds=(writing,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            self.display = f":{told.readline().strip()}"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("QT_")}
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.environment["DISPLAY"] = self.display
        self._manager = subprocess.Popen(
            ["openbox", "--sm-disable"], env=self.environment, stderr=subprocess.DEVNULL
        )

    def close(self) -> None:
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(20)

    def do(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return done.stdout

    def shot(self, name: str = "") -> np.ndarray:
        """Return the screen as (height, width, 3) uint8; kept in the test's folder if named."""
        path = self._folder / (f"{name}.png" if name else "look.png")
        subprocess.run(
            ["import", "-window", "root", str(path)], env=self.environment, timeout=30, check=True
        )
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))

    def window_of(self, pid: int) -> str:
        """Return the X id of the large window of a process, or an empty text."""
        for window in self.do("search", "--onlyvisible", "--pid", str(pid)).split():
            width, height = self.place_of(window)[2:]
            if width > 300 and height > 300:
                return window
        return ""

    def place_of(self, window: str) -> tuple[int, int, int, int]:
        """Return left, top, width and height; zeros for a window that is gone."""
        # xdotool adds the title bar's height to the top twice.
        said = subprocess.run(
            ["xwininfo", "-id", window],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        ).stdout
        known = dict(line.strip().split(":", 1) for line in said.splitlines() if ":" in line)
        names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
        left, top, width, height = (int(known.get(name, "0")) for name in names)
        return left, top, width, height


def until(condition: Callable[[], object], what: str, timeout_s: float = 90.0) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {timeout_s:.0f} s for {what}")
        time.sleep(0.25)


class Run:
    """One start of the studio."""

    def __init__(self, screen: Screen, home: Path, *files: Path) -> None:
        self.screen = screen
        environment = {**screen.environment, "GESSO_HOME": str(home), "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "desktop", *map(str, files)], cwd=ROOT, env=environment
        )
        until(lambda: self.ended or screen.window_of(self.process.pid), "the window")
        assert not self.ended, f"the studio ended with {self.process.returncode}"
        self.window = screen.window_of(self.process.pid)
        screen.do("windowactivate", "--sync", self.window)

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def canvas(self) -> np.ndarray:
        """Return the middle of the canvas: a part that the picture covers at any size."""
        left, top, width, height = self.screen.place_of(self.window)
        shot = self.screen.shot()
        y, x = top + int(height * 0.28), left + int(width * 0.25)
        return shot[y : y + int(height * 0.25), x : x + int(width * 0.25)].astype(np.int16)

    def texture(self) -> float:
        """Return how much neighbouring pixels differ: near 0 for the photograph, more for paint."""
        middle = self.canvas()
        return float(np.abs(np.diff(middle, axis=1)).mean())

    def shows_original(self, corner: tuple[int, int, int], name: str = "") -> bool:
        """Hold the key for the original and look for all four corners of the photograph."""
        self.screen.do("windowactivate", "--sync", self.window)
        left, top, width, height = self.screen.place_of(self.window)
        # The pointer rests on the canvas, where a click gives it the keyboard.
        self.screen.do("mousemove", str(left + int(width * 0.4)), str(top + int(height * 0.5)))
        self.screen.do("click", "1")
        self.screen.do("keydown", "backslash")
        time.sleep(0.4)
        shot = self.screen.shot(name)
        self.screen.do("keyup", "backslash")
        marked = np.all(np.abs(shot.astype(np.int16) - corner) < 12, axis=2)
        if not marked.any():
            return False
        rows, columns = np.nonzero(marked)
        y, x = (rows.min() + rows.max()) // 2, (columns.min() + columns.max()) // 2
        quarters = (marked[:y, :x], marked[:y, x:], marked[y:, :x], marked[y:, x:])
        counts = [int(quarter.sum()) for quarter in quarters]
        return min(counts) > 0.8 * max(counts) > 100

    def close(self) -> int:
        self.screen.do("windowactivate", "--sync", self.window)
        self.screen.do("key", "alt+F4")
        return self.process.wait(40)


def records(home: Path) -> list[dict]:
    """Return what the journal of jobs says, oldest line first."""
    lines = [line for path in home.rglob("jobs*.jsonl") for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines if line.endswith("}")]


def is_done(home: Path) -> bool:
    return any('"done"' in json.dumps(record) for record in records(home))


def paint_button(screen: Screen, shot: np.ndarray) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the lowest bar in the accent's fill on the right."""
    theme = tomllib.loads((ROOT / "resources/themes/dark.toml").read_text())
    value = theme["accent"]["fill"].lstrip("#")
    accent = [int(value[i : i + 2], 16) for i in (0, 2, 4)]
    half = screen.width // 2
    is_fill = np.all(np.abs(shot[:, half:].astype(np.int16) - accent) < 6, axis=2)
    wide = np.flatnonzero(is_fill.sum(axis=1) > 150)
    assert wide.size, "no button in the accent's colour"
    bottom = top = int(wide[-1])
    while top - 1 in wide:
        top -= 1
    columns = np.flatnonzero(is_fill[top : bottom + 1].any(axis=0))
    return int(columns[0]) + half, top, int(columns[-1]) + half, bottom


@pytest.fixture
def screen_of(tmp_path: Path) -> Iterator[Callable[[int, int], Screen]]:
    screens: list[Screen] = []

    def make(width: int, height: int) -> Screen:
        screens.append(Screen((width, height), tmp_path))
        return screens[-1]

    yield make
    for screen in screens:
        screen.close()


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    """Runs that a failing test leaves behind are ended."""
    started: list[Run] = []
    yield started
    for run in started:
        if not run.ended:
            run.process.kill()
            run.process.wait(20)


@pytest.fixture
def dark_home(tmp_path: Path) -> Path:
    home = tmp_path / "studio"
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.json").write_text('{"theme": "dark", "language": "en"}')
    return home


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_a_photograph_is_painted_by_a_key_and_the_window_closed(
    screen_of: Callable[[int, int], Screen],
    runs: list[Run],
    tmp_path: Path,
    dark_home: Path,
    size: tuple[int, int],
) -> None:
    screen = screen_of(*size)
    run = Run(screen, dark_home, photo(tmp_path / "corners.png", CORNER))
    runs.append(run)
    until(lambda: run.texture() > 1.5, "the preview on the canvas")
    shot = screen.shot(f"preview-{size[0]}x{size[1]}")

    left, top, width, height = screen.place_of(run.window)
    assert left >= 0
    assert top >= 0
    assert left + width <= screen.width
    assert top + height <= screen.height
    button = paint_button(screen, shot)
    assert button[2] - button[0] > 150
    assert button[3] - button[1] > 24
    assert button[3] < top + height - 4
    assert button[2] < left + width - 4
    assert run.shows_original(CORNER, f"original-{size[0]}x{size[1]}"), "the picture is cut"

    screen.do("key", "ctrl+Return")
    until(lambda: is_done(dark_home), "a finished job in the journal")
    until(lambda: list(dark_home.rglob("history.jsonl")), "the result in the project")
    time.sleep(1.0)
    screen.shot(f"result-{size[0]}x{size[1]}")
    assert run.texture() > 1.5
    assert run.close() == 0
    assert not list(dark_home.rglob("lock.json")), "the project was not closed"


def test_after_a_kill_in_the_middle_the_picture_is_there_again(
    screen_of: Callable[[int, int], Screen], runs: list[Run], tmp_path: Path, dark_home: Path
) -> None:
    screen = screen_of(1280, 800)
    first = Run(screen, dark_home, photo(tmp_path / "magenta.png", CORNER))
    runs.append(first)
    until(lambda: first.shows_original(CORNER), "the first photograph")
    assert first.close() == 0

    second = Run(screen, dark_home, photo(tmp_path / "green.png", GREEN_CORNER))
    runs.append(second)
    until(lambda: second.shows_original(GREEN_CORNER), "the second photograph")
    time.sleep(1.0)  # half a second is what the autosave promises
    screen.do("key", "ctrl+Return")
    until(lambda: bool(records(dark_home)), "the job in the journal", 30)
    second.process.send_signal(signal.SIGKILL)
    second.process.wait(20)

    third = Run(screen, dark_home)
    runs.append(third)
    until(lambda: third.shows_original(GREEN_CORNER, "restored"), "the picture that was lost")
    assert third.close() == 0
