"""The pictures that the user brought as styles: kept between sessions, as asset ids."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from engine.api import AssetId, write_whole

log = logging.getLogger(__name__)

MOST = 200


class OwnStyle(msgspec.Struct, frozen=True, kw_only=True):
    """One picture that serves as a style.

    Attributes:
        asset: its file in the store.
        name: the name that the file came with, without its suffix.
    """

    asset: AssetId
    name: str

    @property
    def style(self) -> str:
        """What `StyleUse.style` calls it."""
        return f"picture:{self.asset}"


class OwnStyles:
    """The list, newest first, in one JSON file."""

    def __init__(self, path: Path) -> None:
        """Read `path`; it need not exist yet."""
        self._path = path
        self._styles: tuple[OwnStyle, ...] = ()
        try:
            self._styles = msgspec.json.decode(path.read_bytes(), type=tuple[OwnStyle, ...])
        except FileNotFoundError:
            pass
        except (OSError, msgspec.MsgspecError) as error:
            # The pictures themselves are safe in the store; only the list starts anew.
            log.info("the list of own styles cannot be read: %s", error)

    def all(self) -> tuple[OwnStyle, ...]:
        """Return every own style, newest first."""
        return self._styles

    def add(self, asset: AssetId, name: str) -> OwnStyle:
        """Put a picture first; one that is there already moves to the front."""
        own = OwnStyle(asset=asset, name=name)
        rest = tuple(known for known in self._styles if known.asset != asset)
        self._write((own, *rest)[:MOST])
        return own

    def remove(self, asset: AssetId) -> None:
        """Take a picture off the list; its file stays in the store."""
        self._write(tuple(known for known in self._styles if known.asset != asset))

    def _write(self, styles: tuple[OwnStyle, ...]) -> None:
        self._styles = styles
        write_whole(self._path, msgspec.json.encode(styles))
