from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from engine.worker.progress import PREVIEW_PX, ProgressReporter, encode_preview


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sent() -> list:
    return []


@pytest.fixture
def reporter(sent, clock) -> ProgressReporter:
    return ProgressReporter(sent.append, clock)


def test_reports_never_fall(reporter, sent, clock):
    for fraction in (0.1, 0.5, 0.3, 2.0, -1.0):
        clock.now += 1
        reporter.report(fraction, "n", 0, 0, None)
    assert [report.fraction for report in sent] == [0.1, 0.5, 0.5, 1.0, 1.0]


def test_parts_nest(reporter, sent, clock):
    with reporter.part(0.2, 0.6), reporter.part(0.5, 1.0):
        reporter.report(0.5, "inner", 1, 2, None)
    clock.now += 1
    reporter.report(0.9, "outer", 0, 0, None)
    assert [report.fraction for report in sent] == pytest.approx([0.5, 0.9])


def test_a_part_ends_also_by_an_exception(reporter, sent):
    with pytest.raises(ZeroDivisionError), reporter.part(0.0, 0.1):
        raise ZeroDivisionError
    reporter.report(0.7, "", 0, 0, None)
    assert sent[-1].fraction == pytest.approx(0.7)


def test_at_most_thirty_a_second_and_the_last_word_is_not_lost(reporter, sent, clock):
    for step in range(1001):
        clock.now = step / 1000
        reporter.report(step / 1000, f"{step}", step, 1000, None)
    assert 25 <= len(sent) <= 31
    reporter.flush(is_last=True)
    assert sent[-1].done == 1000


def test_what_came_too_soon_is_sent_by_a_later_flush(reporter, sent, clock):
    reporter.report(0.1, "first", 0, 0, None)
    reporter.report(0.2, "second", 0, 0, None)
    assert len(sent) == 1
    clock.now += 0.05
    reporter.flush()
    reporter.flush()
    assert [report.note for report in sent] == ["first", "second"]


def test_a_note_alone_keeps_the_fraction(reporter, sent, clock):
    reporter.report(0.4, "a", 0, 0, None)
    clock.now += 1
    reporter.say("Measuring")
    assert (sent[-1].fraction, sent[-1].note) == (0.4, "Measuring")


def test_previews_come_at_most_five_times_a_second(reporter, sent, clock):
    picture = np.zeros((4, 4, 3), np.uint8)
    for step in range(100):
        clock.now = step / 100
        reporter.report(step / 100, "", 0, 0, picture)
    with_preview = [report for report in sent if report.preview]
    assert 3 <= len(with_preview) <= 5


@pytest.mark.parametrize("shape", [(3000, 4000, 3), (40, 30, 3), (1, 2000, 3)])
def test_previews_are_small_jpegs_of_the_same_shape(shape):
    image = Image.open(io.BytesIO(encode_preview(np.full(shape, 90, np.uint8))))
    assert image.format == "JPEG"
    assert max(image.size) <= PREVIEW_PX
    if min(shape[:2]) > 1:
        assert image.width / image.height == pytest.approx(shape[1] / shape[0], rel=0.02)
    assert abs(image.getpixel((0, 0))[0] - 90) <= 2


def test_sixteen_bits_become_eight_in_a_preview():
    image = Image.open(io.BytesIO(encode_preview(np.full((8, 8, 3), 0x80FF, np.uint16))))
    assert abs(image.getpixel((4, 4))[0] - 0x80) <= 2
