"""Draw the small marks that the style sheet needs, in each theme's colours.

    python -m tools.theme_glyphs

Qt's style sheets take pictures by file name only and cannot colour them, so each theme has its own.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "themes"
_LINE = 'fill="none" stroke="{}" stroke-width="{}" stroke-linecap="round" stroke-linejoin="round"'

# name: (size, path or circle, section and key of its colour, width of the line)
GLYPHS: dict[str, tuple[int, str, str, str, float]] = {
    "check": (16, "M3.8 8.4 6.8 11.3 12.2 5", "accent", "on_fill", 1.8),
    "check-disabled": (16, "M3.8 8.4 6.8 11.3 12.2 5", "control", "disabled", 1.8),
    "dash": (16, "M4.5 8h7", "accent", "on_fill", 1.8),
    "chevron-down": (16, "M4.5 6.5 8 10l3.5-3.5", "text", "secondary", 1.5),
    "chevron-up": (16, "M4.5 9.5 8 6l3.5 3.5", "text", "secondary", 1.5),
    "chevron-right": (16, "M6.5 4.5 10 8l-3.5 3.5", "text", "secondary", 1.5),
    "chevron-disabled": (16, "M4.5 6.5 8 10l3.5-3.5", "control", "disabled", 1.5),
    "close": (16, "M4.5 4.5l7 7M11.5 4.5l-7 7", "text", "secondary", 1.5),
}


def draw(theme: str) -> dict[str, str]:
    """Return file name -> SVG for one theme."""
    tokens = tomllib.loads((FOLDER / f"{theme}.toml").read_text(encoding="utf-8"))
    result = {}
    for name, (size, path, section, key, width) in GLYPHS.items():
        line = _LINE.format(tokens[section][key], width)
        result[f"{name}.svg"] = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" '
            f'viewBox="0 0 {size} {size}"><path d="{path}" {line}/></svg>\n'
        )
    dot = tokens["accent"]["on_fill"]
    result["dot.svg"] = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">'
        f'<circle cx="8" cy="8" r="3" fill="{dot}"/></svg>\n'
    )
    return result


def main() -> None:
    """Write the glyphs of every theme."""
    for theme in ("dark", "light", "contrast"):
        folder = FOLDER / "glyphs" / theme
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in draw(theme).items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
