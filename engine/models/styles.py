"""The styles that can be chosen by name: rows of the bundled network, pictures, own networks.

`resources/styles/index.toml` lists the first two, one `[[style]]` each:

    key = "ember"              # the id is "built-in:ember" or "painting:ember"
    kind = "built-in"          # a row of the bundled network; or "painting", a picture
    index = 4                  # the row (built-in only)
    file = "ember.jpg"         # the picture (painting only), beside the index
    thumbnail = "thumbs/ember.jpg"
    titles = { en = "Ember", zh_CN = "余烬" }
    group = { en = "Built-in", zh_CN = "内置" }         # optional, like all below
    medium = { en = "Oil", zh_CN = "油画" }
    character = { en = "warm, short strokes", zh_CN = "…" }
    abstract = false           # whether little is left of the photo
    maker = "…"                # who made the picture
    licence = "CC0-1.0"        # SPDX
"""

from __future__ import annotations

import difflib
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from engine.errors import ModelError, ParameterError
from engine.models.info import ModelInfo
from engine.models.manifest import ModelKind
from engine.models.safe_paths import inside
from engine.paths import resources

BUILT_IN_MODEL = "magenta-26"
PAINTING_MODEL = "magenta-any"


class StyleKind(Enum):
    """What a style is made of."""

    BUILT_IN = "built-in"
    PAINTING = "painting"
    MODEL = "model"


class StyleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One style of a list.

    Attributes:
        id: "built-in:ember", "painting:oil", "model:x"; what `StyleUse.style` takes.
        key: the part behind the colon.
        kind: what it is made of.
        titles: language -> name; "en" is always there.
        groups: language -> heading for lists.
        medium: language -> what it is painted with; may be empty.
        character: language -> a few words on how it looks; may be empty.
        is_abstract: little is left of the photo.
        thumbnail: absolute path of a small picture, or empty.
        group: heading in English: "Built-in", "Paintings", "Your networks".
        index: row of the bundled network, for a built-in.
        file: absolute path of the picture, for a painting.
        model: id of the model that paints it.
        maker: who made the picture or the weights.
        licence: SPDX identifier.
        commercial: whether results may be sold: "yes", "no" or "unknown".
        reason: why it cannot be used now; empty if it can.
    """

    id: str
    key: str
    kind: StyleKind
    titles: dict[str, str]
    groups: dict[str, str] = {}
    medium: dict[str, str] = {}
    character: dict[str, str] = {}
    is_abstract: bool = False
    thumbnail: str = ""
    group: str = ""
    index: int | None = None
    file: str = ""
    model: str = ""
    maker: str = ""
    licence: str = ""
    commercial: str = "unknown"
    reason: str = ""

    def title(self, language: str = "en") -> str:
        """Return the name in `language` ("zh_CN"), in its base language, or in English."""
        return in_language(self.titles, language) or self.key

    @property
    def is_available(self) -> bool:
        """Whether it can be used now."""
        return not self.reason


def in_language(words: Mapping[str, str], language: str) -> str:
    """Return the word for `language` ("zh_CN"), its base language or English; empty if none."""
    for candidate in (language, language.split("_")[0], "en"):
        if candidate in words:
            return words[candidate]
    return ""


_GROUPS = {
    StyleKind.BUILT_IN: "Built-in",
    StyleKind.PAINTING: "Paintings",
    StyleKind.MODEL: "Your networks",
}


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """One `[[style]]`; keys that are not listed here are for people."""

    key: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    kind: StyleKind
    titles: dict[str, str]
    index: Annotated[int, Meta(ge=0)] | None = None
    file: str = ""
    thumbnail: str = ""
    group: dict[str, str] = {}
    medium: dict[str, str] = {}
    character: dict[str, str] = {}
    abstract: bool = False
    maker: str = ""
    licence: str = ""
    commercial: str = "yes"


class _Index(msgspec.Struct, frozen=True, kw_only=True):
    style: tuple[_Row, ...] = ()


def read_styles(folder: Path | None = None) -> tuple[StyleInfo, ...]:
    """Return the styles that ship with Gesso, in the order of the index.

    Args:
        folder: where `index.toml` lies; `resources/styles` if not given.

    Returns:
        Nothing if there is no index.

    Raises:
        ModelError: the index is damaged.
    """
    folder = folder if folder is not None else resources() / "styles"
    path = folder / "index.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = msgspec.convert(data, _Index).style
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The list of styles, {path}, cannot be read: {error}", hint="Install Gesso again."
        ) from error
    return tuple(_shipped(row, folder) for row in rows)


def all_styles(models: Iterable[ModelInfo], folder: Path | None = None) -> tuple[StyleInfo, ...]:
    """Return every style: those that ship with Gesso, then the user's own networks.

    Args:
        models: every model, from the catalogue; says which styles can be used now.
        folder: see `read_styles`.

    Raises:
        ModelError: the index is damaged.
    """
    known = {model.id: model for model in models}
    styles = [_with_reason(style, known) for style in read_styles(folder)]
    for model in known.values():
        is_own = model.origin == "folder" or model.arch == "image-to-image"
        if is_own and (model.kind is ModelKind.STYLE or model.kind is None):
            styles.append(_of_model(model))
    return tuple(styles)


def style_entry(style_id: str, folder: Path | None = None) -> StyleInfo:
    """Return a style that ships with Gesso by its id, "built-in:ember" or "painting:oil".

    Raises:
        ModelError: there is none.
    """
    styles = read_styles(folder)
    for style in styles:
        if style.id == style_id:
            return style
    near = difflib.get_close_matches(style_id, [style.id for style in styles], n=1)
    raise ModelError(
        f"There is no style called {style_id!r}.",
        hint=f"Did you mean {near[0]!r}?" if near else "See: gesso styles",
    )


def resolve_style_name(text: str, styles: Sequence[StyleInfo]) -> StyleInfo:
    """Return the style that the user means.

    An id, a key, a title in any language or the beginning of one that fits a single style; case
    and accents do not matter.

    Raises:
        ParameterError: none fits, or several do; the hint says which ones are near.
    """
    wanted = _folded(text)
    exact = [s for s in styles if wanted in _names(s)]
    # A key that two kinds share goes to the first, as the order of the list has it.
    if exact:
        return exact[0]
    begins = [s for s in styles if wanted and any(n.startswith(wanted) for n in _names(s))]
    if len(begins) == 1:
        return begins[0]
    if begins:
        names = ", ".join(s.key for s in begins[:6])
        raise ParameterError(
            f"{text!r} fits several styles: {names}.", field="styles", hint="Write more of it."
        )
    names_of = {name: style for style in reversed(styles) for name in _names(style)}
    near = difflib.get_close_matches(wanted, names_of, n=3, cutoff=0.6)
    keys = list(dict.fromkeys(names_of[name].key for name in near))
    hint = f"Did you mean {' or '.join(repr(k) for k in keys)}?" if keys else ""
    raise ParameterError(
        f"There is no style called {text!r}.",
        field="styles",
        hint=hint or "The command `gesso styles` lists them.",
    )


def _names(style: StyleInfo) -> list[str]:
    return [_folded(name) for name in (style.id, style.key, *style.titles.values())]


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.strip())
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    return plain.casefold().replace(" ", "-").replace("_", "-")


def _shipped(row: _Row, folder: Path) -> StyleInfo:
    is_built_in = row.kind is StyleKind.BUILT_IN
    if row.kind is StyleKind.MODEL or (row.index is None if is_built_in else not row.file):
        missing = "index" if is_built_in else "file"
        raise ModelError(
            f"The style {row.key!r} in {folder / 'index.toml'} has no {missing}.",
            hint="Install Gesso again.",
        )
    return StyleInfo(
        id=f"{row.kind.value}:{row.key}",
        key=row.key,
        kind=row.kind,
        titles={"en": row.key.capitalize(), **row.titles},
        thumbnail=str(inside(folder, row.thumbnail)) if row.thumbnail else "",
        groups={"en": _GROUPS[row.kind], **row.group},
        group=row.group.get("en", _GROUPS[row.kind]),
        medium=row.medium,
        character=row.character,
        is_abstract=row.abstract,
        index=row.index,
        file=str(inside(folder, row.file)) if row.file else "",
        model=BUILT_IN_MODEL if is_built_in else PAINTING_MODEL,
        maker=row.maker,
        licence=row.licence,
        commercial=row.commercial,
    )


def _with_reason(style: StyleInfo, models: dict[str, ModelInfo]) -> StyleInfo:
    model = models.get(style.model)
    if model is None:
        reason = f"The model {style.model} is not there. Install Gesso again."
    else:
        reason = "" if model.is_available else model.reason
    if not reason and style.file and not Path(style.file).is_file():
        reason = f"The picture {Path(style.file).name} is missing. Install Gesso again."
    return msgspec.structs.replace(style, reason=reason)


def _of_model(model: ModelInfo) -> StyleInfo:
    return StyleInfo(
        id=f"model:{model.id}",
        key=model.id,
        kind=StyleKind.MODEL,
        titles={"en": model.name},
        groups={"en": _GROUPS[StyleKind.MODEL]},
        group=_GROUPS[StyleKind.MODEL],
        model=model.id,
        maker=model.attribution,
        licence=model.licence,
        commercial=model.commercial,
        reason=model.reason,
    )
