from pathlib import Path

import pytest

from engine.errors import ModelError, ParameterError
from engine.models.info import ModelInfo
from engine.models.manifest import ModelKind, ModelState
from engine.models.styles import StyleInfo, all_styles, read_styles, resolve_style_name, style_entry

INDEX = """
[[style]]
key = "ember"
kind = "built-in"
index = 4
thumbnail = "thumbs/ember.jpg"
titles = { en = "Ember", zh_CN = "余烬" }
group = { en = "Built-in", zh_CN = "内置" }
character = { en = "warm" }
abstract = true
sha256 = "for people and tools"

[[style]]
key = "harbour-oil"
kind = "painting"
file = "harbour.jpg"
titles = { en = "Harbour in oil", fr = "Été au port" }
maker = "Gesso"
licence = "CC0-1.0"

[[style]]
key = "harbour-ink"
kind = "painting"
file = "ink.jpg"
titles = { en = "Harbour in ink" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index.toml").write_text(INDEX, encoding="utf-8")
    (tmp_path / "harbour.jpg").write_bytes(b"x")
    return tmp_path


def model(
    model_id: str, state: ModelState = ModelState.AVAILABLE, origin: str = "package"
) -> ModelInfo:
    return ModelInfo(
        id=model_id, name=model_id.title(), kind=ModelKind.STYLE, arch=model_id, state=state,
        reason="" if state is ModelState.AVAILABLE else "Not there.", origin=origin,
    )  # fmt: skip


def test_the_index_becomes_styles_with_ids_rows_and_files(folder: Path) -> None:
    ember, oil, _ = read_styles(folder)
    assert (ember.id, ember.index, ember.model) == ("built-in:ember", 4, "magenta-26")
    assert ember.thumbnail == str(folder / "thumbs" / "ember.jpg")
    assert (oil.id, oil.file, oil.model) == (
        "painting:harbour-oil", str(folder / "harbour.jpg"), "magenta-any",
    )  # fmt: skip
    assert style_entry("built-in:ember", folder) == ember
    assert (ember.group, ember.groups["zh_CN"], ember.is_abstract) == ("Built-in", "内置", True)
    assert (oil.group, oil.is_abstract, ember.character) == ("Paintings", False, {"en": "warm"})


def test_a_title_falls_back_to_its_base_language_and_to_english(folder: Path) -> None:
    ember, oil, _ = read_styles(folder)
    assert ember.title("zh_CN") == "余烬"
    assert ember.title("de") == "Ember"
    assert oil.title("fr_CA") == "Été au port"


def test_a_style_whose_model_or_picture_is_missing_says_so(folder: Path) -> None:
    models = (model("magenta-26", ModelState.NOT_INSTALLED), model("magenta-any"))
    ember, oil, ink = all_styles(models, folder)
    assert ember.reason == "Not there."
    assert oil.is_available
    assert "ink.jpg" in ink.reason


def test_the_users_own_networks_follow_the_shipped_styles(folder: Path) -> None:
    models = (model("magenta-26"), model("magenta-any"), model("mosaic", origin="folder"))
    styles = all_styles(models, folder)
    assert [s.id for s in styles][-1] == "model:mosaic"
    assert len(styles) == 4


@pytest.mark.parametrize(
    "text",
    ["ember", "EMBER", "built-in:ember", "余烬", " emb"],
)
def test_a_style_is_found_by_id_key_title_and_beginning(text: str, folder: Path) -> None:
    assert resolve_style_name(text, read_styles(folder)).key == "ember"


def test_accents_and_spaces_do_not_matter(folder: Path) -> None:
    assert resolve_style_name("ete au port", read_styles(folder)).key == "harbour-oil"
    assert resolve_style_name("harbour in oil", read_styles(folder)).key == "harbour-oil"


def test_a_beginning_that_fits_two_styles_names_both(folder: Path) -> None:
    with pytest.raises(ParameterError, match="harbour-oil, harbour-ink"):
        resolve_style_name("harb", read_styles(folder))


def test_a_typing_error_is_answered_with_the_nearest_key(folder: Path) -> None:
    with pytest.raises(ParameterError, match="Did you mean 'ember'"):
        resolve_style_name("embre", read_styles(folder))
    with pytest.raises(ParameterError, match="gesso styles"):
        resolve_style_name("", read_styles(folder))
    with pytest.raises(ModelError, match="Did you mean"):
        style_entry("built-in:embr", folder)


def test_no_index_means_no_styles_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    assert read_styles(tmp_path) == ()
    (tmp_path / "index.toml").write_text('[[style]]\nkey="x"\nkind="painting"\ntitles={}\n')
    with pytest.raises(ModelError, match="has no file"):
        read_styles(tmp_path)
    (tmp_path / "index.toml").write_text("[[")
    with pytest.raises(ModelError, match="cannot be read"):
        read_styles(tmp_path)


def test_a_row_cannot_reach_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "index.toml").write_text(
        '[[style]]\nkey="x"\nkind="painting"\nfile="../x"\ntitles={}\n'
    )
    with pytest.raises(ModelError, match="refused"):
        read_styles(tmp_path)


def test_the_styles_that_ship_are_whole_and_have_names_of_their_own() -> None:
    styles = read_styles()
    for style in styles:
        for name in (style.id, style.key, *style.titles.values()):
            assert resolve_style_name(name, styles) == style
    for style in styles:
        assert Path(style.thumbnail).is_file()
        assert not style.file or Path(style.file).is_file()


def test_a_style_without_an_english_title_has_one() -> None:
    style = StyleInfo(id="model:x", key="x", kind="model", titles={})  # type: ignore[arg-type]
    assert style.title() == "x"
