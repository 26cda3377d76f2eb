"""Every change of a document, as a pure function from one document to the next.

A function that changes nothing returns the very document it was given, so callers can tell by
identity that there is nothing to undo.
"""

from __future__ import annotations

from typing import Any

import msgspec

from desktop.document.model import Content, Document, Mask
from engine.api import (
    AssetId,
    ParameterError,
    StyleUse,
    TaskParams,
    convert_params,
    fields_of,
    find_task,
    load_params,
)

MASK_FIELDS = ("mask",)
STYLES_FIELD = "styles"


def set_param(document: Document, name: str, value: Any) -> Document:
    """Return the document with one form value changed.

    Args:
        document: what to start from.
        name: of a field of the document's task, other than the content.
        value: plain data, or structs that msgspec can turn into plain data.

    Raises:
        ParameterError: the task has no such field.
    """
    _known_field(document, name)
    plain = msgspec.to_builtins(value)
    if name in document.params and document.params[name] == plain:
        return document
    return msgspec.structs.replace(document, params={**document.params, name: plain})


def set_params(document: Document, values: dict[str, Any]) -> Document:
    """Return the document with several form values changed, as when settings are reused."""
    for name, value in values.items():
        document = set_param(document, name, value)
    return document


def form_values(task: str, params: dict[str, Any], version: int | None = None) -> dict[str, Any]:
    """Return the form's part of a job's or a recipe's parameters, brought up to this version.

    Raises:
        ParameterError: the task is not known, or the parameters do not fit it.
    """
    spec = find_task(task)
    if version is not None and version != spec.version:
        params = msgspec.to_builtins(load_params(spec, params, version))
    names = {field.name for field in fields_of(spec.params)} - {"content"}
    # What a newer Gesso wrote besides is passed over, as is the tag of the record.
    return {name: value for name, value in params.items() if name in names}


def reset_param(document: Document, name: str) -> Document:
    """Return the document with one form value back at its default."""
    if name not in document.params:
        return document
    rest = {key: value for key, value in document.params.items() if key != name}
    return msgspec.structs.replace(document, params=rest)


def set_content(document: Document, asset: AssetId, name: str = "") -> Document:
    """Return the document with another picture.

    Masks stay: they are scaled to fit, and who swaps one photograph for a retouched one expects
    to find them again.
    """
    content = Content(asset=asset, name=name)
    if document.content == content:
        return document
    return msgspec.structs.replace(document, content=content)


def styles(document: Document) -> tuple[dict[str, Any], ...]:
    """Return the chosen styles as plain data, in order."""
    return tuple(dict(use) for use in document.params.get(STYLES_FIELD, ()))


def set_styles(document: Document, uses: tuple[StyleUse | dict[str, Any], ...]) -> Document:
    """Return the document with other styles, in this order."""
    return set_param(document, STYLES_FIELD, list(msgspec.to_builtins(uses)))


def add_style(document: Document, style: str, weight: float = 1.0) -> Document:
    """Return the document with one more style; one that is there already stays as it is."""
    chosen = styles(document)
    if any(use["style"] == style for use in chosen):
        return document
    return set_styles(document, (*chosen, {"style": style, "weight": weight}))


def remove_style(document: Document, index: int) -> Document:
    """Return the document without the style at `index`.

    Raises:
        IndexError: there is none.
    """
    chosen = styles(document)
    _existing_style(chosen, index)
    return set_styles(document, (*chosen[:index], *chosen[index + 1 :]))


def reweight_style(document: Document, index: int, weight: float) -> Document:
    """Return the document with another weight of the style at `index`.

    Raises:
        IndexError: there is none.
    """
    return _change_style(document, index, weight=weight)


def move_style(document: Document, index: int, to: int) -> Document:
    """Return the document with the style at `index` moved to position `to`.

    Raises:
        IndexError: there is none.
    """
    chosen = list(styles(document))
    _existing_style(tuple(chosen), index)
    use = chosen.pop(index)
    chosen.insert(max(0, min(to, len(chosen))), use)
    return set_styles(document, tuple(chosen))


