from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtTest import QTest

from desktop.forms.style_blend import StyleBlend
from desktop.forms.style_card import STYLE_INDEX, StyleFace
from engine.api import STYLIZE, StyleUse, convert_params, field_of

USES = (
    {"style": "painting:wave", "weight": 1.0},
    {"style": "built-in:night", "weight": 0.5},
    {"style": "built-in:mosaic", "weight": 0.5},
)


@pytest.fixture
def blend(qtbot):
    blend = StyleBlend(field_of(STYLIZE.params, "styles"))
    qtbot.addWidget(blend)
    blend.set_faces(lambda style: StyleFace(style.partition(":")[2].title(), QImage()))
    blend.set_value(USES)
    blend.resize(300, 400)
    blend.show()
    qtbot.waitExposed(blend)
    return blend


@pytest.fixture
def heard(blend):
    events = []
    blend.edited.connect(lambda value, final: events.append((value, final)))
    return events


def order(value):
    return [use["style"].partition(":")[2] for use in value]


def test_shares_of_the_whole_are_shown(blend):
    assert [card._share.text() for card in blend.cards] == ["50 %", "25 %", "25 %"]
    assert [card.accessibleName() for card in blend.cards] == ["Wave", "Night", "Mosaic"]


def test_the_value_fits_the_task(blend):
    params = convert_params({"content": "a" * 64 + ".png", "styles": blend.value()}, STYLIZE.params)
    assert params.styles[1] == StyleUse(style="built-in:night", weight=0.5)


def test_weighing_is_one_gesture_and_keeps_the_others(blend, heard):
    gestures = []
    blend.gesture_started.connect(lambda: gestures.append("start"))
    blend.gesture_ended.connect(lambda: gestures.append("end"))
    slider = blend.cards[1].slider
    slider.setSliderDown(True)
    for position in (600, 700):
        slider.setSliderPosition(position)
    slider.setSliderDown(False)
    assert [(v[1]["weight"], f) for v, f in heard] == [(0.6, False), (0.7, False), (0.7, True)]
    assert heard[-1][0][0] == USES[0]
    assert gestures == ["start", "end"]


def test_a_weight_above_one_keeps_its_place_on_the_slider(blend):
    blend.set_value(({"style": "a:b", "weight": 4.0}, {"style": "c:d", "weight": 1.0}))
    assert blend.cards[0].slider.value() == 1000
    assert blend.value()[0]["weight"] == 4.0


def test_a_single_style_has_nothing_to_be_weighed_against(blend):
    blend.set_value(USES[:1])
    assert not blend.cards[0].slider.isVisible()
    blend.set_value(USES[:2])
    assert blend.cards[0].slider.isVisible()


def test_removing_and_moving(blend, heard):
    blend.cards[0].remove.click()
    assert order(heard[-1][0]) == ["night", "mosaic"]
    card = blend.cards[0]
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert order(heard[-1][0]) == ["mosaic", "night"]
    QTest.keyClick(blend.cards[1], Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert len(heard) == 2
    QTest.keyClick(blend.cards[1], Qt.Key.Key_Delete)
    assert order(heard[-1][0]) == ["mosaic"]


def drop(blend, data: QMimeData, y: float):
    event = QDropEvent(
        QPointF(50, y),
        Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    blend.dropEvent(event)


@pytest.mark.parametrize(
    ("index", "below", "expected"),
    [
        (0, 2, ["night", "mosaic", "wave"]),
        (2, -1, ["mosaic", "wave", "night"]),
        (0, 1, ["night", "wave", "mosaic"]),
        (1, 0, None),
    ],
)
def test_a_card_is_dropped_between_others(blend, heard, index, below, expected):
    data = QMimeData()
    data.setData(STYLE_INDEX, str(index).encode())
    y = 1.0 if below < 0 else blend.cards[below].geometry().bottom() - 2.0
    drop(blend, data, y)
    assert (order(heard[-1][0]) if heard else None) == expected


def test_dropped_files_are_meant_as_styles(qtbot, blend):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/p/a.png"), QUrl.fromLocalFile("/p/b.png")])
    with qtbot.waitSignal(blend.intent) as meant:
        drop(blend, data, 10.0)
    assert meant.args == ["files", [Path("/p/a.png"), Path("/p/b.png")]]


def test_the_mask_button_asks_and_decides_nothing(qtbot, blend):
    with qtbot.waitSignal(blend.intent) as meant:
        blend.cards[1].mask_button.click()
    assert meant.args == ["mask", 1]
    assert not blend.cards[1].mask_button.isChecked()
    blend.set_value((USES[0], {**USES[1], "mask": "mask-1"}))
    assert blend.cards[1].mask_button.isChecked()
