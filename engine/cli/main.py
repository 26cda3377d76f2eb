"""`gesso`: reads the command line, runs one command, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from engine.cli.exits import Exit, exit_of
from engine.cli.parser import build_parser
from engine.cli.report import Report
from engine.errors import Cancelled, DeviceError, EngineError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_closed_streams()
    _use_utf8()
    try:
        return _run(arguments)
    except SystemExit as leaving:
        # argparse leaves this way after --help and after a usage error.
        return leaving.code if isinstance(leaving.code, int) else Exit.USAGE
    except BrokenPipeError:
        _give_up_output()
        return Exit.FAILED


def _run(arguments: list[str]) -> int:
    parser = build_parser()
    namespace = parser.parse_args(arguments or ["help"])
    if namespace.command == "help":
        topic = getattr(namespace, "topic", None)
        return _run([topic, "--help"]) if topic else _run(["--help"])
    report = Report(as_json=namespace.json, is_quiet=namespace.quiet)
    if namespace.debug:
        import logging

        from engine import logs

        logs.to_stderr(logging.DEBUG)
        logging.getLogger("PIL").setLevel(logging.INFO)
    try:
        return int(_command(namespace)(namespace, report))
    except EngineError as error:
        return _told(error, namespace, report)
    except KeyboardInterrupt:
        return _told(Cancelled(), namespace, report)
    except MemoryError:
        hint = "Close other programs, or use --memory-mb to work in smaller pieces."
        return _told(DeviceError("Memory ran out.", hint=hint), namespace, report)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        text = f"The system refused: {where}{error.strerror or error}."
        hint = "Check that there is room on the disk and that you may write there."
        code = _told(EngineError(text, hint=hint), namespace, report)
        _give_up_output()  # it may be what could not be written
        return code
    except Exception as error:  # noqa: BLE001 - the border: whatever it is becomes one sentence
        text = (
            f"Something went wrong that Gesso did not foresee: {str(error) or type(error).__name__}"
        )
        hint = "Run it again with --debug to see where, and report that."
        return _told(EngineError(text, hint=hint), namespace, report)


def _command(namespace: argparse.Namespace) -> Callable[[argparse.Namespace, Report], int]:
    # Imported by name, so that a command costs nothing until it is used.
    module = importlib.import_module(f"engine.cli.commands.{namespace.command}")
    run: Callable[[argparse.Namespace, Report], int] = module.run
    return run


def _told(error: EngineError, namespace: argparse.Namespace, report: Report) -> int:
    code = exit_of(error)
    report.error(f"gesso: {error.message}")
    if error.hint:
        report.error(error.hint)
    told = {"code": error.code, "message": error.message, "hint": error.hint, "exit": code}
    with contextlib.suppress(OSError):
        report.document({"error": told})
    if namespace.debug:
        traceback.print_exc(file=sys.stderr)
    return code


def _open_closed_streams() -> None:
    """Give closed standard streams a place to go, so that no file takes their number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def _give_up_output() -> None:
    """Have nothing more written: whoever read has gone, and Python complains of it at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _use_utf8() -> None:
    """Write names as they are, also where the system's own encoding cannot."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with contextlib.suppress(ValueError, OSError):
                reconfigure(errors="replace")
