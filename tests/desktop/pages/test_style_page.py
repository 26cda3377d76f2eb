from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from storing_engine import write_picture

from desktop.canvas.compare import CompareMode
from desktop.canvas.convert import decoded, grey_array
from desktop.canvas.view import Tool
from desktop.dialogs.export import ExportAnswer, ExportDialog
from desktop.document import edits
from desktop.document.history import read_records
from desktop.document.project import summaries
from desktop.forms.sliders import SliderField
from desktop.pages.style_masks import WHOLE
from engine.api import (
    AssetError,
    ExportFormat,
    ExportOptions,
    JobState,
    Lane,
    Progress,
    Recipe,
)


def color_after(page):
    """Return the colour in the middle of what is shown as the result."""
    pyramid = page.canvas.after.pyramid
    return None if pyramid is None else pyramid.color_at(0.5, 0.5).name()


def undo_count(page):
    return page.session.store.undo_stack.count()


def toasts(window):
    return [toast.text for toast in window.toaster.toasts]


def key(window, combination):
    QTest.keySequence(window, combination)


def mask_pixels(page, engine, asset):
    return grey_array(decoded(engine.asset_path(asset).read_bytes()))


# -- opening ------------------------------------------------------------------------------------


def test_the_engine_is_woken_and_every_usable_style_offered(page, engine):
    assert ("warm_up", Lane.LIVE) in engine.calls
    assert set(page.styles.titles()) == {"built-in:ember", "built-in:tide", "painting:oil"}


def test_a_first_picture_is_shown_with_a_style_and_a_preview_asked_for(
    qtbot, with_photo, engine, photo
):
    page = with_photo
    assert page.canvas.before.pyramid.color_at(0.5, 0.5) == QColor("#808040")
    assert [use["style"] for use in edits.styles(page.session.document)] == ["built-in:ember"]
    _, params, options = engine.lives[-1]
    assert params.content == page.session.document.content.asset
    assert options.preview_px == 512
    engine.answer_live("#3060c0")
    qtbot.waitUntil(lambda: color_after(page) == "#3060c0")
    assert page.context.settings.value.recent == (str(photo),)
    assert page.window().windowTitle().startswith("harbour.png")


def test_a_preview_that_comes_before_its_photograph_is_not_lost(
    qtbot, with_photo, engine, tmp_path
):
    page = with_photo
    second = write_picture(tmp_path / "second.png", "#204020", 200, 100)
    count = len(engine.lives)
    read = page.stage._loader._deliver
    held = []
    page.stage._loader._mail.done.disconnect(read)
    page.stage._loader._mail.done.connect(lambda *found: held.append(found))
    page.open_files([second])
    qtbot.waitUntil(lambda: len(engine.lives) > count and bool(held))
    engine.answer_live("#a0a0ff")
    qtbot.wait(60)
    assert page.canvas.before.pyramid.color_at(0.5, 0.5) == QColor("#808040")
    read(*held[0])
    assert page.canvas.before.pyramid.color_at(0.5, 0.5) == QColor("#204020")
    assert color_after(page) == "#a0a0ff"


def test_of_several_pictures_the_first_is_opened_and_it_is_said(
    qtbot, window, page, photo, tmp_path
):
    others = [write_picture(tmp_path / f"{n}.png", "red") for n in range(2)]
    page.open_files([photo, *others])
    qtbot.waitUntil(lambda: page.canvas.has_picture)
    assert page.session.document.content.name == "harbour.png"
    assert any("2 more were left out" in text for text in toasts(window))


def test_what_is_no_picture_is_refused_in_one_sentence(qtbot, window, page, tmp_path):
    (tmp_path / "notes.png").write_text("no picture")
    page.open_files([tmp_path / "notes.png"])
    qtbot.waitUntil(lambda: bool(toasts(window)))
    assert toasts(window) == ["notes.png is no picture that can be read."]
    assert page.session.document.content is None


def test_a_picture_whose_file_vanished_leaves_an_empty_canvas(qtbot, window, with_photo, engine):
    page = with_photo
    page.session.store.push("x", edits.set_content(page.session.document, "f" * 64 + ".png"))
    assert not page.canvas.has_picture
    assert page.canvas.empty.isVisible()
    assert toasts(window) == ["There is no such file in the store."]
    window.undo()
    qtbot.waitUntil(lambda: page.canvas.has_picture)


