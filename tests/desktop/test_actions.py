from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop import i18n, standard, window_actions
from desktop.actions import MENUS, Action, ActionSet, bind
from engine.api import resources


@pytest.fixture
def actions(qtbot: Any) -> ActionSet:
    widget = QWidget()
    qtbot.addWidget(widget)
    actions = ActionSet(widget)
    actions.keep = widget  # type: ignore[attr-defined]
    return actions


def declared() -> list[Action]:
    modules = (standard, window_actions)
    return [v for m in modules for v in vars(m).values() if isinstance(v, Action)]


def test_no_two_declared_actions_share_an_id_or_a_key() -> None:
    ids = [action.id for action in declared()]
    keys = [QKeySequence(s).toString() for action in declared() for s in action.shortcuts]
    assert len(ids) == len(set(ids))
    assert len(keys) == len(set(keys))


def test_every_declared_action_can_be_reached_and_drawn() -> None:
    menus = {key for key, _ in MENUS}
    for action in declared():
        assert action.menu in menus, action.id
        assert not action.icon or (resources() / "icons" / f"{action.icon}.svg").is_file()
        assert all(not QKeySequence(s).isEmpty() for s in action.shortcuts), action.id


def test_mnemonics_of_a_menu_do_not_clash() -> None:
    for key, _ in MENUS:
        letters = [
            a.title[a.title.index("&") + 1].casefold()
            for a in declared()
            if a.menu == key and "&" in a.title
        ]
        assert len(letters) == len(set(letters)), f"{key}: {sorted(letters)}"


def test_an_action_is_enabled_only_while_its_conditions_hold(actions: ActionSet) -> None:
    done: list[str] = []
    actions.add([bind(Action("a", "A", enabled_when=("x", "y")), lambda: done.append("a"))])
    actions.trigger("a")
    actions.set_conditions({"x"})
    actions.trigger("a")
    assert not done
    actions.set_conditions({"x", "y", "z"})
    actions.trigger("a")
    assert done == ["a"]


def test_a_switch_passes_its_state(actions: ActionSet) -> None:
    states: list[bool] = []
    actions.add([bind(Action("s", "S", is_checkable=True), states.append, is_checked=True)])
    actions.trigger("s")
    actions.trigger("s")
    assert states == [False, True]


def test_a_taken_id_or_key_is_refused(actions: ActionSet) -> None:
    actions.add([bind(Action("a", "A", ("Ctrl+R",)), list)])
    with pytest.raises(ValueError, match="already"):
        actions.add([bind(Action("a", "A"), list)])
    with pytest.raises(ValueError, match="belongs to"):
        actions.add([bind(Action("b", "B", ("Ctrl+R",)), list)])


def test_removed_actions_free_their_keys(actions: ActionSet) -> None:
    actions.add([bind(Action("a", "A", ("Ctrl+R",)), list)])
    actions.remove(["a", "unknown"])
    actions.add([bind(Action("b", "B", ("Ctrl+R",)), list)])
    assert [a.id for a in actions.all()] == ["b"]


def test_groups_come_in_order(actions: ActionSet) -> None:
    for action in (
        Action("late", "L", menu="file", group=90),
        Action("first", "F", menu="file", group=10),
        Action("second", "S", menu="file", group=10),
    ):
        actions.add([bind(action, list)])
    groups = [[a.id for a in group] for group in actions.in_menu("file")]
    assert groups == [["first", "second"], ["late"]]


def test_labels_drop_the_mnemonic_in_both_languages() -> None:
    assert standard.OPEN.label == "Open…"
    i18n.install(resources() / "i18n", "zh_CN")
    assert standard.OPEN.label == "打开…"


def test_a_key_press_reaches_its_action(window: Any, qtbot: Any) -> None:
    qtbot.keyClick(window.page, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert window.page.exports == 1
