from __future__ import annotations

import pytest

from desktop.document import edits
from desktop.document.model import Document
from desktop.document.project import UndoMemory
from desktop.editing.store import UNDO_LIMIT, DocumentStore


@pytest.fixture
def store(qapp):
    return DocumentStore(Document())


def test_a_drag_of_fifty_values_is_one_step(store):
    gesture = store.start_gesture("Strength")
    for number in range(50):
        gesture.update(edits.set_param(store.document, "strength", number / 50))
    assert store.undo_stack.count() == 1
    store.undo_stack.undo()
    assert store.document == Document()


def test_two_drags_are_two_steps(store):
    for low in (0.1, 0.5):
        with store.gesture("Strength") as gesture:
            gesture.update(edits.set_param(store.document, "strength", low))
            gesture.update(edits.set_param(store.document, "strength", low + 0.1))
    assert store.undo_stack.count() == 2


def test_a_drag_back_to_its_start_leaves_no_step(store):
    store.push("Strength", edits.set_param(store.document, "strength", 0.5))
    with store.gesture("Strength") as gesture:
        for value in (0.6, 0.7, 0.5):
            gesture.update(edits.set_param(store.document, "strength", value))
    assert store.undo_stack.count() == 1


def test_listeners_hear_of_each_change_with_both_values(store):
    heard = []
    store.changed.connect(lambda old, new: heard.append((old, new)))
    first = store.document
    second = edits.set_param(first, "texture", 0.1)
    store.push("Texture", second)
    store.push("Texture", second)
    store.undo_stack.undo()
    assert heard == [(first, second), (second, first)]


def test_a_saved_state_is_found_again_by_undo(store):
    store.push("A", edits.set_param(store.document, "texture", 0.1))
    store.undo_stack.setClean()
    store.push("B", edits.set_param(store.document, "texture", 0.2))
    assert not store.undo_stack.isClean()
    store.undo_stack.undo()
    assert store.undo_stack.isClean()


def test_steps_are_bounded_and_the_saved_state_survives_the_session(store):
    for number in range(UNDO_LIMIT + 20):
        store.push(f"Size {number}", edits.set_param(store.document, "size", number + 1))
        if number == UNDO_LIMIT + 10:
            store.undo_stack.setClean()
    store.undo_stack.undo()
    memory = store.memory()
    assert len(memory.labels) == UNDO_LIMIT
    again = DocumentStore(Document())
    heard = []
    again.changed.connect(lambda old, new: heard.append(new))
    again.restore(memory)
    assert heard == [store.document]
    assert again.undo_stack.redoText() == f"Size {UNDO_LIMIT + 19}"
    assert again.undo_stack.cleanIndex() == store.undo_stack.cleanIndex()
    assert not again.undo_stack.isClean()


def test_steps_that_do_not_fit_together_are_refused(store):
    with pytest.raises(ValueError, match="fit together"):
        store.restore(UndoMemory(labels=("x",), documents=(Document(),)))


def test_opening_another_document_forgets_the_steps(store):
    store.push("A", edits.set_param(store.document, "texture", 0.1))
    other = edits.set_content(Document(), "a" * 64 + ".png")
    store.replace(other)
    assert store.document is other
    assert store.undo_stack.count() == 0
