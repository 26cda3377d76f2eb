"""Actions are data; menus, the command palette and the sheet of shortcuts are made from them.

An `Action` says what can be done and how it is reached. A page binds it to a function:
`bind(standard.EXPORT, self.export)`. `ActionSet` turns bound actions into `QAction`s, keeps them
enabled by named conditions ("has-picture"), and lists them for whoever shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.i18n import mark, tr_data, without_mnemonic
from desktop.icons import icon

MENUS: tuple[tuple[str, str], ...] = (
    ("file", mark("&File")),
    ("edit", mark("&Edit")),
    ("view", mark("&View")),
    ("picture", mark("&Picture")),
    ("run", mark("&Run")),
    ("window", mark("&Window")),
    ("help", mark("&Help")),
)
"""Key and English title of each menu, in order; an empty one is not shown."""


@dataclass(frozen=True)
class Action:
    """Something that the user can do.

    Attributes:
        id: unique, "file.open".
        title: English, marked for translation; "…" at the end if it asks for more.
        shortcuts: key sequences in Qt's portable notation, the first one is shown.
        menu: key of a menu in `MENUS`, or empty for the palette alone.
        group: actions of one group stand together; groups are sorted by number.
        icon: name of a file in resources/icons, or empty.
        enabled_when: names of conditions that must all hold.
        is_checkable: whether it is a switch.
        help: one English sentence, for tooltips and the palette.
        keywords: English words under which the palette also finds it.
    """

    id: str
    title: str
    shortcuts: tuple[str, ...] = ()
    menu: str = ""
    group: int = 50
    icon: str = ""
    enabled_when: tuple[str, ...] = ()
    is_checkable: bool = False
    help: str = ""
    keywords: str = ""

    @property
    def label(self) -> str:
        """The title in the user's language, without the menu's mnemonic."""
        return without_mnemonic(tr_data(self.title))

    @property
    def shortcut_text(self) -> str:
        """The first shortcut as this system writes it, or empty."""
        if not self.shortcuts:
            return ""
        return QKeySequence(self.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)

    @property
    def tooltip(self) -> str:
        """Label, shortcut and help, for a button without text."""
        first = f"{self.label.rstrip('…')}  {self.shortcut_text}".strip()
        return f"{first}\n{tr_data(self.help)}" if self.help else first


@dataclass(frozen=True)
class Bound:
    """An action and what happens when it is triggered.

    Attributes:
        action: the data.
        run: called without arguments, or with the new state if the action is checkable.
        is_checked: first state of a switch.
        checked_when: condition whose state a switch shows; empty for one that keeps its own.
    """

    action: Action
    run: Callable[..., object]
    is_checked: bool = False
    checked_when: str = ""


def bind(
    action: Action,
    run: Callable[..., object],
    *,
    is_checked: bool = False,
    checked_when: str = "",
) -> Bound:
    """Return `action` bound to `run`."""
    return Bound(action, run, is_checked, checked_when)


class ActionSet(QObject):
    """The actions that are there now, as `QAction`s of one window."""

    changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._bound: dict[str, Bound] = {}
        self._actions: dict[str, QAction] = {}
        self._conditions: frozenset[str] = frozenset()

    def add(self, bound: Iterable[Bound]) -> None:
        """Add actions.

        Raises:
            ValueError: an id or a shortcut is taken.
        """
        bound = tuple(bound)
        taken = {s: b.action.id for b in self._bound.values() for s in b.action.shortcuts}
        for item in bound:
            action = item.action
            if action.id in self._bound:
                raise ValueError(f"there is already an action {action.id!r}")
            for shortcut in action.shortcuts:
                if shortcut in taken:
                    raise ValueError(f"{shortcut} of {action.id} belongs to {taken[shortcut]}")
                taken[shortcut] = action.id
            self._bound[action.id] = item
            self._actions[action.id] = self._make(item)
        self._refresh(a.action for a in bound)
        self.changed.emit()

    def remove(self, ids: Iterable[str]) -> None:
        """Take actions away, as when their page is left; unknown ids are passed over."""
        for action_id in tuple(ids):
            if self._bound.pop(action_id, None) is not None:
                q_action = self._actions.pop(action_id)
                self._window.removeAction(q_action)
                q_action.deleteLater()
        self.changed.emit()

    def _make(self, item: Bound) -> QAction:
        action = item.action
        q_action = QAction(tr_data(action.title), self._window)
        q_action.setObjectName(action.id)
        q_action.setShortcuts([QKeySequence(s) for s in action.shortcuts])
        q_action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        q_action.setToolTip(action.tooltip)
        # Icons sit on buttons; a menu reads better as one column of words.
        q_action.setIconVisibleInMenu(False)
        if action.icon:
            q_action.setIcon(icon(action.icon))
        if action.is_checkable:
            q_action.setCheckable(True)
            q_action.setChecked(item.is_checked)
            if item.checked_when:
                switch = partial(self._switch, action.id)
                q_action.triggered.connect(lambda checked: switch(checked))
            else:
                q_action.toggled.connect(item.run)
        else:
            run = item.run
            q_action.triggered.connect(lambda _checked=False: run())
        self._window.addAction(q_action)
        return q_action

    def _switch(self, action_id: str, checked: bool) -> None:
        """Do what a switch is bound to, then show what has come of it."""
        self._bound[action_id].run(checked)
        self._refresh([self._bound[action_id].action])

    def set_conditions(self, conditions: Iterable[str]) -> None:
        """Say which named conditions hold; actions are enabled accordingly."""
        self._conditions = frozenset(conditions)
        self._refresh(item.action for item in self._bound.values())

    @property
    def conditions(self) -> frozenset[str]:
        """The conditions that hold."""
        return self._conditions

    def _refresh(self, actions: Iterable[Action]) -> None:
        for action in actions:
            enabled = self._conditions.issuperset(action.enabled_when)
            self._actions[action.id].setEnabled(enabled)
            switch = self._bound[action.id].checked_when
            if switch:
                self._actions[action.id].setChecked(switch in self._conditions)

    def q_action(self, action_id: str) -> QAction:
        """Return the `QAction` of an id.

        Raises:
            KeyError: there is none.
        """
        return self._actions[action_id]

    def all(self) -> tuple[Action, ...]:
        """Return every action, in the order of menus and groups."""
        order = {key: index for index, (key, _) in enumerate(MENUS)}
        actions = [item.action for item in self._bound.values()]
        return tuple(sorted(actions, key=lambda a: (order.get(a.menu, len(order)), a.group)))

    def in_menu(self, menu: str) -> tuple[tuple[Action, ...], ...]:
        """Return the actions of a menu, in groups."""
        groups: dict[int, list[Action]] = {}
        for action in self.all():
            if action.menu == menu:
                groups.setdefault(action.group, []).append(action)
        return tuple(tuple(groups[number]) for number in sorted(groups))

    def trigger(self, action_id: str) -> None:
        """Do it, if it is enabled."""
        self._actions[action_id].trigger()
