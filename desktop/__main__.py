"""`gesso-studio [files]`: prepare what must come before Qt, then run the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

_USAGE = """usage: gesso-studio [--selftest] [files…]

Open the studio, with pictures or projects if any are named.

  --selftest   start, check that every part works, print what was found, and end
  --version    print the version and end
"""
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
    is_selftest = "--selftest" in arguments
    unknown = [a for a in arguments if a.startswith("-") and a != "--selftest"]
    if unknown:
        sys.stderr.write(f"gesso-studio does not know {' '.join(unknown)}.\n\n{_USAGE}")
        return 2
    if not has_display(dict(os.environ)):
        sys.stderr.write(_NO_DISPLAY + "\n")
        return 1

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
        if is_selftest:
            from desktop.selftest import run_selftest

            return run_selftest()
        from desktop.app import run

        return run([Path(a) for a in arguments if not a.startswith("-")], reporter)
    finally:
        reporter.uninstall()
        if crash_file is not None:
            import faulthandler

            faulthandler.disable()
            crash_file.close()


if __name__ == "__main__":
    sys.exit(main())