# -- the form -----------------------------------------------------------------------------------


def test_a_drag_of_a_slider_is_one_step_and_is_previewed_while_it_lasts(qtbot, with_photo, engine):
    page = with_photo
    field = page.panel.form.widget("strength")
    assert isinstance(field, SliderField)
    steps, asked = undo_count(page), len(engine.lives)
    slider = field.slider
    slider.setSliderDown(True)
    for position in (900, 700, 500, 300):
        slider.setSliderPosition(position)
        qtbot.wait(30)
    slider.setSliderDown(False)
    assert undo_count(page) == steps + 1
    asked_for = [params.strength for _, params, _ in engine.lives[asked:]]
    assert len(asked_for) == 4
    assert asked_for == sorted(asked_for, reverse=True)
    value = page.session.document.params["strength"]
    assert value == pytest.approx(0.3, abs=0.02)
    page.window().undo()
    assert "strength" not in page.session.document.params
    assert field.value() == 1.0
    qtbot.waitUntil(lambda: engine.lives[-1][1].strength == 1.0)


def test_an_estimate_stands_above_the_button(qtbot, with_photo):
    qtbot.waitUntil(lambda: "12 s" in with_photo.panel._estimate.text())
    assert "900 MB" in with_photo.panel._estimate.text()


def test_a_preview_that_fails_says_why_and_the_next_one_clears_it(qtbot, with_photo, engine):
    page = with_photo
    engine.answer_live(error="The style network is damaged.")
    qtbot.waitUntil(lambda: page.panel._problem.text() == "The style network is damaged.")
    assert page.panel._problem.isVisible()
    page.intents.choose_style("built-in:tide")
    qtbot.waitUntil(lambda: engine.lives[-1][1].styles[0].style == "built-in:tide")
    engine.answer_live()
    qtbot.waitUntil(lambda: not page.panel._problem.text())


# -- styles -------------------------------------------------------------------------------------


def test_a_click_uses_a_style_and_ctrl_click_blends_it(qtbot, with_photo):
    page = with_photo
    strip = page.styles.strip
    model = strip.thumbs

    def click(style, modifier=Qt.KeyboardModifier.NoModifier):
        strip.show_key(style)
        place = strip.visualRect(model.index(model.row_of(style))).center()
        QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, modifier, place)

    def badges():
        return {t.key: t.badge for t in model.thumbs if t.is_chosen}

    click("painting:oil")
    assert badges() == {"painting:oil": ""}
    # The strip asks the application for the keys that are held; the test holds one.
    strip._modifiers = lambda: Qt.KeyboardModifier.ControlModifier
    click("built-in:tide")
    assert badges() == {"painting:oil": "50 %", "built-in:tide": "50 %"}
    page.panel.form.widget("styles")._weigh(3.0, True)
    assert sorted(badges().values()) == ["25 %", "75 %"]
    click("painting:oil")
    assert badges() == {"built-in:tide": ""}
    page.window().undo()
    page.window().undo()
    page.window().undo()
    assert badges() == {"painting:oil": ""}


def test_own_pictures_join_the_strip_and_leave_it(qtbot, with_photo, engine, tmp_path):
    page = with_photo
    page.files.add_styles([write_picture(tmp_path / "wall.png", "#aa5500")])
    qtbot.waitUntil(lambda: "wall" in page.styles.titles().values())
    (use,) = edits.styles(page.session.document)
    assert use["style"].startswith("picture:")
    assert engine.asset_path(use["style"].partition(":")[2]).exists()
    page.styles.strip.remove_wanted.emit(use["style"])
    assert "wall" not in page.styles.titles().values()


def test_a_network_that_is_dropped_becomes_a_style(qtbot, window, with_photo, engine, tmp_path):
    page = with_photo
    network = tmp_path / "mosaic.onnx"
    network.write_bytes(b"network")
    page.open_files([network])
    qtbot.waitUntil(lambda: "model:mosaic" in page.styles.titles())
    assert edits.styles(page.session.document)[0]["style"] == "model:mosaic"
    assert "Mosaic is a style now." in toasts(window)
    page.styles.strip.remove_wanted.emit("model:mosaic")
    assert engine.removed == ["mosaic"]
    assert "model:mosaic" not in page.styles.titles()


