from __future__ import annotations

import enum
import gc
import weakref
from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from desktop.document import edits
from desktop.document.model import Document
from desktop.editing.store import DocumentStore
from desktop.forms.asset_field import DropFrame
from desktop.forms.choices import ComboField, SegmentedField
from desktop.forms.field_widget import FieldWidget
from desktop.forms.gesture import BURST_MS
from desktop.forms.param_form import ParamForm
from desktop.forms.sliders import SliderField
from engine.api import STYLIZE, ParameterError, TaskParams, fields_of, ui, visible_if

PHOTO = "a" * 64 + ".jpg"


class Few(enum.Enum):
    ONE = "one"
    TWO = "two"


class Many(enum.Enum):
    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"


class EveryKind(TaskParams, frozen=True, kw_only=True):
    fraction: Annotated[float, Meta(ge=0, le=1), ui("Fraction", kind="fraction", step=0.01)] = 0.5
    number: Annotated[float, Meta(ge=1, le=16), ui("Number", scale="log", step=0.1)] = 5.0
    free: Annotated[float, ui("Free")] = 1.5
    few_steps: Annotated[int, Meta(ge=1, le=50), ui("Steps")] = 20
    seed: Annotated[int, Meta(ge=0, lt=2**31), ui("Seed")] = 0
    few: Few = Few.ONE
    many: Many = Many.C
    switch: Annotated[bool, ui("Switch")] = False
    text: Annotated[str, ui("Text")] = "hello"
    image: Annotated[str | None, ui("Image", kind="image")] = None
    mask: Annotated[str | None, ui("Mask", kind="mask", group="Where")] = None
    styles: Annotated[tuple[dict[str, object], ...], ui("Styles", kind="styles")] = ()
    hidden: Annotated[float, Meta(ge=0, le=1), ui("Hidden"), visible_if("switch", True)] = 0.5
    rare: Annotated[bool, ui("Rare", group="Output", advanced=True)] = False


OTHER = {
    "fraction": 0.123,
    "number": 9.4,
    "free": -3.25,
    "few_steps": 7,
    "seed": 123_456_789,
    "few": "two",
    "many": "e",
    "switch": True,
    "text": "goodbye",
    "image": PHOTO,
    "mask": "mask-1",
    "styles": ({"style": "painting:wave", "weight": 0.25, "mask": None, "invert": False},),
    "hidden": 1.0,
    "rare": True,
}

WRONG = {
    "fraction": [1.01, -0.1, "x", True, float("nan")],
    "number": [0.5, 17.0, None],
    "free": ["1"],
    "few_steps": [0, 51, 2.5, True],
    "seed": [-1, 2**31 + 5],
    "few": ["three", 1],
    "many": ["z"],
    "switch": [1, "yes"],
    "text": [5],
    "image": [3],
    "mask": [b"x"],
    "styles": ["painting:wave", [{"weight": 1.0}], [{"style": "a:b", "weight": -1.0}]],
}


@pytest.fixture
def form(qtbot):
    form = ParamForm(EveryKind)
    qtbot.addWidget(form)
    form.resize(320, 900)
    form.show()
    qtbot.waitExposed(form)
    return form


@pytest.fixture
def heard(form):
    events = []
    form.changed.connect(lambda *a: events.append(a))
    form.gesture_started.connect(lambda name: events.append(("start", name)))
    form.gesture_ended.connect(lambda name: events.append(("end", name)))
    form.intent.connect(lambda *a: events.append(("intent", *a)))
    return events


def control(form, name):
    widget = form.widget(name)
    return widget.slider if isinstance(widget, SliderField) else widget


@pytest.mark.parametrize("params", [EveryKind, STYLIZE.params])
def test_every_field_starts_at_its_default(qtbot, params):
    form = ParamForm(params)
    qtbot.addWidget(form)
    for field in fields_of(params):
        if not field.is_required:
            default = () if field.kind == "styles" else field.default
            assert form.value(field.name) == default


@pytest.mark.parametrize("name", OTHER)
def test_every_kind_is_set_and_read_back_and_not_told_of(form, heard, name):
    form.set_value(name, OTHER[name])
    assert form.value(name) == OTHER[name]
    assert form.rows[name].reset.isVisibleTo(form.rows[name])
    form.set_values({})
    assert form.values() == ParamForm(EveryKind).values()
    assert heard == []


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in WRONG.items() for v in vs])
def test_what_does_not_fit_is_refused_and_the_old_value_stays(form, name, value):
    before = form.value(name)
    with pytest.raises(ParameterError) as caught:
        form.set_value(name, value)
    assert caught.value.field == name
    assert form.value(name) == before


def test_one_misfit_does_not_keep_the_others_from_being_shown(form):
    with pytest.raises(ParameterError):
        form.set_values({**OTHER, "few": "three"})
    assert form.value("rare") is True


def test_a_drag_is_one_gesture(form, heard):
    slider = form.widget("number").slider
    slider.setSliderDown(True)
    for position in (510, 600, 700):
        slider.setSliderPosition(position)
    slider.setSliderDown(False)
    kinds = [event[0] for event in heard]
    assert kinds == ["start", "number", "number", "number", "number", "end"]
    assert [event[2] for event in heard[1:-1]] == [False, False, False, True]
    assert heard[-2][1] == form.value("number")


