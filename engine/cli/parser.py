"""The commands and their arguments. Nothing here imports what a command needs to run."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from typing import NoReturn

from engine import __version__
from engine.cli import exits
from engine.cli.arguments import add_fields
from engine.cli.naming import DEFAULT_TEMPLATE, FIELDS
from engine.spec.task import DeviceChoice, PrecisionChoice
from engine.tasks.stylize import StylizeParams

BY_HAND = frozenset({"content", "styles"})
"""Fields of the task that have arguments of their own."""

STYLE_HELP = """X is a picture file, a name from `gesso styles`, or the id of a model of yours.
Repeat it to blend: --style ember=2 --style iris=1. With @mask.png a style lands only where the
mask is white (@mask.png:invert: only where it is black)."""

_EXAMPLES = """examples:
  gesso stylize photo.jpg --style ember
  gesso stylize photo.jpg --style painting.jpg --strength 80% --keep-color luminance -o out.tif
  gesso stylize photo.jpg --style ember=2 --style iris@sky.png
  gesso batch holiday/ --style ember --out-dir painted --recursive --resume
  gesso stylize new.jpg --recipe earlier.png
  cat photo.jpg | gesso stylize - --style ember -o - > out.png
"""

_COMMANDS = {
    "stylize": "repaint pictures in the manner of others",
    "batch": "repaint many pictures, and carry on where it stopped",
    "demo": "repaint the sample photographs",
    "styles": "list the styles that can be named",
    "models": "list, add, check and remove models",
    "info": "show what a picture file holds, and how it was made",
    "jobs": "list what was queued, try it again, clear the list",
    "doctor": "show what runs where, and what is missing",
    "bench": "measure the main job on this machine",
    "help": "show this text, or that of a command",
}


class Parser(argparse.ArgumentParser):
    """A parser that answers a typing error with the nearest word."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in two lines, and leave."""
        message = re.sub(r"^argument (COMMAND|ACTION): ", "", message)
        hint = self._nearest(message)
        self.exit(exits.Exit.USAGE, f"{self.prog}: {message}\n{hint}See: {self.prog} --help\n")

    def _nearest(self, message: str) -> str:
        if wrong := re.search(r"invalid choice: '?([^' ]+)'? \(choose from (.*)\)", message):
            words = re.findall(r"[\w-]+", wrong[2])
            near = difflib.get_close_matches(wrong[1], words, n=1)
        elif wrong := re.search(r"unrecognized arguments: (\S+)", message):
            options = [o for a in _every_action(self) for o in a.option_strings]
            near = difflib.get_close_matches(wrong[1].split("=")[0], options, n=1)
        else:
            near = []
        return f"Did you mean {near[0]}? " if near else ""