def test_a_network_that_is_none_says_so(qtbot, window, with_photo, tmp_path):
    (tmp_path / "empty.onnx").write_bytes(b"")
    with_photo.open_files([tmp_path / "empty.onnx"])
    qtbot.waitUntil(lambda: any("no style network" in text for text in toasts(window)))


# -- masks --------------------------------------------------------------------------------------


def test_a_stroke_becomes_a_mask_and_undo_brings_the_pixels_back(
    qtbot, window, with_photo, engine, stroke
):
    page = with_photo
    thumbnails = []
    page._mask_thumbnail.ready.connect(thumbnails.append)
    page.masks.paint(WHOLE)
    assert page.canvas.tool is Tool.BRUSH
    stroke((0.2, 0.5), (0.4, 0.5))
    first = page.session.document.masks[0]
    assert page.session.document.params["mask"] == first.id
    assert mask_pixels(page, engine, first.asset).max() == 255
    qtbot.waitUntil(lambda: bool(thumbnails))
    assert not thumbnails[-1].isNull()
    stroke((0.6, 0.5), (0.9, 0.5))
    second = page.session.document.masks[0].asset
    buffer = page.canvas.mask_painter.buffer
    both = buffer.pixels.copy()
    assert np.array_equal(mask_pixels(page, engine, second), both)
    window.undo()
    assert page.session.document.masks[0].asset == first.asset
    assert np.array_equal(buffer.pixels, mask_pixels(page, engine, first.asset))
    assert not np.array_equal(buffer.pixels, both)
    window.redo()
    assert np.array_equal(buffer.pixels, both)
    window.undo()
    window.undo()
    assert page.session.document.masks == ()
    assert page.canvas.mask_painter.buffer.pixels.max() == 0
    window.redo()
    assert np.array_equal(
        page.canvas.mask_painter.buffer.pixels, mask_pixels(page, engine, first.asset)
    )
    qtbot.waitUntil(lambda: engine.lives[-1][1].mask == first.asset)


def test_strokes_faster_than_the_store_keep_their_order(qtbot, window, with_photo, engine):
    page = with_photo
    page.masks.paint(WHOLE)
    painter = page.canvas.mask_painter
    steps = page.session.store.undo_stack.index()
    engine.gate.clear()
    seen = []
    for row in (10, 30, 50):
        painter.press(QPointF(20, row))
        painter.drag(QPointF(60, row))
        painter.release()
        seen.append(painter.buffer.pixels.copy())
        qtbot.wait(20)
    assert np.array_equal(painter.buffer.pixels, seen[-1])
    engine.gate.set()
    qtbot.waitUntil(lambda: page.session.store.undo_stack.index() == steps + 3)
    for expected in reversed(seen):
        asset = page.session.document.masks[0].asset
        assert np.array_equal(mask_pixels(page, engine, asset), expected)
        assert np.array_equal(painter.buffer.pixels, expected)
        window.undo()


def test_a_stroke_belongs_to_the_run_that_follows_it_at_once(with_photo, engine):
    page = with_photo
    page.masks.paint(WHOLE)
    page.canvas.mask_painter.press(QPointF(40, 40))
    page.canvas.mask_painter.release()
    page.run()
    (submitted,) = [call for call in engine.calls if call[0] == "submit"]
    assert submitted[1].mask == page.session.document.masks[0].asset


def test_a_stroke_that_cannot_be_kept_is_taken_back_and_told(qtbot, window, with_photo, engine):
    page = with_photo
    page.masks.paint(WHOLE)
    engine.fault = AssetError("The disk is full.", hint="Make room.")
    page.canvas.mask_painter.press(QPointF(40, 40))
    page.canvas.mask_painter.release()
    qtbot.waitUntil(lambda: any("The disk is full." in text for text in toasts(window)))
    assert page.canvas.mask_painter.buffer.pixels.max() == 0
    assert page.session.document.masks == ()


