"""`gesso-studio [files]`: prepare what must come before Qt, then run the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

_USAGE = """usage: gesso-studio [--selftest [--selftest-report FILE]] [files…]

Open the studio, with pictures or projects if any are named.

  --selftest               repaint a sample photograph in a window that opens and closes by
                           itself, print what was found, and end
  --selftest-report FILE   write what was found to a file as well
  --version                print the version and end
"""
_REPORT = "--selftest-report"
_NO_DISPLAY = (
    "Gesso needs a screen and found none: neither DISPLAY nor WAYLAND_DISPLAY is set. "
    "Start it from a desktop session, or use the command line: gesso --help"
)


def has_display(environment: dict[str, str], platform: str = sys.platform) -> bool:
    """Return whether Qt will find a screen, so that it need not abort without one."""
    if not platform.startswith(("linux", "freebsd")):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the studio and return the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if "-h" in arguments or "--help" in arguments:
        sys.stdout.write(_USAGE)
        return 0
    if "--version" in arguments:
        from engine.api import __version__

        sys.stdout.write(f"Gesso {__version__}\n")
        return 0
    report, arguments = _selftest_report(arguments)
    is_selftest = "--selftest" in arguments
    unknown = [a for a in arguments if a.startswith("-") and a != "--selftest"]
    if unknown or (report is not None and not is_selftest):
        slip = f"does not know {' '.join(unknown)}" if unknown else f"takes {_REPORT} only for that"
        sys.stderr.write(f"gesso-studio {slip}.\n\n{_USAGE}")
        return 2
    if not has_display(dict(os.environ)):
        sys.stderr.write(_NO_DISPLAY + "\n")
        return 1

    from engine.api import forget_package_libraries

    forget_package_libraries()
    if not is_selftest:
        return _run([Path(a) for a in arguments], None)

    from desktop.selftest_parts import home_of_its_own

    with home_of_its_own():
        return _run([], partial(_selftest, report))


def _selftest(report: Path | None) -> int:
    from desktop.selftest import run_selftest

    return run_selftest(report)


def _selftest_report(arguments: list[str]) -> tuple[Path | None, list[str]]:
    """Return the file after `--selftest-report` and the other arguments."""
    if _REPORT not in arguments[:-1]:
        return None, arguments
    at = arguments.index(_REPORT)
    return Path(arguments[at + 1]), [*arguments[:at], *arguments[at + 2 :]]


def _run(files: Sequence[Path], instead: Callable[[], int] | None) -> int:
    """Run the window with `files`, or `instead` of it, with logs and crashes written down."""
    from desktop.crash import CrashReporter, watch_early
    from engine.api import Folders, log_to_file, log_to_stderr

    folders = Folders.of_user()
    crash_file = watch_early(folders.logs)
    try:
        log_to_file(folders.logs / "window.log")
    except OSError:
        log_to_stderr()
    reporter = CrashReporter()
    reporter.install()
    try:
        if instead is not None:
            return instead()
        from desktop.app import run

        return run(files, reporter)
    finally:
        reporter.uninstall()
        if crash_file is not None:
            import faulthandler

            faulthandler.disable()
            crash_file.close()


if __name__ == "__main__":
    sys.exit(main())