def test_a_drag_makes_one_undo_step_in_a_document(qtbot, qapp):
    form = ParamForm(STYLIZE.params, leave_out=("content",))
    qtbot.addWidget(form)
    store = DocumentStore(Document())
    gestures = {}

    def change(name, value, _is_final):
        after = edits.set_param(store.document, name, value)
        if name in gestures:
            gestures[name].update(after)
        else:
            store.push(name, after)

    form.gesture_started.connect(lambda n: gestures.update({n: store.start_gesture(n)}))
    form.gesture_ended.connect(lambda n: gestures.pop(n))
    form.changed.connect(change)
    store.changed.connect(lambda _old, new: form.set_values(new.params))
    slider = form.widget("strength").slider
    slider.setSliderDown(True)
    for position in (900, 800, 400):
        slider.setSliderPosition(position)
    slider.setSliderDown(False)
    form.widget("keep_color").buttons.button(1).click()
    assert store.document.params == {"strength": 0.4, "keep_color": "luminance"}
    assert store.undo_stack.count() == 2
    store.undo_stack.undo()
    store.undo_stack.undo()
    assert store.document == Document()
    assert (form.value("strength"), form.value("keep_color")) == (1.0, "style")


def test_arrows_step_and_shift_steps_by_ten_in_one_gesture(qtbot, form, heard):
    slider = form.widget("fraction").slider
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    QTest.keyClick(slider, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert form.value("fraction") == pytest.approx(0.61)
    QTest.keyClick(slider, Qt.Key.Key_Left)
    assert form.value("fraction") == pytest.approx(0.60)
    qtbot.waitUntil(lambda: heard[-1][0] == "end", timeout=3 * BURST_MS)
    assert [event[0] for event in heard].count("start") == 1
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert form.value("fraction") == 1.0


def wheel(widget):
    position = QPointF(widget.rect().center())
    event = QWheelEvent(
        position,
        QPointF(widget.mapToGlobal(position.toPoint())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("name", ["fraction", "seed", "many"])
def test_the_wheel_leaves_a_control_alone_until_it_has_the_focus(form, name):
    widget = form.widget(name)
    inner = next(
        getattr(widget, part) for part in ("slider", "spin", "combo") if hasattr(widget, part)
    )
    form.setFocus()
    before = form.value(name)
    wheel(inner)
    assert form.value(name) == before
    inner.setFocus()
    wheel(inner)
    assert form.value(name) != before


def test_typing_a_percentage_sets_the_fraction(form, heard):
    spin = form.widget("fraction").spin
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "37")
    QTest.keyClick(spin, Qt.Key.Key_Return)
    assert heard == [("fraction", 0.37, True)]


def test_striking_a_label_twice_resets_its_field(form, heard):
    form.set_value("number", 9.0)
    row = form.rows["number"]
    assert row.reset.isVisible()
    QTest.mouseDClick(row.label, Qt.MouseButton.LeftButton)
    assert heard == [("number", 5.0, True)]
    assert not row.reset.isVisible()


def test_few_choices_are_side_by_side_and_many_in_a_list(form, heard):
    assert isinstance(form.widget("few"), SegmentedField)
    assert isinstance(form.widget("many"), ComboField)
    form.widget("few").buttons.button(1).click()
    assert heard == [("few", "two", True)]


def test_a_field_is_seen_only_while_its_condition_holds(form):
    assert "hidden" not in form.shown
    assert not form.rows["hidden"].isVisible()
    form.widget("switch").switch.click()
    assert form.rows["hidden"].isVisible()


def test_advanced_fields_and_their_empty_group_wait_to_be_asked_for(form):
    assert not form.groups["Output"].isVisible()
    form.advanced.click()
    assert form.groups["Output"].isVisible()
    assert form.rows["rare"].isVisible()


def test_a_group_folds_away(form):
    group = form.groups["Where"]
    group.head.click()
    assert not form.rows["mask"].isVisible()
    group.head.click()
    assert form.rows["mask"].isVisible()


def test_an_error_stands_below_the_field_it_names(form):
    form.show_error(ParameterError("Too large.", field="rare", hint="Take less."))
    assert form.rows["rare"].error.text() == "Too large. Take less."
    assert form.rows["rare"].error.isVisible()
    form.show_error(None)
    assert not form.rows["rare"].error.isVisible()


def test_masks_and_pictures_tell_what_the_user_wants(form, heard):
    form.set_value("mask", "mask-1")
    widget = form.widget("mask")
    for button in (widget.paint, widget.invert, widget.clear):
        button.click()
    form.widget("image").browse.click()
    assert heard == [
        ("intent", "mask", "paint", None),
        ("intent", "mask", "invert", None),
        ("intent", "mask", "clear", None),
        ("intent", "image", "browse", None),
    ]


def test_a_picture_dropped_on_its_field_is_handed_over(form, heard):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/p/a.png")])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    form.widget("image").findChild(DropFrame).dropEvent(event)
    assert heard == [("intent", "image", "file", Path("/p/a.png"))]


def test_taking_a_picture_away_is_a_change(form, heard):
    form.set_value("image", PHOTO)
    form.widget("image").set_thumbnail(QImage(8, 8, QImage.Format.Format_RGB32))
    form.widget("image").clear.click()
    assert heard == [("image", None, True)]


@pytest.mark.parametrize("params", [EveryKind, STYLIZE.params])
def test_every_control_has_a_name_for_assistive_technology(qtbot, params):
    form = ParamForm(params)
    qtbot.addWidget(form)
    for name, row in form.rows.items():
        parts = [*row.widget.findChildren(QPushButton), *row.findChildren(FieldWidget)]
        known = ("slider", "spin", "combo", "switch", "line")
        parts.extend(getattr(row.widget, part) for part in known if hasattr(row.widget, part))
        named = [p for p in parts if not isinstance(p, FieldWidget)]
        assert all(part.accessibleName() for part in named), name
        assert row.reset.accessibleName()


def test_a_closed_form_leaves_nothing_behind(qapp):
    form = ParamForm(EveryKind)
    gone = [weakref.ref(form), weakref.ref(form.widget("styles"))]
    form.deleteLater()
    del form
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [ref() for ref in gone] == [None, None]
