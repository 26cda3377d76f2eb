"""How the window looks: colours and sizes from resources/themes, one style sheet, one palette.

A theme is a TOML file of colour tokens; sizes are shared. The style sheet is a template
(`resources/themes/studio.qss`) in which `${surface-panel}` stands for a token. Custom painting
asks `tokens()` for colours at the time it paints, so a change of theme needs only a repaint.
"""

from __future__ import annotations

import functools
import string
import tomllib
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from engine.api import resources

THEMES = ("dark", "light", "contrast")
_COLOR_SECTIONS = ("surface", "text", "line", "control", "accent", "state")


@dataclass(frozen=True, eq=False)
class Tokens:
    """The named colours and sizes of one theme.

    Attributes:
        name: of its file: "dark", "light", "contrast".
        title: English name for the user.
        is_dark: whether text is lighter than its ground.
        colors: token -> "#rrggbb", e.g. "text-primary".
        sizes: token -> logical pixels, e.g. "space-m", "radius-small", "type-body".
    """

    name: str
    title: str
    is_dark: bool
    colors: dict[str, str]
    sizes: dict[str, int]

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        """Return the colour of `token` with an opacity of 0..1."""
        color = QColor(self.colors[token])
        color.setAlphaF(alpha)
        return color

    def size(self, token: str) -> int:
        """Return the size of `token` in logical pixels."""
        return self.sizes[token]


@functools.cache
def load(name: str, folder: Path | None = None) -> Tokens:
    """Return the theme called `name`."""
    folder = folder or resources() / "themes"
    data = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    metrics = tomllib.loads((folder / "metrics.toml").read_text(encoding="utf-8"))
    colors = {
        f"{section}-{key.replace('_', '-')}": value
        for section in _COLOR_SECTIONS
        for key, value in data[section].items()
    }
    sizes = {
        f"{section}-{key}": int(v) for section, keys in metrics.items() for key, v in keys.items()
    }
    return Tokens(name, data["title"], bool(data["is_dark"]), colors, sizes)


def style_sheet(tokens: Tokens, folder: Path | None = None) -> str:
    """Return the style sheet of the whole window.

    Raises:
        KeyError: the template names a token that the theme does not have.
    """
    folder = folder or resources() / "themes"
    template = _Template((folder / "studio.qss").read_text(encoding="utf-8"))
    values: dict[str, object] = {**tokens.colors, **tokens.sizes}
    # Inside the quotes of the template; without them one ü in the path spoils the whole sheet.
    glyphs = (folder / "glyphs" / tokens.name).as_posix()
    values["glyphs"] = glyphs.replace("\\", "\\\\").replace('"', '\\"')
    values["font"] = "Inter"
    return template.substitute(values)


class _Template(string.Template):
    idpattern = r"(?a:[a-z][a-z0-9-]*)"


def palette(tokens: Tokens) -> QPalette:
    """Return the palette for what the style sheet does not reach."""
    result = QPalette()
    roles = {
        QPalette.ColorRole.Window: "surface-window",
        QPalette.ColorRole.WindowText: "text-primary",
        QPalette.ColorRole.Base: "control-field",
        QPalette.ColorRole.AlternateBase: "surface-panel",
        QPalette.ColorRole.ToolTipBase: "surface-raised",
        QPalette.ColorRole.ToolTipText: "text-primary",
        QPalette.ColorRole.PlaceholderText: "text-tertiary",
        QPalette.ColorRole.Text: "text-primary",
        QPalette.ColorRole.Button: "control-fill",
        QPalette.ColorRole.ButtonText: "text-primary",
        QPalette.ColorRole.BrightText: "accent-on-fill",
        QPalette.ColorRole.Link: "accent-base",
        QPalette.ColorRole.LinkVisited: "accent-base",
        QPalette.ColorRole.Highlight: "accent-fill",
        QPalette.ColorRole.HighlightedText: "accent-on-fill",
        QPalette.ColorRole.Accent: "accent-fill",
        QPalette.ColorRole.Light: "surface-raised",
        QPalette.ColorRole.Midlight: "surface-raised",
        QPalette.ColorRole.Mid: "line-subtle",
        QPalette.ColorRole.Dark: "line-subtle",
        QPalette.ColorRole.Shadow: "surface-canvas",
    }
    for role, token in roles.items():
        result.setColor(role, tokens.color(token))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        result.setColor(QPalette.ColorGroup.Disabled, role, tokens.color("control-disabled"))
    return result


_tokens: Tokens | None = None


def tokens() -> Tokens:
    """Return the theme that the window wears now."""
    return _tokens or load("dark")


def mono_font() -> QFont:
    """Return the system's fixed-width font in the window's size."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(tokens().size("type-small"))
    return font


def system_theme() -> str:
    """Return the theme that fits the system: high contrast first, then dark or light."""
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", None)  # Qt 6.10
    if accessibility is not None:
        preference = accessibility().contrastPreference()
        if preference == Qt.ContrastPreference.HighContrast:
            return "contrast"
    return "light" if hints.colorScheme() == Qt.ColorScheme.Light else "dark"


class Wardrobe(QObject):
    """Dresses the application, and follows the system while the choice is "system"."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice = "system"
        load_fonts(app)
        style = QStyleFactory.create("Fusion")
        if style is not None:
            app.setStyle(style)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        accessibility = getattr(hints, "accessibility", None)
        if accessibility is not None:
            accessibility().contrastPreferenceChanged.connect(self._follow)

    @property
    def choice(self) -> str:
        """What was chosen: "system" or a theme's name."""
        return self._choice

    def wear(self, choice: str) -> None:
        """Dress in `choice`: "system", "dark", "light" or "contrast"."""
        global _tokens
        self._choice = choice if choice in THEMES else "system"
        wanted = load(system_theme() if self._choice == "system" else self._choice)
        if wanted is _tokens and self._app.styleSheet():
            return
        _tokens = wanted
        self._app.setPalette(palette(wanted))
        self._app.setStyleSheet(style_sheet(wanted))
        self.changed.emit()

    @Slot()
    def _follow(self) -> None:
        if self._choice == "system":
            self.wear("system")


def load_fonts(app: QApplication) -> None:
    """Load the bundled typeface and make it the window's, with the system's as a fallback."""
    for path in sorted((resources() / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))
    font = QFont("Inter")
    font.setPixelSize(load("dark").size("type-body"))
    # Hinting pulls Inter's stems onto the grid unevenly at small sizes.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    app.setFont(font)
