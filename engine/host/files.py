"""The engine's methods about files; `engine.host.client.Engine` is made of these and others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.assets.store import AssetStore
from engine.spec.results import AssetId

if TYPE_CHECKING:  # codecs are loaded by the first call that needs one
    from engine.assets.export import ExportOptions
    from engine.assets.images import PictureInfo
    from engine.assets.recipe import Recipe


class FileDoor:
    """Getting files in and out."""

    _store: AssetStore

    def import_file(self, path: Path) -> AssetId:
        """Copy a file into the store.

        Raises:
            AssetError: it cannot be read, or there is no room for it.
        """
        return self._store.import_file(path)

    def import_bytes(self, data: bytes, suffix: str) -> AssetId:
        """Put bytes into the store.

        Raises:
            AssetError: there are none, or there is no room for them.
        """
        return self._store.import_bytes(data, suffix)

    def asset_path(self, asset: AssetId) -> Path:
        """Return where an asset lies; the file must not be written to.

        Raises:
            AssetError: there is none.
        """
        return self._store.path(asset)

    def picture_info(self, path: Path) -> PictureInfo:
        """Return size, depth, alpha, profile and recipe of a picture without decoding it.

        Raises:
            AssetError: it cannot be read.
        """
        from engine.assets.images import picture_info

        return picture_info(path)

    def export(
        self, asset: AssetId, target: Path, options: ExportOptions, recipe: Recipe | None
    ) -> Path:
        """Write an asset to a file of the user's choice and return the file's path.

        Raises:
            AssetError: it cannot be read or written.
        """
        from engine.assets.export import export_picture

        return export_picture(self._store.path(asset), target, options, recipe)

    def read_recipe(self, path: Path) -> Recipe | None:
        """Return the recipe inside a file, or None if there is none.

        Raises:
            AssetError: the file cannot be read.
        """
        from engine.assets.recipe import read_recipe

        return read_recipe(path)
