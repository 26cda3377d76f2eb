import io

import pytest

from engine.cli.report import Report, seconds_text, size_text, table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_in_json_mode_standard_output_holds_json_alone() -> None:
    out, err = io.StringIO(), io.StringIO()
    report = Report(as_json=True, stdout=out, stderr=err)
    report.text("for people")
    report.note("beside")
    report.document({"a": 1})
    assert out.getvalue() == '{\n  "a": 1\n}\n'
    assert err.getvalue() == "beside\n"


def test_quiet_silences_everything_but_results_and_errors() -> None:
    out, err = io.StringIO(), io.StringIO()
    report = Report(is_quiet=True, stdout=out, stderr=err)
    report.progress("50 %")
    report.note("beside")
    report.text("result")
    report.error("wrong")
    assert (out.getvalue(), err.getvalue()) == ("result\n", "wrong\n")


def test_on_a_terminal_progress_is_one_line_that_goes_away() -> None:
    err = Terminal()
    report = Report(stdout=io.StringIO(), stderr=err)
    report.progress("12345")
    report.error("wrong")
    assert err.getvalue() == "\r12345\r     \rwrong\n"


def test_in_a_file_quick_work_shows_no_progress_and_slow_work_does() -> None:
    quick, slow = io.StringIO(), io.StringIO()
    for err, interval in ((quick, 60.0), (slow, 0.0)):
        report = Report(stdout=io.StringIO(), stderr=err, plain_interval_s=interval)
        for percent in (0, 50, 50, 100):
            report.progress(f"{percent} %")
    assert quick.getvalue() == ""
    assert slow.getvalue() == "0 %\n50 %\n100 %\n"


def test_wide_characters_keep_columns_straight() -> None:
    assert table([("余烬", "a"), ("oil", "b")]) == ["余烬  a", "oil   b"]
    assert table([]) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.1234, "0.12 s"), (3.21, "3.2 s"), (150, "2 min 30 s"), (7300, "2 h 1 min")],
)
def test_lengths_of_time_are_for_people(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_sizes_are_for_people() -> None:
    assert [size_text(n) for n in (7, 1500, 2_600_000, 5e12)] == [
        "7 B", "1.5 kB", "2.6 MB", "5000.0 GB",
    ]  # fmt: skip
