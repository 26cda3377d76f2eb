from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from engine.api import AssetError


class FolderStore:
    """A content-addressed folder: the same promise as the engine's store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def import_bytes(self, data: bytes, suffix: str) -> str:
        asset = f"{hashlib.sha256(data).hexdigest()}.{suffix.lstrip('.')}"
        (self.folder / asset).write_bytes(data)
        return asset

    def import_file(self, path: Path) -> str:
        asset = f"{hashlib.sha256(path.read_bytes()).hexdigest()}{path.suffix}"
        shutil.copyfile(path, self.folder / asset)
        return asset

    def asset_path(self, asset: str) -> Path:
        path = self.folder / asset
        if not path.exists():
            raise AssetError(f"{asset} is not in the store.", asset=asset)
        return path


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path / "store")


@pytest.fixture
def other_store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path / "other-store")