def mask_style(
    document: Document, index: int, mask_id: str | None, *, invert: bool = False
) -> Document:
    """Return the document with the style at `index` landing only where a mask is white.

    Raises:
        IndexError: there is no such style.
        KeyError: there is no such mask.
    """
    if mask_id is not None:
        document.mask(mask_id)
    return _change_style(document, index, mask=mask_id, invert=invert)


def add_mask(document: Document, asset: AssetId, name: str = "") -> tuple[Document, str]:
    """Return the document with one more mask, and that mask's id."""
    taken = {mask.id for mask in document.masks}
    number = len(taken) + 1
    while f"mask-{number}" in taken:
        number += 1
    mask = Mask(id=f"mask-{number}", asset=asset, name=name)
    return msgspec.structs.replace(document, masks=(*document.masks, mask)), mask.id


def set_mask(document: Document, mask_id: str, asset: AssetId) -> Document:
    """Return the document with a mask repainted; everything that used it uses the new pixels.

    Raises:
        KeyError: there is no such mask.
    """
    if document.mask(mask_id).asset == asset:
        return document
    masks = tuple(
        msgspec.structs.replace(mask, asset=asset) if mask.id == mask_id else mask
        for mask in document.masks
    )
    return msgspec.structs.replace(document, masks=masks)


def remove_mask(document: Document, mask_id: str) -> Document:
    """Return the document without a mask, and with nothing that refers to it.

    Raises:
        KeyError: there is no such mask.
    """
    document.mask(mask_id)
    masks = tuple(mask for mask in document.masks if mask.id != mask_id)
    params = dict(document.params)
    for name in MASK_FIELDS:
        if params.get(name) == mask_id:
            params[name] = None
    if STYLES_FIELD in params:
        params[STYLES_FIELD] = [
            {**use, "mask": None, "invert": False} if use.get("mask") == mask_id else use
            for use in params[STYLES_FIELD]
        ]
    return msgspec.structs.replace(document, masks=masks, params=params)


def run_params(document: Document) -> TaskParams:
    """Return what the engine is asked for: the form's values with content and masks put in.

    Raises:
        ParameterError: there is no picture, no style, or a value is out of range.
    """
    if document.content is None:
        raise ParameterError(
            "There is no picture yet.", field="content", hint="Drop one on the canvas, or open one."
        )
    data = dict(document.params)
    for name in MASK_FIELDS:
        if name in data:
            data[name] = _mask_asset(document, data[name])
    spec = find_task(document.task)
    if any(field.name == STYLES_FIELD for field in fields_of(spec.params)):
        uses = data.get(STYLES_FIELD, ())
        if not uses:
            raise ParameterError(
                "No style is chosen.", field=STYLES_FIELD, hint="Choose at least one style."
            )
        data[STYLES_FIELD] = [
            {**use, "mask": _mask_asset(document, use.get("mask"))} for use in uses
        ]
    if document.version != spec.version:
        data = {**data, "content": document.content.asset}
        return load_params(spec, data, document.version)
    return convert_params({**data, "content": document.content.asset}, spec.params)


def _mask_asset(document: Document, value: str | None) -> AssetId | None:
    """Return the asset behind a mask's id; an asset id (from a recipe) stays as it is."""
    for mask in document.masks:
        if mask.id == value:
            return mask.asset
    return value


def _known_field(document: Document, name: str) -> None:
    names = {field.name for field in fields_of(find_task(document.task).params)}
    if name not in names - {"content"}:
        raise ParameterError(f"{document.task} has no setting called {name!r}.", field=name)


def _existing_style(chosen: tuple[dict[str, Any], ...], index: int) -> None:
    if not 0 <= index < len(chosen):
        raise IndexError(f"There is no style number {index}: {len(chosen)} are chosen.")


def _change_style(document: Document, index: int, **changes: Any) -> Document:
    chosen = styles(document)
    _existing_style(chosen, index)
    changed = {**chosen[index], **changes}
    if changed == chosen[index]:
        return document
    return set_styles(document, (*chosen[:index], changed, *chosen[index + 1 :]))
