"""Every style that can be chosen, gathered for the strip: bundled ones and the user's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop.i18n import language, tr
from desktop.pages.own_styles import OwnStyles
from desktop.pages.style_strip import StyleCard
from engine.api import AssetId, EngineError, StyleInfo

_GROUP = {"painting": "painting", "built-in": "built-in", "model": "own"}

AssetPath = Callable[[AssetId], Path]


def cards_of(
    styles: tuple[StyleInfo, ...], own: OwnStyles, asset_path: AssetPath
) -> tuple[StyleCard, ...]:
    """Return the cards of the strip: the user's own first, then paintings, then built-in ones.

    Args:
        styles: what the engine knows.
        own: the user's pictures.
        asset_path: returns where an asset lies, or raises `EngineError`.
    """
    pictures = []
    for style in own.all():
        try:
            path = asset_path(style.asset)
        except EngineError:
            continue  # the store was cleared; without its picture a style is no style
        pictures.append(
            StyleCard(
                style=style.style,
                title=style.name or tr("Picture"),
                group="own",
                picture=path,
                tip=tr("Your picture {name}", name=style.name),
                is_removable=True,
            )
        )
    known = [_card(style) for style in styles if style.is_available]
    known.sort(key=lambda card: ("own", "painting", "built-in").index(card.group))
    return (*pictures, *known)


def _card(style: StyleInfo) -> StyleCard:
    title = style.title(language())
    facts = [title]
    words = (style.medium.get(language(), ""), style.character.get(language(), ""))
    described = ": ".join(word for word in words if word)
    if described:
        facts.append(described)
    if style.maker:
        facts.append(style.maker)
    rights = {
        "no": tr("Not for commercial use"),
        "unknown": tr("Licence unknown: check before you sell results"),
    }.get(style.commercial, "")
    if rights:
        facts.append(rights)
    return StyleCard(
        style=style.id,
        title=title,
        group=_GROUP[style.kind.value],
        picture=Path(style.thumbnail) if style.thumbnail else None,
        tip="\n".join(facts),
        is_removable=style.kind.value == "model",
    )
