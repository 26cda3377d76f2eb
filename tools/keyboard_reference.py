"""Write docs/keyboard.md from the actions that the menus are made of.

python -m tools.keyboard_reference
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from desktop import standard, window_actions
from desktop.actions import MENUS, Action
from desktop.i18n import without_mnemonic

TARGET = Path(__file__).resolve().parents[1] / "docs" / "keyboard.md"

_HEAD = """# Keys and mouse

The tables of menus are written by `python -m tools.keyboard_reference` from the actions that the
menus themselves are made of; a test fails when the two differ. On macOS read Command for Ctrl.
F1 shows the same list in the studio, Ctrl+K finds every command by a few letters.
"""

_CANVAS = """
## On the canvas

| key or gesture | what it does |
|---|---|
| wheel, or pinch | zoom about the pointer |
| Shift+wheel | pan sideways; two fingers on a touch pad pan freely |
| Space, held, and drag | pan |
| arrow keys | pan; while comparing, Left and Right move the divider (with Shift in larger steps) |
| \\\\, held | show the photograph while the key is down |
| Tab | hide or show the panels |
| Shift+click with the mask brush | a straight stroke from the end of the last one |
| Esc | give up the stroke that is being painted |

## On the strips and in the settings

| key or gesture | what it does |
|---|---|
| click a style; Return or Space | use this style alone |
| Ctrl+click; Ctrl+Return | add the style to the blend, or take it out |
| Delete | remove a style of yours from the strip; take a result off it |
| arrow keys on a slider | a small step; PageUp and PageDown ten steps; Home and End the ends |
| Alt+Up, Alt+Down on a style of the blend | move it; Delete takes it out |
"""


def reference() -> str:
    """Return the page."""
    by_menu: dict[str, list[Action]] = defaultdict(list)
    for module in (standard, window_actions):
        for value in vars(module).values():
            if isinstance(value, Action) and value.shortcuts and value not in by_menu[value.menu]:
                by_menu[value.menu].append(value)
    lines = [_HEAD]
    for menu, title in MENUS:
        actions = sorted(by_menu[menu], key=lambda action: action.group)
        if not actions:
            continue
        lines += [f"## {without_mnemonic(title)}", "", "| keys | command |", "|---|---|"]
        lines += [f"| {_keys(action)} | {_words(action)} |" for action in actions]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n" + _CANVAS


def _keys(action: Action) -> str:
    return ", ".join(key.replace("\\", "\\\\") for key in action.shortcuts)


def _words(action: Action) -> str:
    title = without_mnemonic(action.title).rstrip("…")
    return f"{title}. {action.help}" if action.help else title


def main() -> int:
    TARGET.write_text(reference(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