def build_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="gesso",
        description="Gesso repaints pictures, on this machine alone.",
        epilog=_EXAMPLES + "\n" + exits.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"gesso {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str) -> Parser:
        return commands.add_parser(
            name,
            help=_COMMANDS[name],
            description=_COMMANDS[name].capitalize() + ".",
            epilog=exits.HELP,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    _stylize(command("stylize"))
    _batch(command("batch"))
    _demo(command("demo"))
    _common(command("styles"))
    _models(command("models"))
    _info(command("info"))
    _jobs(command("jobs"))
    _common(command("doctor"))
    _bench(command("bench"))
    topic = command("help")
    topic.add_argument("topic", nargs="?", choices=sorted(_COMMANDS), metavar="COMMAND")
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("telling")
    group.add_argument("--json", action="store_true", help="Results as JSON on standard output.")
    group.add_argument("--quiet", action="store_true", help="No progress and no notes.")
    group.add_argument(
        "--debug", action="store_true", help="Show tracebacks and the log on standard error."
    )


def _style_settings(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("style")
    group.add_argument(
        "--style",
        action="append",
        dest="styles",
        metavar="X[=WEIGHT][@MASK]",
        default=argparse.SUPPRESS,
        help=STYLE_HELP,
    )
    group.add_argument(
        "--recipe",
        metavar="FILE",
        help="Take the settings from a file that Gesso made; options given here win.",
    )
    add_fields(parser, StylizeParams, leave_out=BY_HAND)
    output = parser.add_argument_group("file")
    output.add_argument(
        "--metadata",
        choices=("full", "provenance", "none"),
        default="full",
        help="What the file tells of its making: all settings; only that and with what it was "
        "made; nothing. Default: full.",
    )
    output.add_argument(
        "--quality",
        type=_whole_number(1, 100),
        metavar="N",
        help="Of JPEG and lossy WebP files, 1 to 100. Default: 92.",
    )


def _running(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("running")
    group.add_argument(
        "--device",
        choices=[choice.value for choice in DeviceChoice],
        default=DeviceChoice.AUTO.value,
        help="Where to run. Default: the fastest that works.",
    )
    group.add_argument(
        "--precision",
        choices=[choice.value for choice in PrecisionChoice],
        default=PrecisionChoice.AUTO.value,
        help="How exactly to calculate. Default: the fastest within the stated error.",
    )
    group.add_argument(
        "--threads",
        type=_whole_number(0, 1024),
        default=0,
        metavar="N",
        help="CPU threads. Default: all physical cores.",
    )
    group.add_argument(
        "--memory-mb",
        type=_whole_number(0, 100_000_000),
        default=0,
        metavar="MB",
        help="The most memory to use. Default: what can be spared.",
    )


def _stylize(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "photos", nargs="+", metavar="PHOTO", help="Picture files; - reads standard input."
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="The file to write, whose suffix says the format (it is replaced if it is there); "
        "a folder; or - for standard output. Default: a new file beside the photo.",
    )
    parser.add_argument(
        "--format", metavar="SUFFIX", help="png, jpg, webp or tif, where OUT names no suffix."
    )
    _style_settings(parser)
    _running(parser)
    _common(parser)


def _batch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="Picture files, folders and patterns."
    )
    parser.add_argument("--out-dir", required=True, metavar="DIR", help="Where results go.")
    parser.add_argument(
        "--name",
        default=DEFAULT_TEMPLATE,
        metavar="PATTERN",
        help=f"Names of results, from {', '.join(f'{{{f}}}' for f in FIELDS)}; numbers take a "
        "format: {counter:03}. Default: %(default)s.",
    )
    parser.add_argument(
        "--format", metavar="SUFFIX", help="png, jpg, webp or tif. Default: as the photo."
    )
    parser.add_argument(
        "--recursive", action="store_true", help="Look into folders inside folders too."
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="Replace results that are there already."
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="Leave out what an earlier run with the same settings finished.",
    )
    _style_settings(parser)
    _running(parser)
    _common(parser)


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out-dir", default="demo-output", metavar="DIR", help="Default: %(default)s."
    )
    parser.add_argument(
        "--style",
        action="append",
        dest="styles",
        metavar="X[=WEIGHT][@MASK]",
        help="Default: a few of those that ship with Gesso.",
    )
    _running(parser)
    _common(parser)


def _models(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    described = {
        "list": "list the models and whether they can be used",
        "show": "show all that is known of a model",
        "add": "copy a style network, an .onnx file, into your models",
        "remove": "move a model of yours aside",
        "verify": "read every file of some or all models again",
        "licences": "show under which terms the models may be used",
        "accept": "accept the licence of a model that asks for it",
    }
    for name, text in described.items():
        action = actions.add_parser(
            name, help=text, description=text.capitalize() + ".", allow_abbrev=False
        )
        if name in ("show", "remove", "accept"):
            action.add_argument("model", metavar="MODEL")
        elif name == "verify":
            action.add_argument("models", nargs="*", metavar="MODEL")
        elif name == "licences":
            action.add_argument("--text", metavar="MODEL", help="Show the full text of one.")
        elif name == "add":
            action.add_argument("file", metavar="FILE.onnx")
        _common(action)


def _info(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    _common(parser)


def _jobs(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _common(actions.add_parser("list", help="list the jobs that are remembered"))
    retry = actions.add_parser("retry", help="run a job again", allow_abbrev=False)
    retry.add_argument("job", metavar="JOB", help="Its id, or the beginning of it.")
    retry.add_argument("-o", "--output", metavar="OUT", help="The file to write.")
    _running(retry)
    _common(retry)
    clear = actions.add_parser("clear", help="forget jobs that ended", allow_abbrev=False)
    clear.add_argument("jobs", nargs="*", metavar="JOB", help="Default: all that ended.")
    _common(clear)


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--style", default="", metavar="X", help="Default: the first built-in.")
    parser.add_argument(
        "--side",
        type=_whole_number(64, 16384),
        default=1024,
        metavar="PX",
        help="Side of the test picture. Default: %(default)s.",
    )
    parser.add_argument(
        "--runs",
        type=_whole_number(1, 100),
        default=3,
        metavar="N",
        help="Runs after the first. Default: %(default)s.",
    )
    _running(parser)
    _common(parser)


def _whole_number(low: int, high: int) -> _WholeNumber:
    return _WholeNumber(low, high)


class _WholeNumber:
    """A converter for argparse with a range."""

    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._high = high

    def __call__(self, text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not self._low <= value <= self._high:
            raise argparse.ArgumentTypeError(f"{text} is outside {self._low} to {self._high}")
        return value


def _every_action(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the actions of `parser` and of the command that is being parsed."""
    actions = list(parser._actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            named = [p for name, p in action.choices.items() if name in sys.argv]
            for chosen in named:
                actions += _every_action(chosen)
    return actions
