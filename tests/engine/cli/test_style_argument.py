import pytest

from engine.cli.style_argument import StyleArgument, parse_style
from engine.errors import ParameterError


def nothing(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ember", StyleArgument("ember")),
        ("ember=0.5", StyleArgument("ember", 0.5)),
        ("ember@sky.png", StyleArgument("ember", 1.0, "sky.png")),
        ("ember=2@sky.png", StyleArgument("ember", 2.0, "sky.png")),
        ("ember=2@sky.png:invert", StyleArgument("ember", 2.0, "sky.png", True)),
        ("built-in:ember=1e-1", StyleArgument("built-in:ember", 0.1)),
        ("art/oil.jpg=3", StyleArgument("art/oil.jpg", 3.0)),
        ("C:\\art\\oil.jpg", StyleArgument("C:\\art\\oil.jpg")),
        ("余烬=2", StyleArgument("余烬", 2.0)),
    ],
)
def test_name_weight_and_mask_are_told_apart(text: str, expected: StyleArgument) -> None:
    assert parse_style(text, nothing) == expected


@pytest.mark.parametrize(
    ("text", "there", "expected"),
    [
        ("a=b@c.jpg", "a=b@c.jpg", StyleArgument("a=b@c.jpg")),
        ("a=1.jpg", "a=1.jpg", StyleArgument("a=1.jpg")),
        ("me@home.jpg=2", "me@home.jpg", StyleArgument("me@home.jpg", 2.0)),
        ("x@m:invert", "m:invert", StyleArgument("x", 1.0, "m:invert")),
    ],
)
def test_a_file_that_is_there_may_hold_the_signs(
    text: str, there: str, expected: StyleArgument
) -> None:
    assert parse_style(text, lambda name: name == there) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "names no style"), ("=2", "names no style"), ("@m.png", "names no style"),
     ("ember@", "no mask"), ("ember@:invert", "no mask"), ("ember=much", "not a weight"),
     ("ember=-1", "between 0 and 10"), ("ember=nan", "between 0 and 10")],
)  # fmt: skip
def test_what_makes_no_sense_is_told(text: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        parse_style(text, nothing)


@pytest.mark.parametrize(
    ("name", "is_file"),
    [("ember", False), ("oil.jpg", True), ("a/b", True), ("v1.5", False), ("painting:oil", False)],
)
def test_a_name_that_looks_like_a_file_is_taken_for_one(name: str, is_file: bool) -> None:
    assert StyleArgument(name).looks_like_a_file is is_file
