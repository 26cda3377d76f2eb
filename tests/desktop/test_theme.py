from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontDatabase, QIcon

from desktop import icons, theme
from engine.api import resources
from tools import theme_glyphs


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = (
    "surface-canvas", "surface-window", "surface-panel", "surface-raised",
    "control-field", "control-fill", "control-hover", "control-pressed", "accent-tint",
)  # fmt: skip
TEXTS = (
    "text-primary", "text-secondary", "text-tertiary", "accent-base",
    "state-ok", "state-warning", "state-error", "state-info",
)  # fmt: skip


@pytest.mark.parametrize("name", theme.THEMES)
def test_text_can_be_read_on_every_ground(name: str) -> None:
    colors = theme.load(name).colors
    least = 7.0 if name == "contrast" else 4.5
    quiet_grounds = {"surface-canvas", "surface-window", "surface-panel", "surface-raised"}
    slips = [
        f"{text} on {ground}: {contrast(colors[text], colors[ground]):.2f}"
        for text in TEXTS
        for ground in GROUNDS
        # Only names and values stand on controls that are hovered, pressed or selected.
        if text in {"text-primary", "text-secondary"} or ground in quiet_grounds
        if contrast(colors[text], colors[ground]) < least
    ]
    slips += [
        f"accent-on-fill on {ground}: {contrast(colors['accent-on-fill'], colors[ground]):.2f}"
        for ground in ("accent-fill", "accent-hover", "accent-pressed")
        if contrast(colors["accent-on-fill"], colors[ground]) < least
    ]
    assert not slips


@pytest.mark.parametrize("name", theme.THEMES)
def test_edges_of_controls_and_the_focus_can_be_seen(name: str) -> None:
    colors = theme.load(name).colors
    for edge in ("line-strong", "accent-base"):
        for ground in ("surface-window", "surface-panel", "surface-raised", "control-field"):
            assert contrast(colors[edge], colors[ground]) >= 3.0, f"{edge} on {ground}"


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_style_sheet_has_every_token_and_every_picture(name: str) -> None:
    sheet = theme.style_sheet(theme.load(name))
    assert "${" not in sheet
    pictures = {part.split(")")[0].strip('"') for part in sheet.split("url(")[1:]}
    assert pictures
    assert all(Path(picture).is_file() for picture in pictures)


def test_all_themes_name_the_same_tokens() -> None:
    first, *others = (set(theme.load(name).colors) for name in theme.THEMES)
    assert all(other == first for other in others)


def test_glyphs_have_the_colours_of_their_theme() -> None:
    for name in theme.THEMES:
        for file, text in theme_glyphs.draw(name).items():
            path = resources() / "themes" / "glyphs" / name / file
            assert path.read_text(encoding="utf-8") == text, "run python -m tools.theme_glyphs"


def test_the_typeface_is_the_bundled_one(dressed: theme.Wardrobe, qapp: object) -> None:
    assert "Inter" in QFontDatabase.families()
    assert qapp.font().family() == "Inter"  # type: ignore[attr-defined]


def test_fonts_are_what_their_manifest_says() -> None:
    import hashlib
    import tomllib

    folder = resources() / "fonts"
    data = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    named = {f["path"]: f["sha256"] for family in data["families"] for f in family["files"]}
    assert {p.name for p in folder.glob("*.ttf")} == set(named)
    for name, digest in named.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_a_change_of_theme_is_told_once(wardrobe: theme.Wardrobe, qtbot: object) -> None:
    wardrobe.wear("dark")
    with qtbot.waitSignal(wardrobe.changed):  # type: ignore[attr-defined]
        wardrobe.wear("light")
    with qtbot.assertNotEmitted(wardrobe.changed):  # type: ignore[attr-defined]
        wardrobe.wear("light")
    wardrobe.wear("dark")


def test_every_icon_draws_and_takes_the_theme_s_colour(wardrobe: theme.Wardrobe) -> None:
    names = sorted(path.stem for path in (resources() / "icons").glob("*.svg"))
    assert len(names) >= 50
    for look in ("dark", "light"):
        wardrobe.wear(look)
        wanted = theme.tokens().color("text-secondary").name()
        for name in names:
            image = icons.icon(name).pixmap(QSize(48, 48)).toImage()
            inked = [
                image.pixelColor(x, y)
                for x in range(0, image.width(), 2)
                for y in range(0, image.height(), 2)
                if image.pixelColor(x, y).alpha() == 255
            ]
            assert inked, f"{name} is empty"
            assert {color.name() for color in inked} == {wanted}, name
    wardrobe.wear("dark")


def test_a_disabled_and_a_checked_icon_differ(dressed: theme.Wardrobe) -> None:
    icon = icons.icon("undo")
    size = QSize(24, 24)
    normal = icon.pixmap(size).toImage()
    assert icon.pixmap(size, QIcon.Mode.Disabled).toImage() != normal
    assert icon.pixmap(size, QIcon.Mode.Normal, QIcon.State.On).toImage() != normal


def test_an_icon_on_a_fine_screen_has_twice_the_pixels(dressed: theme.Wardrobe) -> None:
    pixmap = icons.icon("undo").pixmap(QSize(20, 20), 2.0)
    assert pixmap.size() == QSize(40, 40)
    assert pixmap.devicePixelRatio() == 2.0


def test_an_unknown_icon_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")
