from pathlib import Path

import pytest

from engine.paths import Folders


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.under(tmp_path / "home")
