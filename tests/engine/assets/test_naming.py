from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assets.naming import safe_file_name, target_name
from engine.errors import ParameterError

FIELDS = {"name": "Köln", "style": "wave", "strength": 0.8, "width": 640, "height": 480,
          "date": "2026-11-22", "time": "04-00-00", "counter": 7}  # fmt: skip


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{name}_{style}", "Köln_wave"),
        ("{counter:03} {name}", "007 Köln"),
        ("{width}x{height}", "640x480"),
        ("{strength:.1f}", "0.8"),
        ("{date} {time}", "2026-11-22 04-00-00"),
        ("{{x}} {name}", "{x} Köln"),
        ("plain", "plain"),
    ],
)
def test_fields_are_filled_in(template: str, wanted: str) -> None:
    assert target_name(template, **FIELDS) == wanted


def test_a_misspelt_field_is_met_with_the_right_one() -> None:
    with pytest.raises(ParameterError, match=r"Did you mean \{strength\}\?") as caught:
        target_name("{strenght}", **FIELDS)
    assert caught.value.field == "template"


@pytest.mark.parametrize(
    "template",
    ["{", "}", "{name", "{}", "{0}", "{name.__class__}", "{name[0]}", "{name!r}",
     "{counter:099999}", "{counter:>999999999}", "{name:{width}}", "{name:d}"],
)  # fmt: skip
def test_templates_that_reach_too_far_are_refused(template: str) -> None:
    with pytest.raises(ParameterError):
        target_name(template, **FIELDS)


@pytest.mark.parametrize("name", ["CON", "con", "nul.txt", "COM1", "lpt9.tar.gz", "aux ", "COM¹"])
def test_names_that_windows_keeps_for_itself_are_changed(name: str) -> None:
    assert target_name("{name}", name=name).startswith("_")


@pytest.mark.parametrize(
    "name", ["..", ".", "", "   ", "\u202e", "/", "a/../../b", "C:\\x", ".hidden"]
)
def test_names_never_leave_their_folder(name: str) -> None:
    result = target_name("{name}", name=name)
    assert result
    assert not set(result) & set('/\\:*?"<>|')
    assert not result.startswith(".")


@given(st.text(max_size=400))
def test_any_text_becomes_a_name_that_file_systems_take(text: str) -> None:
    name = safe_file_name(text)
    assert 0 < len(name.encode()) <= 182
    assert not set(name) & set('/\\:*?"<>|\0\n\r\t')
    assert name == name.strip(" .")
    assert safe_file_name(name) == name
