"""Types that parameters share: a range, a unit and a word for the user, stated once.

Hints for forms travel in `Meta(extra=...)`, which merges through nested `Annotated` and is
visible to `msgspec.inspect`. `engine.spec.fields` reads them back.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from engine.spec.results import AssetId

_ASSET = r"^[0-9a-f]{64}\.[a-z0-9]{1,8}$"


def ui(
    title: str,
    *,
    kind: str | None = None,
    unit: str | None = None,
    step: float | None = None,
    group: str | None = None,
    advanced: bool | None = None,
    scale: str | None = None,
    low_label: str | None = None,
    high_label: str | None = None,
) -> Meta:
    """Return form hints for a field.

    Args:
        title: label, in sentence case.
        kind: overrides the kind found from the type: "image", "mask", "styles".
        unit: shown behind the number: "px", "%".
        step: of a slider or spin box.
        group: heading under which the field stands.
        advanced: hidden until the user asks for more.
        scale: "linear" or "log" for sliders.
        low_label: word at the low end of a slider.
        high_label: word at the high end of a slider.
    """
    hints: dict[str, Any] = {
        "kind": kind,
        "unit": unit,
        "step": step,
        "group": group,
        "advanced": advanced,
        "scale": scale,
        "low_label": low_label,
        "high_label": high_label,
    }
    return Meta(title=title, extra={k: v for k, v in hints.items() if v is not None})


def visible_if(field: str, *values: object) -> Meta:
    """Return a hint: show this field only while `field` has one of `values`."""
    return Meta(extra={"visible_if": (field, values)})


def choice_titles(**titles: str) -> Meta:
    """Return the words for an enum's values, by value."""
    return Meta(extra={"choice_titles": titles})


ImageIn = Annotated[AssetId, Meta(pattern=_ASSET, extra={"kind": "image"})]
"""A picture in the asset store."""

MaskIn = Annotated[AssetId, Meta(pattern=_ASSET, extra={"kind": "mask"})]
"""A grey picture in the asset store, white where something applies; any size, scaled to fit."""

Fraction = Annotated[float, Meta(ge=0.0, le=1.0, extra={"kind": "fraction", "step": 0.01})]
"""A share between nothing and all, shown as a percentage."""
