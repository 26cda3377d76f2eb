from __future__ import annotations

import pytest

from desktop.document import edits
from desktop.document.model import Document
from engine.api import STYLIZE, ParameterError, StyleUse, StylizeParams, fields_of

PHOTO = "a" * 64 + ".jpg"
MASK = "b" * 64 + ".png"
OTHER = "c" * 64 + ".png"


def ready() -> Document:
    document = edits.set_content(Document(), PHOTO, "harbour.jpg")
    return edits.add_style(document, "painting:wave")


def test_a_document_becomes_parameters_of_the_task():
    document = edits.set_param(ready(), "strength", 0.25)
    params = edits.run_params(document)
    assert params == StylizeParams(
        content=PHOTO, styles=(StyleUse(style="painting:wave"),), strength=0.25
    )


def test_every_field_of_the_task_can_be_set_and_reset():
    document = ready()
    for field in fields_of(STYLIZE.params):
        if field.name in ("content", "styles") or field.default is None:
            continue
        changed = edits.set_param(document, field.name, field.default)
        assert changed.params[field.name] == field.default
        assert edits.reset_param(changed, field.name) == document


def test_a_mask_is_referred_to_by_its_id_and_resolved_for_the_run():
    document, first = edits.add_mask(ready(), MASK, "Sky")
    document, second = edits.add_mask(document, MASK, "Sea")
    document = edits.set_param(document, "mask", first)
    document = edits.mask_style(document, 0, second, invert=True)
    document = edits.set_mask(document, first, OTHER)
    params = edits.run_params(document)
    assert isinstance(params, StylizeParams)
    assert params.mask == OTHER
    assert params.styles[0].mask == MASK
    assert params.styles[0].invert


def test_removing_a_mask_removes_every_reference_to_it():
    document, mask = edits.add_mask(ready(), MASK)
    document = edits.mask_style(edits.set_param(document, "mask", mask), 0, mask, invert=True)
    document = edits.remove_mask(document, mask)
    params = edits.run_params(document)
    assert isinstance(params, StylizeParams)
    assert (params.mask, params.styles[0].mask, params.styles[0].invert) == (None, None, False)
    assert document.masks == ()


def test_a_new_mask_never_takes_the_id_of_another():
    document, _ = edits.add_mask(ready(), MASK)
    document, second = edits.add_mask(document, MASK)
    document = edits.remove_mask(document, "mask-1")
    document, third = edits.add_mask(document, MASK)
    assert len({second, third}) == 2


def test_styles_are_added_once_reweighted_moved_and_removed():
    document = edits.add_style(ready(), "built-in:night", 2.0)
    assert edits.add_style(document, "built-in:night") is document
    document = edits.reweight_style(document, 0, 0.5)
    document = edits.move_style(document, 1, 0)
    names = [(use["style"], use["weight"]) for use in edits.styles(document)]
    assert names == [("built-in:night", 2.0), ("painting:wave", 0.5)]
    document = edits.remove_style(document, 0)
    assert [use["style"] for use in edits.styles(document)] == ["painting:wave"]
    with pytest.raises(IndexError):
        edits.remove_style(document, 5)


def test_an_edit_that_changes_nothing_returns_the_same_document():
    document = edits.set_param(ready(), "strength", 0.5)
    assert edits.set_param(document, "strength", 0.5) is document
    assert edits.set_content(document, PHOTO, "harbour.jpg") is document
    assert edits.reset_param(document, "texture") is document


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (Document(), "content"),
        (edits.set_content(Document(), PHOTO), "styles"),
        (edits.set_styles(ready(), ()), "styles"),
        (edits.set_param(ready(), "strength", 7), "strength"),
    ],
)
def test_what_cannot_run_names_its_field(document, field):
    with pytest.raises(ParameterError) as caught:
        edits.run_params(document)
    assert caught.value.field == field


def test_an_unknown_setting_is_refused():
    with pytest.raises(ParameterError, match="no setting"):
        edits.set_param(ready(), "colour", 1)
    with pytest.raises(ParameterError):
        edits.set_param(ready(), "content", PHOTO)