def test_each_style_has_a_mask_of_its_own(qtbot, with_photo, engine, stroke):
    page = with_photo
    page.intents.toggle_style("built-in:tide")
    page.panel.form.intent.emit("styles", "mask", 1)
    assert page.masks.target == 1
    stroke((0.2, 0.2), (0.4, 0.4))
    ember, tide = edits.styles(page.session.document)
    assert ember.get("mask") is None
    assert tide["mask"] == page.session.document.masks[0].id
    asked = (None, page.session.document.masks[0].asset)
    qtbot.waitUntil(lambda: tuple(u.mask for u in engine.lives[-1][1].styles) == asked)
    page.intents.choose_style("painting:oil")
    assert page.masks.target is None
    assert page.canvas.mask_painter.buffer is None


def test_invert_and_clear_are_steps_too(qtbot, window, with_photo, engine, stroke):
    page = with_photo
    page.masks.paint(WHOLE)
    stroke((0.2, 0.5), (0.4, 0.5))
    painted = page.canvas.mask_painter.buffer.pixels.copy()
    window.actions_.trigger("mask.invert")
    page.masks.flush()
    assert np.array_equal(
        mask_pixels(page, engine, page.session.document.masks[0].asset), 255 - painted
    )
    page.masks.do(WHOLE, "clear")
    assert page.session.document.masks == ()
    assert not page.session.document.params.get("mask")
    assert page.masks.target is None
    window.undo()
    window.undo()
    asset = page.session.document.masks[0].asset
    assert np.array_equal(mask_pixels(page, engine, asset), painted)


def test_a_mask_that_a_recipe_named_can_be_cleared(with_photo, engine):
    page = with_photo
    asset = engine.import_bytes(b"whatever", ".png")
    page.session.store.push("x", edits.set_param(page.session.document, "mask", asset))
    page.masks.do(WHOLE, "clear")
    assert page.session.document.params["mask"] is None


# -- runs and results ---------------------------------------------------------------------------


def painted(qtbot, page, engine, color="#c03060"):
    """Run a job to its end and return the generation."""
    before = len(page.session.history())
    page.run()
    job = engine.jobs()[-1]
    engine.change(job.id, state=JobState.RUNNING, started_s=time.time())
    engine.finish_painting(job.id, color)
    qtbot.waitUntil(lambda: len(page.session.history()) == before + 1)
    qtbot.waitUntil(lambda: color_after(page) == color)
    return page.session.history()[-1]


def test_a_run_goes_from_the_key_to_a_result_on_the_disk(qtbot, window, with_photo, engine):
    page = with_photo
    assert window.actions_.q_action("run.run").isEnabled()
    window.activateWindow()
    key(window, "Ctrl+Return")
    (submitted,) = [call for call in engine.calls if call[0] == "submit"]
    assert submitted[3] == "harbour.png"
    card = page.canvas.progress
    assert card.isVisible()
    assert "Waiting for its turn" in card._note.text()
    job = engine.jobs()[-1]
    engine.change(
        job.id,
        state=JobState.RUNNING,
        started_s=time.time(),
        progress=Progress(fraction=0.25, note="Painting strips", done=3, total=12),
    )
    qtbot.waitUntil(lambda: "3 of 12" in card._note.text())
    assert page.panel.run_button.text() == "Paint again"
    engine.finish_painting(job.id)
    qtbot.waitUntil(lambda: color_after(page) == "#c03060")
    assert not card.isVisible()
    assert page.panel.run_button.text() == "Paint"
    assert page.results_strip.isVisible()
    (shown,) = [t for t in page.results_strip.strip.thumbs.thumbs if t.is_chosen]
    assert shown.key == job.id
    assert window.actions_.q_action("file.export").isEnabled()
    (summary,) = summaries(page.context.folders.state / "projects")
    (record,) = read_records(summary.folder / "history.jsonl")
    assert record.result == job_result(engine, job.id)
    qtbot.waitUntil(lambda: page.results_strip.strip.thumbs.thumbs[0].picture is not None)


def job_result(engine, job_id):
    return engine.job(job_id).result.image


