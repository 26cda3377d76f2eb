from pathlib import Path

import pytest

from engine.cli.inputs import existing_file, expand, sniff_suffix
from engine.errors import AssetError


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for name in ("b.jpg", "a.PNG", "notes.txt", ".hidden.jpg", "sub/c.webp", ".git/d.png",
                 "out/e.png"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_a_folder_stands_for_its_pictures(photos: Path) -> None:
    found, errors = expand([str(photos)], recursive=False)
    assert names(found) == ["a.PNG", "b.jpg"]
    assert errors == []


def test_folders_inside_are_looked_into_on_demand_but_never_the_results(photos: Path) -> None:
    found, _ = expand([str(photos)], recursive=True, leave_out=photos / "out")
    assert names(found) == ["a.PNG", "b.jpg", "c.webp"]


def test_patterns_and_doubles(photos: Path) -> None:
    texts = [str(photos / "*.jpg"), str(photos / "b.jpg"), str(photos / "**" / "*.webp")]
    found, errors = expand(texts, recursive=False)
    assert names(found) == ["b.jpg", "c.webp"]
    assert errors == []


def test_what_stands_for_nothing_is_told_and_the_rest_goes_on(photos: Path) -> None:
    (photos / "empty").mkdir()
    texts = [str(photos / "bb.jpg"), str(photos / "*.bmp"), str(photos / "empty"),
             str(photos / "b.jpg")]  # fmt: skip
    found, errors = expand(texts, recursive=False)
    assert names(found) == ["b.jpg"]
    assert [e.message.split()[2:4] for e in errors] == [["no", "file"], ["no", "pictures"]] * 1 + [
        ["no", "pictures"]
    ]
    assert "Did you mean" in errors[0].hint
    assert "b.jpg" in errors[0].hint


@pytest.mark.parametrize(("typed", "meant"), [("b.jpeg", "b.jpg"), ("A.png", "a.PNG")])
def test_a_missing_file_is_answered_with_the_nearest(typed: str, meant: str, photos: Path) -> None:
    if (photos / typed).exists():
        pytest.skip("this file system does not tell case apart")
    with pytest.raises(AssetError, match=f"Did you mean .*{meant}"):
        existing_file(str(photos / typed))


def test_a_missing_folder_and_a_folder_in_place_of_a_file_are_told(photos: Path) -> None:
    with pytest.raises(AssetError, match="no folder"):
        existing_file(str(photos / "nowhere" / "x.jpg"))
    with pytest.raises(AssetError, match="gesso batch"):
        existing_file(str(photos))


def test_a_name_that_is_a_file_wins_over_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "a[1].jpg").touch()
    found, errors = expand([str(tmp_path / "a[1].jpg")], recursive=False)
    assert names(found) == ["a[1].jpg"]
    assert errors == []


@pytest.mark.parametrize(
    ("head", "suffix"),
    [(b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff\xe0", ".jpg"), (b"II*\0", ".tif"),
     (b"RIFF\0\0\0\0WEBPVP8 ", ".webp"), (b"\0\0\0\x20ftypavif", ".avif")],
)  # fmt: skip
def test_a_piped_picture_is_known_by_its_first_bytes(head: bytes, suffix: str) -> None:
    assert sniff_suffix(head + b"\0" * 20) == suffix


def test_a_pipe_with_something_else_or_nothing_is_told() -> None:
    with pytest.raises(AssetError, match="not a picture"):
        sniff_suffix(b"hello")
    with pytest.raises(AssetError, match="Nothing came"):
        sniff_suffix(b"")
