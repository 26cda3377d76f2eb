"""Write docs/cli.md from the parsers, so that it says what the command line takes.

python -m tools.cli_reference           write it
python -m tools.cli_reference --check   say whether it is up to date, for tests
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.cli.exits import HELP
from engine.cli.parser import build_parser

TARGET = Path(__file__).resolve().parents[1] / "docs" / "cli.md"

_HEAD = """# The command line

From a source tree every command is written `./gesso COMMAND` (on Windows `py gesso COMMAND`); an
installation calls the same program `gesso`. This page is written by `python -m tools.cli_reference`
from the parsers themselves; a test fails when the two differ.
"""

_PLACES = {
    "running": "[how to run](#how-to-run)",
    "telling": "[what is told](#what-is-told)",
}
"""Groups that nearly every command has; they are described at the end."""


def reference() -> str:
    """Return the page."""
    parser = build_parser()
    commands = _commands(parser)
    lines = [_HEAD, "| command | what it does |", "|---|---|"]
    lines += [f"| [`{name}`](#{name}) | {_cell(text)} |" for name, (text, _) in commands.items()]
    lines += ["", "## Exit codes", "", "| code | meaning |", "|---|---|"]
    for line in HELP.splitlines()[1:]:
        code, _, meaning = line.strip().partition(" ")
        lines.append(f"| {code} | {_cell(meaning.strip())} |")
    shared: dict[str, argparse._ArgumentGroup] = {}
    for name, (text, command) in commands.items():
        lines += ["", f"## {name}", "", f"{_sentence(text)}", ""]
        lines += _command(f"gesso {name}", command, shared)
    for heading, title in (("running", "How to run"), ("telling", "What is told")):
        lines += ["", f"## {title}", "", *_table(list(shared[heading]._group_actions))]
    lines += ["", "## Examples", "", "```sh"]
    lines += [line.strip() for line in _examples(parser)]
    lines += ["```", ""]
    return "\n".join(lines)


def _commands(parser: argparse.ArgumentParser) -> dict[str, tuple[str, argparse.ArgumentParser]]:
    """Return name -> (what it does, parser) of each command."""
    found: dict[str, tuple[str, argparse.ArgumentParser]] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            texts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            found |= {name: (texts.get(name, ""), one) for name, one in action.choices.items()}
    return found


def _command(
    words: str, parser: argparse.ArgumentParser, shared: dict[str, argparse._ArgumentGroup]
) -> Iterator[str]:
    inner = _commands(parser)
    if inner:
        for name, (text, one) in inner.items():
            yield f"### {words} {name}"
            yield ""
            yield _sentence(text)
            yield ""
            yield from _command(f"{words} {name}", one, shared)
            yield ""
        return
    yield f"`{_usage(words, parser)}`"
    own: list[argparse.Action] = []
    headed: list[str] = []
    links: list[str] = []
    for group in parser._action_groups:
        title = str(group.title)
        actions = [action for action in group._group_actions if action.dest != "help"]
        if title in ("positional arguments", "options"):
            own += actions
        elif not actions:
            continue
        elif title in shared and _rows(shared[title]) == _rows(group):
            links.append(_PLACES.get(title, f"[{title}](#{title})"))
        else:
            shared[title] = group
            if title in _PLACES:
                links.append(_PLACES[title])
            else:
                headed += ["", f"### {title.capitalize()}", "", *_table(actions)]
    own = [action for action in own if _help(action)]
    if own:
        yield ""
        yield from _table(own)
    yield from headed
    if links:
        yield ""
        yield f"Also: {', '.join(links)}."


def _rows(group: argparse._ArgumentGroup) -> list[str]:
    return list(_table(list(group._group_actions)))


def _usage(words: str, parser: argparse.ArgumentParser) -> str:
    positional = []
    for action in parser._actions:
        if not action.option_strings:
            name = str(action.metavar or action.dest)
            many = {"+": f"{name} …", "*": f"[{name} …]", "?": f"[{name}]"}
            positional.append(many.get(str(action.nargs), name))
    needed = [
        f"{action.option_strings[-1]} {action.metavar}"
        for action in parser._actions
        if action.option_strings and action.required
    ]
    return " ".join([words, *positional, *needed, "[options]"])


def _table(actions: list[argparse.Action]) -> Iterator[str]:
    yield "| argument | meaning |"
    yield "|---|---|"
    for action in actions:
        yield f"| {_names(action)} | {_cell(_help(action))} |"


def _names(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{action.metavar or action.dest}`"
    names = ", ".join(f"`{name}`" for name in action.option_strings)
    if action.nargs == 0:
        return names
    value = action.metavar
    if value is None and action.choices is not None:
        value = " \\| ".join(map(str, action.choices))
        return f"{names} {value}"
    return f"{names} `{value or action.dest.upper()}`"


def _help(action: argparse.Action) -> str:
    text = (action.help or "").replace("%%", "%")
    return " ".join(text.replace("%(default)s", str(action.default)).split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _examples(parser: argparse.ArgumentParser) -> Iterator[str]:
    for line in (parser.epilog or "").splitlines()[1:]:
        if not line.strip():
            return
        yield line


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--check", action="store_true")
    text = reference()
    if arguments.parse_args().check:
        is_same = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        print("docs/cli.md is up to date." if is_same else "Run: python -m tools.cli_reference")
        return 0 if is_same else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