def test_a_late_preview_does_not_cover_a_result(qtbot, with_photo, engine):
    page = with_photo
    painted(qtbot, page, engine)
    engine.answer_live("#00ff00")
    qtbot.wait(80)
    assert color_after(page) == "#c03060"
    page.intents.choose_style("built-in:tide")
    assert page.results.generation is None
    qtbot.waitUntil(lambda: engine.lives[-1][1].styles[0].style == "built-in:tide")
    engine.answer_live("#00ff00")
    qtbot.waitUntil(lambda: color_after(page) == "#00ff00")


def test_a_stopped_run_takes_its_card_away(qtbot, with_photo, engine):
    page = with_photo
    page.run()
    job = engine.jobs()[-1]
    engine.change(job.id, state=JobState.RUNNING, started_s=time.time())
    page.canvas.progress._stop.click()
    assert ("cancel", job.id) in engine.calls
    qtbot.waitUntil(lambda: "Stopping" in page.canvas.progress._note.text())
    engine.change(job.id, state=JobState.CANCELLED)
    qtbot.waitUntil(lambda: not page.canvas.progress.isVisible())
    assert page.session.history() == ()


def test_a_run_without_a_picture_says_what_is_missing(window, page, engine):
    assert not page.panel.run_button.isEnabled()
    page.run()
    assert any("no picture" in text for text in toasts(window))
    assert not [call for call in engine.calls if call[0] == "submit"]


def test_settings_of_a_result_are_used_again(qtbot, with_photo, engine):
    page = with_photo
    page.intents.set_param("strength", 0.4, True)
    generation = painted(qtbot, page, engine)
    page.intents.set_param("strength", 0.9, True)
    page.intents.choose_style("painting:oil")
    page.results.do("reuse", generation.id)
    assert page.session.document.params["strength"] == 0.4
    assert edits.styles(page.session.document)[0]["style"] == "built-in:ember"
    page.window().undo()
    assert page.session.document.params["strength"] == 0.9


def test_results_are_starred_compared_and_removed(qtbot, window, with_photo, engine):
    page = with_photo
    first = painted(qtbot, page, engine, "#c03060")
    second = painted(qtbot, page, engine, "#30c060")
    thumbs = page.results_strip.strip.thumbs
    assert [t.key for t in thumbs.thumbs] == [second.id, first.id]
    window.actions_.trigger("result.star")
    assert thumbs.thumbs[0].badge == "★"
    page.results.do("compare", first.id)
    qtbot.waitUntil(lambda: page.canvas.before.pyramid.color_at(0.5, 0.5).name() == "#c03060")
    assert page.canvas.mode is CompareMode.SPLIT
    assert color_after(page) == "#30c060"
    page.intents.set_param("strength", 0.5, True)
    qtbot.waitUntil(lambda: page.canvas.before.pyramid.color_at(0.5, 0.5).name() == "#808040")
    page.results.do("show", second.id)
    qtbot.waitUntil(lambda: page.results.generation == page.session.generation(second.id))
    page.results.do("delete", second.id)
    assert [t.key for t in thumbs.thumbs] == [first.id]
    assert page.results.generation is None
    assert engine.asset_path(second.result).exists()


def test_a_result_is_exported_as_the_dialog_says(
    qtbot, window, with_photo, engine, tmp_path, monkeypatch
):
    page = with_photo
    painted(qtbot, page, engine)
    options = ExportOptions(format=ExportFormat.PNG)
    answers = [ExportAnswer(tmp_path / "out.png", options), None]
    asked = []
    monkeypatch.setattr(ExportDialog, "ask", lambda *a, **k: asked.append((a, k)) or answers.pop(0))
    window.actions_.trigger("file.export")
    qtbot.waitUntil(lambda: (tmp_path / "out.png").exists() and bool(engine.exports))
    asset, target, given, recipe = engine.exports[0]
    assert (target, given) == (tmp_path / "out.png", options)
    assert asset == page.results.generation.result
    assert recipe.task == "stylize"
    assert recipe.inputs == ("harbour.png",)
    assert recipe.params["styles"][0]["style"] == "built-in:ember"
    assert asked[0][0][0] == "harbour-ember"
    qtbot.waitUntil(lambda: any("Written to" in text for text in toasts(window)))
    window.actions_.trigger("file.export-again")
    qtbot.waitUntil(lambda: len(engine.exports) == 2)
    assert engine.exports[1][1] == tmp_path / "harbour-ember.png"
    window.actions_.trigger("file.export")
    assert len(asked) == 2
    assert len(engine.exports) == 2


