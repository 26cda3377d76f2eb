from __future__ import annotations

import random

import pytest

from engine.host.estimates import BASE_MB, KEPT_RUNS, Calibration, fit
from engine.spec.results import Cost, TextResult
from engine.spec.task import Work


def result(units: float, seconds: float, peak_mb: float = 600, kind: str = "k") -> TextResult:
    return TextResult(
        seconds=seconds + 0.2,
        peak_mb=peak_mb,
        costs=(Cost(kind=kind, units=units, seconds=seconds, peak_mb=peak_mb),),
    )


def works(units: float, kind: str = "k") -> tuple[Work, ...]:
    return (Work(kind=kind, units=units),)


@pytest.mark.parametrize("learned_at", [1.0, 12.0, 24.0])
@pytest.mark.parametrize("asked_at", [1.0, 4.0, 12.0, 48.0])
def test_one_run_foretells_other_sizes_within_thirty_percent(tmp_path, learned_at, asked_at):
    def law(units: float) -> float:
        return 0.1 + 0.5 * units

    calibration = Calibration(tmp_path / "calibration.json")
    calibration.learn("t", result(learned_at, law(learned_at)))
    estimate = calibration.estimate("t", works(asked_at))
    assert estimate.seconds == pytest.approx(law(asked_at) + 0.2, rel=0.3)
    assert estimate.runs == 1
    assert estimate.note == ""


def test_runs_of_several_sizes_find_the_fixed_part_despite_slow_ones(tmp_path):
    rng = random.Random(4)
    calibration = Calibration(tmp_path / "calibration.json")
    for number in range(KEPT_RUNS):
        units = rng.choice([0.5, 1, 2, 6, 12, 24])
        seconds = (1.0 + 0.3 * units) * rng.uniform(0.95, 1.05)
        if number % 5 == 0:
            seconds *= 4  # something else was running
        calibration.learn("t", result(units, seconds))
    for units in (0.5, 5.0, 50.0):
        expected = 1.0 + 0.3 * units + 0.2
        assert calibration.estimate("t", works(units)).seconds == pytest.approx(expected, rel=0.15)


def test_memory_grows_from_a_base(tmp_path):
    calibration = Calibration(tmp_path / "calibration.json")
    calibration.learn("t", result(10, 1, peak_mb=BASE_MB + 200))
    assert calibration.estimate("t", works(20)).peak_mb == pytest.approx(BASE_MB + 400)
    calibration.learn("t", result(20, 2, peak_mb=BASE_MB + 200))
    assert calibration.estimate("t", works(40)).peak_mb == pytest.approx(BASE_MB + 200)


def test_an_unknown_kind_is_called_a_guess(tmp_path):
    estimate = Calibration(tmp_path / "c.json").estimate("t", works(2.0))
    assert estimate.seconds > 0
    assert estimate.runs == 0
    assert "guess" in estimate.note


def test_the_same_work_done_another_way_is_better_than_a_guess(tmp_path):
    calibration = Calibration(tmp_path / "c.json")
    calibration.learn("t", result(1, 2.0, kind="style/strip/OpenVINO"))
    estimate = calibration.estimate("t", works(2.0, "style/strip"))
    assert (estimate.runs, estimate.note) == (1, "")
    assert estimate.seconds == pytest.approx(4.2)


def test_a_task_without_a_plan_is_foretold_from_its_past(tmp_path):
    calibration = Calibration(tmp_path / "c.json")
    assert "guess" in calibration.estimate("t", None).note
    for seconds in (1.0, 2.0, 30.0):
        calibration.learn("t", TextResult(seconds=seconds, peak_mb=100))
    assert calibration.estimate("t", None).seconds == 2.0


def test_what_was_learned_is_kept_and_a_damaged_file_begins_anew(tmp_path):
    path = tmp_path / "c.json"
    first = Calibration(path)
    for _ in range(KEPT_RUNS + 5):
        first.learn("t", result(1, 1))
    assert Calibration(path).estimate("t", works(1)) == first.estimate("t", works(1))
    assert Calibration(path).estimate("t", works(1)).runs == KEPT_RUNS
    path.write_text("{")
    assert Calibration(path).estimate("t", works(1)).runs == 0


def test_a_line_is_never_negative():
    assert fit([(1, 1.0), (10, 100.0)]).fixed == 0
    falling = fit([(1, 10.0), (10, 1.0)])
    assert falling.slope == 0
    assert falling.at(5) == pytest.approx(5.5)
    assert fit([]).at(3) == 0


def test_work_without_runs_is_foretold_from_its_stand_in(tmp_path):
    calibration = Calibration(tmp_path / "calibration.json")
    calibration.learn("t", result(4.0, 2.0, kind="once"))
    work = (Work(kind="staged", units=8.0, instead="once", times=3.0),)
    estimate = calibration.estimate("t", work)
    assert estimate.seconds == pytest.approx(3.0 * 4.0 + 0.2)
    assert estimate.runs == 1
    calibration.learn("t", result(8.0, 5.0, kind="staged"))
    assert calibration.estimate("t", work).seconds == pytest.approx(5.2, rel=0.1)


def test_of_two_runs_of_one_size_the_faster_foretells(tmp_path):
    calibration = Calibration(tmp_path / "calibration.json")
    calibration.learn("t", result(2.0, 9.0))
    calibration.learn("t", result(2.0, 1.0))
    assert calibration.estimate("t", works(4.0)).seconds == pytest.approx(2.2, rel=0.15)
