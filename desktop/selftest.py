"""`gesso-studio --selftest`: does this installation have what the window needs?

Each check is a function in `CHECKS` that returns one line, or raises with the reason.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from engine.api import Folders, resources


def check_resources() -> str:
    """Look for the files that the window cannot do without."""
    root = resources()
    wanted = ("themes/studio.qss", "themes/dark.toml", "fonts/manifest.toml", "i18n/zh_CN.json")
    missing = [name for name in wanted if not (root / name).is_file()]
    if missing:
        raise FileNotFoundError(f"{', '.join(missing)} in {root}")
    return f"resources in {root}"


def check_look() -> str:
    """Load every icon, typeface and theme."""
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QFontDatabase
    from PySide6.QtWidgets import QApplication

    from desktop import icons, theme
    from desktop.app import make_application

    app = QApplication.instance() or make_application([])
    if not isinstance(app, QApplication):
        raise TypeError("no application")
    theme.load_fonts(app)
    if "Inter" not in QFontDatabase.families():
        raise RuntimeError("the typeface Inter did not load")
    names = sorted(path.stem for path in (resources() / "icons").glob("*.svg"))
    for name in names:
        if icons.icon(name).pixmap(QSize(24, 24)).isNull():
            raise RuntimeError(f"icon {name} cannot be drawn")
    for name in theme.THEMES:
        theme.style_sheet(theme.load(name))
    return f"{len(names)} icons, {len(theme.THEMES)} themes, typeface Inter"


def check_engine() -> str:
    """Start an engine, ask what it can do, and end it."""
    from desktop.app import create_engine

    engine = create_engine(Folders.of_user())
    try:
        report = engine.device_report()
        return f"engine with {len(engine.models())} models on {report.processor}"
    finally:
        engine.close()


CHECKS: list[Callable[[], str]] = [check_resources, check_look, check_engine]


def run_selftest() -> int:
    """Run every check, print a line for each, and return 0 if all passed."""
    failures = 0
    for check in CHECKS:
        started = time.perf_counter()
        name = check.__name__.removeprefix("check_")
        try:
            found = check()
        except Exception as error:  # noqa: BLE001 - a self-test reports whatever happens
            failures += 1
            sys.stdout.write(f"FAILED {name}: {type(error).__name__}: {error}\n")
        else:
            seconds = time.perf_counter() - started
            sys.stdout.write(f"ok     {name}: {found} ({seconds:.2f} s)\n")
        sys.stdout.flush()
    return 1 if failures else 0
