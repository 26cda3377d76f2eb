from __future__ import annotations

import pytest

from desktop.document.history import Generation, History
from engine.api import Ran


def made(number: int) -> Generation:
    return Generation(
        id=f"job-{number}",
        task="stylize",
        params={"strength": 0.5},
        result=f"{number:064x}.png",
        width=640,
        height=480,
        ran=(Ran(device="CPU", provider="OpenVINO"),),
        seconds=1.5,
        created_s=1000.0 + number,
    )


def test_results_stars_and_deletions_are_read_back(tmp_path):
    history = History(tmp_path / "history.jsonl")
    for number in range(3):
        history.add(made(number))
    history.star("job-1", True)
    history.delete("job-0")
    again = History(tmp_path / "history.jsonl")
    assert [g.id for g in again.all()] == ["job-1", "job-2"]
    assert again.get("job-1").starred
    assert again.get("job-2") == made(2)
    again.delete("job-0", False)
    assert len(History(tmp_path / "history.jsonl").all()) == 3


def test_nothing_that_was_written_is_ever_rewritten(tmp_path):
    path = tmp_path / "history.jsonl"
    history = History(path)
    history.add(made(0))
    before = path.read_bytes()
    history.star("job-0", True)
    history.star("job-0", True)
    assert path.read_bytes().startswith(before)
    assert path.read_bytes().count(b"\n") == 2


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_line_cut_short_costs_that_line_only(tmp_path, cut):
    path = tmp_path / "history.jsonl"
    history = History(path)
    history.add(made(0))
    history.add(made(1))
    path.write_bytes(path.read_bytes()[:-cut])
    history = History(path)
    history.add(made(2))
    ids = [g.id for g in History(path).all()]
    # Losing only the line's end loses nothing.
    assert ids == (["job-0", "job-1", "job-2"] if cut == 1 else ["job-0", "job-2"])


def test_a_mark_for_an_unknown_result_is_refused(tmp_path):
    with pytest.raises(KeyError):
        History(tmp_path / "history.jsonl").star("job-9", True)
