from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.document import edits
from desktop.document.model import Document
from desktop.editing.store import DocumentStore

ASSETS = st.integers(0, 5).map(lambda n: f"{n:064x}.png")
STYLES = st.sampled_from(["painting:wave", "built-in:night", f"picture:{'f' * 64}.jpg"])
INDEX = st.integers(0, 3)

EDIT = st.one_of(
    st.tuples(st.just("content"), ASSETS),
    st.tuples(st.just("strength"), st.floats(0, 1)),
    st.tuples(st.just("gesture"), st.lists(st.floats(1, 16), max_size=5)),
    st.tuples(st.just("reset"), st.sampled_from(["strength", "stroke", "mask"])),
    st.tuples(st.just("add"), STYLES),
    st.tuples(st.just("remove"), INDEX),
    st.tuples(st.just("weight"), INDEX, st.floats(0, 10)),
    st.tuples(st.just("move"), INDEX, INDEX),
    st.tuples(st.just("mask"), ASSETS),
    st.tuples(st.just("paint"), INDEX, ASSETS),
    st.tuples(st.just("unmask"), INDEX),
)


def edited(document: Document, edit: tuple) -> Document:
    count = len(edits.styles(document))
    match edit:
        case ("content", asset):
            return edits.set_content(document, asset)
        case ("strength", value):
            return edits.set_param(document, "strength", value)
        case ("reset", name):
            return edits.reset_param(document, name)
        case ("add", style):
            return edits.add_style(document, style)
        case ("remove", index) if index < count:
            return edits.remove_style(document, index)
        case ("weight", index, weight) if index < count:
            return edits.reweight_style(document, index, weight)
        case ("move", index, to) if index < count:
            return edits.move_style(document, index, to)
        case ("mask", asset):
            document, mask = edits.add_mask(document, asset)
            return edits.set_param(document, "mask", mask)
        case ("paint", index, asset) if index < len(document.masks):
            return edits.set_mask(document, document.masks[index].id, asset)
        case ("unmask", index) if index < len(document.masks):
            return edits.remove_mask(document, document.masks[index].id)
        case _:
            return document


def apply(store: DocumentStore, edit: tuple) -> None:
    if edit[0] != "gesture":
        store.push(edit[0], edited(store.document, edit))
        return
    with store.gesture("Stroke size") as gesture:
        for value in edit[1]:
            gesture.update(edits.set_param(store.document, "stroke", value))


@settings(max_examples=60, deadline=None)
@given(st.lists(EDIT, max_size=25))
def test_any_edit_list_undone_is_the_start_and_redone_is_the_end(edit_list):
    start = Document()
    store = DocumentStore(start)
    for edit in edit_list:
        apply(store, edit)
    end = store.document
    while store.undo_stack.canUndo():
        store.undo_stack.undo()
    assert store.document == start
    while store.undo_stack.canRedo():
        store.undo_stack.redo()
    assert store.document == end


@settings(max_examples=40, deadline=None)
@given(st.lists(EDIT, max_size=25), st.integers(0, 30))
def test_undo_steps_survive_being_written_and_read(edit_list, back):
    store = DocumentStore(Document())
    for edit in edit_list:
        apply(store, edit)
    for _ in range(min(back, len(edit_list))):
        store.undo_stack.undo()
    memory = store.memory()
    again = DocumentStore(Document())
    again.restore(msgspec.json.decode(msgspec.json.encode(memory), type=type(memory)))
    assert again.document == store.document
    while store.undo_stack.canUndo():
        store.undo_stack.undo()
        again.undo_stack.undo()
        assert again.document == store.document
    assert not again.undo_stack.canUndo()


@given(st.lists(EDIT, max_size=15))
def test_a_document_comes_back_from_its_json(edit_list):
    document = Document()
    for edit in edit_list:
        document = edited(document, edit)
    assert msgspec.json.decode(msgspec.json.encode(document), type=Document) == document
