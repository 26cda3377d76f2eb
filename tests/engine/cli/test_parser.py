import argparse
import subprocess
import sys

import pytest

from engine.cli.arguments import given_values, option_of
from engine.cli.main import main
from engine.cli.parser import BY_HAND, build_parser
from engine.spec.fields import fields_of
from engine.tasks.stylize import StylizeParams


def parse(*words: str) -> argparse.Namespace:
    return build_parser().parse_args(["stylize", "x.jpg", *words])


def given(*words: str) -> dict[str, object]:
    return given_values(parse(*words), StylizeParams, leave_out=BY_HAND)


def test_every_field_of_the_task_has_an_option() -> None:
    text = next(
        action.choices["stylize"].format_help()
        for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    for field in fields_of(StylizeParams):
        if field.name not in BY_HAND:
            assert option_of(field) in text
            assert field.title.split()[0].lower() in text.lower()


def test_only_what_was_given_is_there_so_that_a_recipe_can_stand_below() -> None:
    assert given() == {}
    assert given("--strength", "0.8", "--keep-color=luminance", "--no-invert-mask") == {
        "strength": 0.8,
        "keep_color": "luminance",
        "invert_mask": False,
    }


def test_a_fraction_can_be_a_percentage() -> None:
    assert given("--strength", "80%") == {"strength": 0.8}


@pytest.mark.parametrize(
    "words",
    [["--strength", "1.5"], ["--strength", "nan"], ["--strength", "much"], ["--size", "2.5"],
     ["--size", "-1"], ["--keep-color", "all"], ["--quality", "0"], ["--threads", "x"],
     ["--stren", "1"]],
)  # fmt: skip
def test_values_out_of_range_are_usage_errors(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stylize", "x.jpg", *words]) == 2
    error = capsys.readouterr().err
    assert words[0] in error
    assert "Traceback" not in error
    assert len(error.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["stylise", "x"], "stylize"), (["models", "lits"], "list")],
)
def test_a_typing_error_in_a_command_is_answered(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert f"Did you mean {meant}?" in capsys.readouterr().err


def test_a_typing_error_in_an_option_is_answered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["stylize", "x.jpg", "--strenght", "1"]
    monkeypatch.setattr(sys, "argv", ["gesso", *words])
    assert main(words) == 2
    assert "Did you mean --strength?" in capsys.readouterr().err


def test_help_is_shown_by_each_way_and_promises_the_exit_codes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = []
    for words in ([], ["help"], ["--help"]):
        assert main(words) == 0
        shown.append(capsys.readouterr().out)
    assert len(set(shown)) == 1
    assert "130  stopped with Ctrl+C" in shown[0]
    assert main(["help", "batch"]) == 0
    assert "--resume" in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from engine.cli.main import main; main(['stylize', '--help']);"
        "heavy = {'numpy', 'PIL', 'onnx', 'onnxruntime', 'tifffile', 'PySide6', 'asyncio'};"
        "print(sorted(heavy & {*sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
