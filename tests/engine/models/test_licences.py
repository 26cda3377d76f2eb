from pathlib import Path

from engine.models.catalog import Catalog
from engine.models.info import ModelInfo
from engine.models.licences import licence_text, notices
from engine.paths import Folders, resources


def test_the_text_of_a_shipped_licence_is_found() -> None:
    manifest = Catalog(Folders.under(Path("none"))).manifest("magenta-any")
    text = licence_text(manifest, resources() / "models" / "magenta-any")
    assert "Apache License" in text


def test_a_text_beside_the_manifest_wins(tmp_path: Path) -> None:
    manifest = Catalog(Folders.under(Path("none"))).manifest("magenta-any")
    (tmp_path / "Apache-2.0.txt").write_text("Mine.")
    assert licence_text(manifest, tmp_path) == "Mine."
    assert licence_text(manifest, tmp_path / "none", tmp_path / "none") == ""


def test_models_are_gathered_by_licence_and_the_narrowest_answer_counts() -> None:
    models = [
        ModelInfo(id=i, name=i, licence=licence, commercial=commercial, attribution=by)
        for i, licence, commercial, by in (
            ("a", "MIT", "yes", "Ann"),
            ("b", "MIT", "unknown", "Ann"),
            ("c", "Apache-2.0", "yes", ""),
            ("broken", "", "unknown", ""),
        )
    ]
    apache, mit = notices(models)
    assert (apache.licence, apache.models, apache.attributions) == ("Apache-2.0", ("c",), ())
    assert (mit.models, mit.attributions, mit.commercial) == (("a", "b"), ("Ann",), "unknown")