# -- clipboard, drops, recipes ------------------------------------------------------------------


def test_a_preview_and_a_result_are_copied_and_pasted(qtbot, window, with_photo, engine):
    page = with_photo
    engine.answer_live("#3060c0")
    qtbot.waitUntil(lambda: color_after(page) == "#3060c0")
    clipboard = QGuiApplication.clipboard()
    window.actions_.trigger("edit.copy")
    assert clipboard.image().pixelColor(5, 5).name() == "#3060c0"
    painted(qtbot, page, engine)
    window.actions_.trigger("edit.copy")
    qtbot.waitUntil(lambda: clipboard.image().pixelColor(5, 5).name() == "#c03060")
    window.actions_.trigger("edit.paste")
    qtbot.waitUntil(lambda: page.session.document.content.name == "Pasted picture")
    qtbot.waitUntil(lambda: page.canvas.before.pyramid.color_at(0.5, 0.5).name() == "#c03060")
    clipboard.setText("words")
    window.actions_.trigger("edit.paste")
    assert any("no picture on the clipboard" in text for text in toasts(window))
    clipboard.clear()


def drop(widget, mime):
    event = QDropEvent(
        QPointF(widget.rect().center()),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    widget.dropEvent(event)


def dropped_file(widget, path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    drop(widget, mime)


def test_files_and_pictures_can_be_dropped_on_the_canvas(qtbot, page, photo):
    dropped_file(page.canvas, photo)
    qtbot.waitUntil(lambda: page.canvas.has_picture)
    assert page.session.document.content.name == "harbour.png"
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("#123456"))
    mime = QMimeData()
    mime.setImageData(image)
    drop(page.canvas, mime)
    qtbot.waitUntil(lambda: page.canvas.before.pyramid.color_at(0.5, 0.5).name() == "#123456")


def test_a_picture_with_a_recipe_fills_the_form_in(qtbot, window, with_photo, engine, tmp_path):
    page = with_photo
    content = page.session.document.content.asset
    made = write_picture(tmp_path / "made.png", "#101010")
    engine.recipes["made.png"] = Recipe(
        task="stylize",
        params={
            "type": "stylize",
            "content": content,
            "strength": 0.3,
            "styles": [
                {"style": "painting:oil", "weight": 1.0},
                {"style": "picture:" + "e" * 64 + ".png", "weight": 1.0},
            ],
            "mask": "d" * 64 + ".png",
        },
        inputs=("harbour.png",),
    )
    dropped_file(page.canvas, made)
    qtbot.waitUntil(lambda: page.session.document.params.get("strength") == 0.3)
    assert page.session.document.content.asset == content
    assert [use["style"] for use in edits.styles(page.session.document)] == ["painting:oil"]
    assert page.session.document.params["mask"] is None
    assert any("a style picture, the mask" in text for text in toasts(window))


def test_a_project_is_saved_and_opened_with_all_it_refers_to(
    qtbot, window, with_photo, engine, tmp_path, monkeypatch
):
    page = with_photo
    page.intents.set_param("strength", 0.4, True)
    target = tmp_path / "harbour.gesso"
    monkeypatch.setattr(
        "desktop.pages.style_commands.QFileDialog.getSaveFileName",
        lambda *_: (str(tmp_path / "harbour"), ""),
    )
    window.actions_.trigger("file.save")
    assert target.exists()
    assert not page.is_modified()
    page.intents.set_param("strength", 0.8, True)
    assert page.is_modified()
    content = engine.asset_path(page.session.document.content.asset)
    other = write_picture(tmp_path / "other.png", "#ffffff")
    page.open_files([other])
    qtbot.waitUntil(lambda: page.session.document.content.name == "other.png")
    content.unlink()
    dropped_file(page.canvas, target)
    qtbot.waitUntil(lambda: page.session.document.params.get("strength") == 0.4)
    assert content.exists()
    qtbot.waitUntil(lambda: page.canvas.before.pyramid.color_at(0.5, 0.5).name() == "#808040")
    assert page.document_title() == "harbour"


# -- switches -----------------------------------------------------------------------------------


def test_switches_show_the_tool_and_the_mode_that_are_in_force(window, with_photo):
    page = with_photo

    def checked(name):
        return window.actions_.q_action(name).isChecked()

    assert checked("tool.hand")
    window.actions_.trigger("tool.brush")
    assert (checked("tool.hand"), checked("tool.brush")) == (False, True)
    window.actions_.trigger("tool.brush")
    assert checked("tool.brush")
    window.actions_.trigger("tool.eraser")
    assert page.canvas.tool is Tool.ERASER
    assert (checked("tool.brush"), checked("tool.eraser")) == (False, True)
    window.actions_.trigger("view.compare")
    assert page.canvas.mode is CompareMode.SPLIT
    window.actions_.trigger("view.original")
    assert (checked("view.compare"), checked("view.original")) == (False, True)
    window.actions_.trigger("view.original")
    assert page.canvas.mode is CompareMode.AFTER
    assert not checked("view.original")


# -- sessions -----------------------------------------------------------------------------------


def test_the_last_session_comes_back_with_its_undo_steps(
    qtbot, open_window, with_photo, engine, stroke
):
    page = with_photo
    page.intents.set_param("strength", 0.4, True)
    page.masks.paint(WHOLE)
    stroke((0.2, 0.5), (0.4, 0.5))
    painted(qtbot, page, engine)
    document = page.session.document
    page.window().close()
    again = open_window()
    assert again.page.session.document == document
    assert not again.page.session.was_recovered
    qtbot.waitUntil(lambda: again.page.canvas.has_picture)
    assert len(again.page.session.history()) == 1
    again.undo()
    again.undo()
    assert "strength" not in again.page.session.document.params


def test_a_stroke_lifted_as_the_window_closes_is_kept(qtbot, open_window, with_photo, engine):
    page = with_photo
    page.masks.paint(WHOLE)
    page.canvas.mask_painter.press(QPointF(40, 40))
    page.canvas.mask_painter.release()
    page.window().close()
    again = open_window()
    (mask,) = again.page.session.document.masks
    assert mask_pixels(page, engine, mask.asset).max() == 255


def test_after_a_crash_the_work_is_there_and_it_is_said(qtbot, open_window, with_photo, engine):
    page = with_photo
    page.intents.set_param("strength", 0.4, True)
    page.session._autosave.flush()
    (summary,) = summaries(page.context.folders.state / "projects")
    lock = summary.folder / "lock.json"
    # As a killed process leaves it: the lock of a process that is no more.
    stale = lock.read_bytes().replace(b'"started_s":', b'"started_s":-')
    page.window().close()
    lock.write_bytes(stale)
    again = open_window()
    assert again.page.session.was_recovered
    assert again.page.session.document.params["strength"] == 0.4
    assert any("ended unexpectedly" in text for text in toasts(again))


def test_a_result_finished_while_nobody_looked_is_kept(qtbot, open_window, with_photo, engine):
    page = with_photo
    page.run()
    job = engine.jobs()[-1]
    page.window().close()
    engine.change(job.id, state=JobState.RUNNING, started_s=time.time())
    engine.finish_painting(job.id)
    again = open_window()
    assert [g.id for g in again.page.session.history()] == [job.id]


def test_an_empty_project_leaves_nothing_on_the_disk(page):
    page.window().close()
    assert summaries(page.context.folders.state / "projects") == ()


def test_closing_in_the_middle_of_everything_ends_everything(
    qtbot, window, with_photo, engine, tmp_path
):
    page = with_photo
    page.run()
    engine.change(engine.jobs()[-1].id, state=JobState.RUNNING, started_s=time.time())
    page.intents.set_param("strength", 0.2, True)
    page.masks.paint(WHOLE)
    page.canvas.mask_painter.press(QPointF(40, 40))
    page.open_files([write_picture(tmp_path / "more.png", "red", 2000, 1500)])
    window.close()
    engine.answer_live()
    engine.finish_painting(engine.jobs()[-1].id)
    qtbot.wait(80)
    assert not page.live.is_busy
    assert QApplication.activeModalWidget() is None
