from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelError
from engine.models.safe_paths import inside, is_model_id, model_id_from


@pytest.mark.parametrize(
    "text",
    ["", "..", "../x", "a/../../x", "/etc/passwd", "C:/x", "C:x", "a\\b", "\\\\host\\x", "a\0b",
     "~/x", "file.onnx:stream"],
)  # fmt: skip
def test_a_path_that_leads_out_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="refused"):
        inside(tmp_path, text)
    with pytest.raises(ModelError, match="refused"):
        inside(tmp_path, text, follow_links=True)


def test_a_link_that_leads_out_is_refused_unless_the_content_is_ours(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match="link"):
        inside(root, "link/file.onnx")
    assert inside(root, "link/file.onnx", follow_links=True) == root / "link" / "file.onnx"


def test_a_link_that_stays_inside_is_fine(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert inside(tmp_path, "b/file") == tmp_path / "b" / "file"


@given(st.text(max_size=30))
def test_whatever_is_accepted_lies_inside(text: str) -> None:
    root = Path("/tmp/no-such-folder-of-gesso")
    try:
        path = inside(root, text)
    except ModelError:
        return
    assert path.resolve().is_relative_to(root)
    assert path.resolve() != Path("/tmp")


@given(st.text(max_size=80))
def test_an_id_made_from_any_name_is_an_id(name: str) -> None:
    assert is_model_id(model_id_from(name))
