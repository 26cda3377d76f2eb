"""What the command palette offers: actions, what pages add, recent files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from desktop.actions import MENUS, ActionSet
from desktop.i18n import tr, tr_data, without_mnemonic
from desktop.pages.page import Page
from desktop.palette import Entry


def palette_entries(
    actions: ActionSet,
    pages: Iterable[Page],
    recent: Iterable[Path],
    open_recent: Callable[[Path], object],
) -> list[Entry]:
    """Return every line of the palette, in the order of menus."""
    menus = {key: without_mnemonic(tr_data(title)) for key, title in MENUS}
    entries = []
    for action in actions.all():
        q_action = actions.q_action(action.id)
        entries.append(
            Entry(
                title=action.label,
                run=q_action.trigger,
                group=menus.get(action.menu, ""),
                shortcut=action.shortcut_text,
                # English words find a command in any language.
                keywords=f"{without_mnemonic(action.title)} {action.keywords}",
                icon=action.icon,
                is_enabled=q_action.isEnabled(),
            )
        )
    for page in pages:
        entries.extend(
            Entry(e.title, e.run, e.group, keywords=e.keywords, icon=e.icon)
            for e in page.palette_entries()
        )
    entries.extend(
        Entry(
            path.name,
            partial(open_recent, path),
            tr("Recent"),
            keywords=str(path.parent),
            icon="image",
        )
        for path in recent
        if path.exists()
    )
    return entries
