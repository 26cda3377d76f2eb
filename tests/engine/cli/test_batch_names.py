from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cli.naming import checked_template, file_name, free_path, result_suffix, style_label
from engine.errors import ParameterError


def test_a_pattern_is_filled_in() -> None:
    name = file_name("{counter:04}-{name}-{style}", name="cat", style="ember", counter=7)
    assert name == "0007-cat-ember"


@pytest.mark.parametrize(
    ("template", "message"),
    [("{nam}", "Did you mean {name}"), ("{", "cannot be read"), ("fixed", "same name"),
     ("{style}", "same name"), ("{name.x}", "no field"), ("{0}", "no field"),
     ("{counter:099999999}", "not a format")],
)  # fmt: skip
def test_a_pattern_that_cannot_work_is_refused(template: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        checked_template(template)


def test_a_pattern_needs_the_name_or_the_counter() -> None:
    assert checked_template("{counter:03}") == "{counter:03}"
    assert checked_template("{date} {name}") == "{date} {name}"


@given(st.text(max_size=200), st.text(max_size=50))
def test_no_name_leads_out_of_its_folder(name: str, style: str) -> None:
    made = file_name("{name}-{style}", name=name, style=style)
    assert made
    assert not set(made) & set('/\\:*?"<>|\0\n')
    assert made not in (".", "..")


def test_a_blend_has_a_short_word() -> None:
    assert style_label(["ember"]) == "ember"
    assert style_label(["art/My Oil.jpg", "painting:ink"]) == "My-Oil+ink"
    assert style_label(["a", "b", "c", "d", "e"]) == "a+b+c+2"


@pytest.mark.parametrize(
    ("source", "wanted", "suffix"),
    [("x.JPG", "", ".jpg"), ("x.gif", "", ".png"), ("x.jpg", "TIF", ".tif"), (None, "", ".png")],
)
def test_the_format_follows_the_wish_then_the_source(
    source: str | None, wanted: str, suffix: str
) -> None:
    assert result_suffix(Path(source) if source else None, wanted) == suffix


def test_a_format_that_gesso_does_not_write_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"does not write \.gif"):
        result_suffix(None, "gif")


def test_nothing_that_is_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert free_path(tmp_path / "a.png", {tmp_path / "a-2.png"}) == tmp_path / "a-3.png"
    assert free_path(tmp_path / "b.png") == tmp_path / "b.png"
