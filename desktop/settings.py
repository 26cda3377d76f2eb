"""What the user has chosen: a frozen struct, kept as JSON in the configuration folder.

Reading forgives: a field that does not fit falls back to its default alone, and a file that is
not JSON is kept beside as `settings.damaged.json` before defaults take over.
"""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.api import RunOptions, write_whole

log = logging.getLogger(__name__)

RECENT_LIMIT = 12


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The user's choices.

    Attributes:
        schema: version of this format.
        theme: "system", "dark", "light" or "contrast".
        language: "system" or a code of `desktop.i18n.LANGUAGES`.
        library: folder of what the user makes; empty for the usual one.
        run: device, precision, threads and memory of every job.
        embed_recipe: whether an export carries its recipe unless the dialog says otherwise.
        notify_when_done: whether a finished job says so.
        recent: files opened last, newest first.
    """

    schema: int = 1
    theme: str = "system"
    language: str = "system"
    library: str = ""
    run: RunOptions = RunOptions()
    embed_recipe: bool = True
    notify_when_done: bool = True
    recent: tuple[str, ...] = ()

    def with_recent(self, path: str) -> Settings:
        """Return these settings with `path` as the newest of the recent files."""
        rest = tuple(item for item in self.recent if item != path)
        return msgspec.structs.replace(self, recent=(path, *rest)[:RECENT_LIMIT])


def load_settings(path: Path) -> Settings:
    """Return what `path` holds, as far as it fits."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        log.warning("settings cannot be read: %s", error)
        return Settings()
    try:
        return msgspec.json.decode(data, type=Settings)
    except msgspec.ValidationError as error:
        log.info("settings do not all fit: %s", error)
        _keep_damaged(path)
        return _salvage(msgspec.json.decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        log.info("settings are damaged: %s", error)
        _keep_damaged(path)
        return Settings()


def _salvage(data: Any) -> Settings:
    """Return settings from the fields of `data` that fit."""
    result = Settings()
    if not isinstance(data, dict):
        return result
    for field in msgspec.structs.fields(Settings):
        if field.name in data:
            with contextlib.suppress(msgspec.ValidationError):
                value = msgspec.convert(data[field.name], field.type)
                result = msgspec.structs.replace(result, **{field.name: value})
    return result


def _keep_damaged(path: Path) -> None:
    try:
        (path.with_suffix(".damaged.json")).write_bytes(path.read_bytes())
    except OSError as error:
        log.warning("the damaged settings could not be kept: %s", error)


def save_settings(path: Path, settings: Settings) -> None:
    """Write `settings` so that at any moment either the old or the new file is whole.

    Raises:
        OSError: the folder cannot be written.
    """
    write_whole(path, msgspec.json.format(msgspec.json.encode(settings), indent=2))


class SettingsStore(QObject):
    """The settings in force, written whenever they change.

    Signals:
        changed: (old, new).
    """

    changed = Signal(object, object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._value = load_settings(path)

    @property
    def value(self) -> Settings:
        """The settings in force."""
        return self._value

    def put(self, settings: Settings) -> None:
        """Put `settings` in force and write them."""
        old = self._value
        if settings == old:
            return
        self._value = settings
        try:
            save_settings(self._path, settings)
        except OSError as error:
            log.warning("settings cannot be written: %s", error)
        self.changed.emit(old, settings)

    def change(self, **values: Any) -> None:
        """Put some fields in force."""
        self.put(msgspec.structs.replace(self._value, **values))
