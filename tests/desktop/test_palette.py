from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.palette import Entry, matching, score


def entries(*titles: str) -> list[Entry]:
    return [Entry(title, list) for title in titles]


@pytest.mark.parametrize(
    ("query", "titles", "best"),
    [
        ("ex", ("Next Panel", "Export…"), "Export…"),
        ("im", ("Slim", "Invert the Mask"), "Invert the Mask"),
        ("zo in", ("Zoom Out", "Zoom In"), "Zoom In"),
        ("prefs", ("Preferences…", "Paste Picture"), "Preferences…"),
        ("导出", ("打开…", "导出…"), "导出…"),
    ],
)
def test_the_meant_command_comes_first(query: str, titles: tuple[str, ...], best: str) -> None:
    assert matching(query, entries(*titles))[0].title == best


def test_letters_out_of_order_do_not_fit() -> None:
    assert score("xe", "Export") == 0


def test_what_cannot_be_done_now_comes_last() -> None:
    found = matching("ex", [Entry("Export", list, is_enabled=False), Entry("Next", list)])
    assert [entry.title for entry in found] == ["Next", "Export"]


def test_keywords_find_but_titles_win() -> None:
    found = matching("quit", [Entry("Beenden", list, keywords="Quit"), Entry("Quit", list)])
    assert [entry.title for entry in found] == ["Quit", "Beenden"]


def test_without_letters_everything_is_there_in_its_order() -> None:
    titles = [entry.title for entry in matching("", entries("B", "A", "C"))]
    assert titles == ["B", "A", "C"]


@given(st.text(max_size=20), st.text(max_size=40))
def test_any_letters_have_a_score(query: str, text: str) -> None:
    assert score(query, text) >= 0


@given(st.text(alphabet="abcdefgh xyz", min_size=1, max_size=20))
def test_a_title_fits_itself(text: str) -> None:
    assert score(text, text) > 0
