"""Style transfer: the canvas, its panel and its strips, and what happens between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QImage, QUndoStack
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop import standard
from desktop.actions import Bound, bind
from desktop.canvas.compare import CompareMode
from desktop.canvas.loading import PictureLoader
from desktop.canvas.pyramid import Pyramid
from desktop.canvas.view import CanvasView, Tool
from desktop.document import edits
from desktop.document.history import Generation
from desktop.document.model import Document
from desktop.editing.store import Gesture
from desktop.i18n import mark, tr, tr_data
from desktop.pages.own_styles import OwnStyles
from desktop.pages.page import Page, PageContext, PaletteEntry
from desktop.pages.results_strip import ResultsStrip
from desktop.pages.style_cards import cards_of
from desktop.pages.style_commands import StyleCommands
from desktop.pages.style_files import StyleFiles
from desktop.pages.style_live import LiveLoop
from desktop.pages.style_masks import WHOLE, MaskDesk
from desktop.pages.style_panel import StylePanel
from desktop.pages.style_results import StyleResults
from desktop.pages.style_runs import StyleRuns
from desktop.pages.style_session import StyleSession
from desktop.pages.style_strip import StyleStrip
from engine.api import (
    EngineError,
    Job,
    JobState,
    Lane,
    LiveResult,
    StylizeParams,
    TaskParams,
    field_of,
)

ESTIMATE_DELAY_MS = 120


class StylePage(Page):
    """Repaint a picture in the manner of others."""

    id = "style"
    title = mark("Style")
    icon = "style-canvas"

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._bridge = context.bridge
        self._settings = context.settings
        engine = self._bridge.engine
        self.session = StyleSession(context.folders.state / "projects", engine, self)
        self.own = OwnStyles(context.folders.data / "own_styles.json")
        self.canvas = CanvasView(self)
        self.panel = StylePanel()
        self.styles = StyleStrip()
        self.results_strip = ResultsStrip()
        self._strips = QWidget()
        strips = QVBoxLayout(self._strips)
        strips.setContentsMargins(0, 0, 0, 0)
        strips.setSpacing(0)
        strips.addWidget(self.styles)
        strips.addWidget(self.results_strip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self.files = StyleFiles(self._bridge, self.session, self.own, self)
        self.masks = MaskDesk(self.canvas, self.session.store, self._bridge, self)
        self.live = LiveLoop(self._bridge, self.id, self)
        self.runs = StyleRuns(self._bridge, self.session, self)
        self.results = StyleResults(
            self.results_strip,
            self._bridge,
            self.session,
            self._settings,
            context.folders.library,
            self,
        )
        self.commands = StyleCommands(
            self, self.canvas, self.session, self.files, self.results, self._settings
        )
        self._loader = PictureLoader(self)
        self._gesture: Gesture | None = None
        self._content_asset = ""
        self._has_after = False
        self._estimate_timer = QTimer(self)
        self._estimate_timer.setSingleShot(True)
        self._estimate_timer.setInterval(ESTIMATE_DELAY_MS)
        self._estimate_timer.timeout.connect(self._estimate)
        self._is_started = False
        self._wire()

    # -- wiring ---------------------------------------------------------------------------------

    def _wire(self) -> None:
        canvas, session = self.canvas, self.session
        canvas.files_dropped.connect(self.open_files)
        canvas.image_dropped.connect(self.commands.take_image)
        canvas.open_requested.connect(self.commands.ask_open)
        canvas.stop_requested.connect(self.runs.stop)
        canvas.zoom_changed.connect(self._on_zoom)
        canvas.tool_changed.connect(self.conditions_changed)
        canvas.mode_changed.connect(self._keep_view)
        canvas.divider_moved.connect(self._keep_view)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_unreadable)
        session.store.changed.connect(self._on_document)
        session.replaced.connect(self._on_replaced)
        session.title_changed.connect(self.document_changed)
        session.trouble.connect(self._warn)
        self.panel.changed.connect(self._on_param)
        self.panel.gesture_started.connect(self._on_gesture)
        self.panel.gesture_ended.connect(self._on_gesture_ended)
        self.panel.mask_wanted.connect(self._on_mask)
        self.panel.files_wanted.connect(self.files.add_styles)
        self.panel.run_wanted.connect(self.run)
        self.styles.style_chosen.connect(self._choose_style)
        self.styles.style_toggled.connect(self._toggle_style)
        self.styles.add_wanted.connect(self.commands.ask_style)
        self.styles.files_dropped.connect(self.files.add_styles)
        self.styles.remove_wanted.connect(self._remove_style)
        self.files.opened.connect(self.opened)
        self.files.told.connect(self.notice)
        self.commands.told.connect(self.notice)
        self.commands.opened.connect(self.opened)
        self.files.styles_changed.connect(self._fill_styles)
        self.masks.trouble.connect(self._warn)
        self.masks.target_changed.connect(self._on_mask_target)
        self.live.previewed.connect(self._on_preview)
        self.live.failed.connect(self._on_live_failed)
        self.live.busy_changed.connect(self.panel.show_live)
        self.runs.progressed.connect(self._on_progress)
        self.runs.finished.connect(self._on_finished)
        self.results.shown.connect(self._show_generation)
        self.results.compared.connect(self._compare_generation)
        self.results.told.connect(self.notice)
        self.results.current_changed.connect(self.conditions_changed)

    # -- the page's contract ----------------------------------------------------------------------

    def side_panel(self) -> QWidget:
        return self.panel

    def bottom_strip(self) -> QWidget:
        return self._strips

    def undo_stack(self) -> QUndoStack:
        return self.session.store.undo_stack

    def document_title(self) -> str:
        return self.session.title

    def is_modified(self) -> bool:
        return self.session.is_modified

    def file_filter(self) -> str:
        return self.commands.file_filter()

    def open_files(self, paths: Sequence[Path]) -> None:
        self.start()
        self.files.open(list(paths))

    def activate(self) -> None:
        # After the first paint: neither worker nor project may keep the window waiting.
        QTimer.singleShot(0, self.start)

    def start(self) -> None:
        """Open the last project and wake the engine; once."""
        if self._is_started:
            return
        self._is_started = True
        self._fill_styles()
        self.session.open_last()
        self.runs.collect()
        self._bridge.engine.warm_up(Lane.LIVE)
        if self.session.was_recovered and self.session.document.content is not None:
            self.notice.emit(
                tr("Gesso ended unexpectedly last time. Your work is as you left it."), "info"
            )

    def shut_down(self) -> None:
        self._estimate_timer.stop()
        self.live.want(None, self._settings.value.run)
        self.canvas.mask_painter.wait()
        self._loader.wait()
        self.results.wait()
        self.session.close()

    def show_result(self, job_id: str) -> None:
        self.results.do("show", job_id)

    def conditions(self) -> Iterable[str]:
        if self.canvas.has_picture:
            yield "has-picture"
            if edits.styles(self.session.document):
                yield "can-run"
        if self.results.generation is not None:
            yield "has-result"
        if self.masks.target is not None:
            yield "has-mask"

    def actions(self) -> Sequence[Bound]:  # type: ignore[override]
        canvas, commands = self.canvas, self.commands
        return (
            bind(standard.PLACE_STYLE, commands.ask_style),
            bind(standard.SAVE, commands.save),
            bind(standard.SAVE_AS, commands.save_as),
            bind(standard.EXPORT, commands.export),
            bind(standard.EXPORT_AGAIN, commands.export_again),
            bind(standard.COPY, commands.copy),
            bind(standard.PASTE, commands.paste),
            bind(standard.FIT, canvas.fit),
            bind(standard.ONE_TO_ONE, canvas.actual_pixels),
            bind(standard.ZOOM_IN, canvas.zoom_in),
            bind(standard.ZOOM_OUT, canvas.zoom_out),
            bind(standard.COMPARE, self._set_split),
            bind(standard.ORIGINAL, self._set_before),
            bind(standard.HAND, self._take_hand),
            bind(standard.BRUSH, self._take_brush),
            bind(standard.ERASER, self._take_eraser),
            bind(standard.SMALLER_BRUSH, self._shrink_brush),
            bind(standard.LARGER_BRUSH, self._grow_brush),
            bind(standard.SHOW_MASK, canvas.set_mask_visible, is_checked=True),
            bind(standard.INVERT_MASK, canvas.mask_painter.invert),
            bind(standard.CLEAR_MASK, canvas.mask_painter.clear),
            bind(standard.STAR, commands.star),
            bind(standard.RUN, self.run),
            bind(standard.RUN_FIRST, self.run_first),
            bind(standard.STOP, self._bridge.cancel_running),
        )

    def palette_entries(self) -> Iterable[PaletteEntry]:
        for style, title in self.styles.titles().items():
            yield PaletteEntry(
                title=title,
                run=lambda style=style: self._choose_style(style),
                group=tr("Style"),
                keywords=style,
                icon="palette",
            )

    # -- the document -----------------------------------------------------------------------------

    @Slot()
    def _on_replaced(self) -> None:
        view = self.session.view
        self.canvas.set_mode(CompareMode(view.mode))
        self.canvas.set_divider(view.divider)
        self.masks.close()
        self._show_document(None, self.session.document)
        self.results.refresh()

    @Slot(object, object)
    def _on_document(self, old: Document, new: Document) -> None:
        self._show_document(old, new)

    def _show_document(self, old: Document | None, new: Document) -> None:
        if old is None or old.content != new.content:
            self._load_content(new)
        self.panel.show_document(new)
        weights = {str(use["style"]): float(use.get("weight", 1.0)) for use in edits.styles(new)}
        total = sum(weights.values()) or 1.0
        self.styles.set_blend({style: weight / total for style, weight in weights.items()})
        self.results.set_current("")
        self._refresh_live()
        self.conditions_changed.emit()

    def _load_content(self, document: Document) -> None:
        asset = document.content.asset if document.content is not None else ""
        if asset == self._content_asset:
            return
        self._content_asset = asset
        self._has_after = False
        self.live.forget()
        if not asset:
            self._loader.forget("content")
            self.canvas.show_before(None)
            return
        try:
            path = self._bridge.engine.asset_path(asset)
        except EngineError as error:
            self._warn(str(error))
            self.canvas.show_before(None)
            return
        self._loader.load("content", path)

    def _params(self) -> TaskParams | None:
        try:
            return edits.run_params(self.session.document)
        except EngineError:
            return None

    def _refresh_live(self) -> None:
        self.live.want(self._params(), self._settings.value.run)
        self._estimate_timer.start()

    @Slot()
    def _estimate(self) -> None:
        params = self._params()
        if params is None:
            self.panel.show_estimate(None)
            return
        try:
            estimate = self._bridge.engine.estimate(params, self._settings.value.run)
        except EngineError as error:
            self.panel.show_problem(str(error))
        else:
            self.panel.show_estimate(estimate)

    def _label(self, name: str) -> str:
        return tr_data(field_of(StylizeParams, name).title)

    @Slot(str)
    def _on_gesture(self, name: str) -> None:
        self._gesture = self.session.store.start_gesture(self._label(name))

    @Slot(str)
    def _on_gesture_ended(self, _name: str) -> None:
        self._gesture = None

    @Slot(str, object, bool)
    def _on_param(self, name: str, value: Any, _is_final: bool) -> None:
        try:
            after = edits.set_param(self.session.document, name, value)
        except EngineError as error:
            self._warn(str(error))
            return
        if self._gesture is not None:
            self._gesture.update(after)
        else:
            self.session.store.push(self._label(name), after)

    @Slot(str)
    def _choose_style(self, style: str) -> None:
        title = self.styles.titles().get(style, style)
        after = edits.set_styles(self.session.document, ({"style": style, "weight": 1.0},))
        self.session.store.push(tr("Style {name}", name=title), after)

    @Slot(str)
    def _toggle_style(self, style: str) -> None:
        document = self.session.document
        title = self.styles.titles().get(style, style)
        chosen = edits.styles(document)
        for index, use in enumerate(chosen):
            if use["style"] == style:
                after = edits.remove_style(document, index)
                self.session.store.push(tr("Without {name}", name=title), after)
                return
        after = edits.add_style(document, style)
        self.session.store.push(tr("Blend with {name}", name=title), after)

    @Slot(str)
    def _remove_style(self, style: str) -> None:
        kind, _, key = style.partition(":")
        if kind == "picture":
            self.own.remove(key)
        elif kind == "model":
            try:
                self._bridge.engine.remove_model(key)
            except EngineError as error:
                self._warn(str(error))
        self._fill_styles()

    @Slot()
    def _fill_styles(self) -> None:
        engine = self._bridge.engine
        cards = cards_of(tuple(engine.styles()), self.own, engine.asset_path)
        self.styles.set_cards(cards)
        self.panel.set_cards(cards, self.styles.images())

    # -- pictures ---------------------------------------------------------------------------------

    @Slot(str, object)
    def _on_loaded(self, key: str, pyramid: Pyramid) -> None:
        if key == "content":
            self.canvas.show_before(pyramid)
            self.canvas.show_after(None)
            self._refresh_live()
            self.conditions_changed.emit()

    @Slot(str, str)
    def _on_unreadable(self, _key: str, message: str) -> None:
        self._warn(message)

    @Slot(QImage, object)
    def _on_preview(self, image: QImage, result: LiveResult) -> None:
        if not self.canvas.has_picture:
            return
        self._has_after = True
        self.canvas.show_after(Pyramid.of(image))
        self.panel.show_preview(result)

    @Slot(str)
    def _on_live_failed(self, message: str) -> None:
        self.panel.show_problem(message)

    @Slot(object, object)
    def _show_generation(self, _generation: Generation, pyramid: Pyramid) -> None:
        self._has_after = True
        self.canvas.show_after(pyramid)
        self.conditions_changed.emit()

    @Slot(object, object)
    def _compare_generation(self, _generation: Generation, pyramid: Pyramid) -> None:
        """Put a result where the original was, under the divider."""
        self.canvas.show_before(pyramid)
        self._content_asset = ""  # the original is read again with the next change
        self.canvas.set_mode(CompareMode.SPLIT)

    @Slot(float)
    def _on_zoom(self, factor: float) -> None:
        self.zoom_changed.emit(factor * 100 if self.canvas.has_picture else 0.0)

    @Slot()
    def _keep_view(self, *_: object) -> None:
        view = msgspec.structs.replace(
            self.session.view, mode=self.canvas.mode.value, divider=self.canvas.divider
        )
        self.session.set_view(view)

    # -- runs -------------------------------------------------------------------------------------

    @Slot()
    def run(self) -> None:
        """Repaint the picture in full size."""
        self._run(first=False)

    def run_first(self) -> None:
        """The same, ahead of everything that waits."""
        self._run(first=True)

    def _run(self, *, first: bool) -> None:
        content = self.session.document.content
        try:
            self.runs.run(
                self._settings.value.run, content.name if content is not None else "", first=first
            )
        except EngineError as error:
            self._warn(str(error))

    @Slot(object)
    def _on_progress(self, job: Job | None) -> None:
        card = self.canvas.progress
        if job is None:
            card.hide()
            self.panel.set_running(False)
            return
        self.panel.set_running(True)
        progress = job.progress
        note = tr("Waiting for its turn") if job.state is JobState.QUEUED else progress.note
        left = None
        if job.estimate is not None and job.state is JobState.RUNNING:
            left = job.estimate.seconds * (1.0 - progress.fraction)
        card.show_progress(
            progress.fraction,
            tr_data(note),
            done=progress.done,
            total=progress.total,
            seconds_left=left,
            is_stopping=job.state is JobState.CANCELLING,
        )

    @Slot(object, object)
    def _on_finished(self, _job: Job, generation: Generation) -> None:
        self.results.do("show", generation.id)

    # -- masks ------------------------------------------------------------------------------------

    @Slot(int, str)
    def _on_mask(self, target: int, what: str) -> None:
        match what:
            case "paint" if self.masks.target == target:
                self.masks.close()
            case "paint":
                self.masks.paint(target)
            case "invert":
                self.masks.paint(target)
                self.canvas.mask_painter.invert()
            case "clear":
                self.masks.clear(target)

    @Slot(object)
    def _on_mask_target(self, target: int | None) -> None:
        self.panel.show_mask_target(target)
        self.conditions_changed.emit()

    def _take_hand(self, _checked: bool = True) -> None:
        self.canvas.set_tool(Tool.HAND)

    def _take_brush(self, _checked: bool = True) -> None:
        self._take(Tool.BRUSH)

    def _take_eraser(self, _checked: bool = True) -> None:
        self._take(Tool.ERASER)

    def _take(self, tool: Tool) -> None:
        if self.masks.target is None:
            self.masks.paint(WHOLE)
        self.canvas.set_tool(tool)

    def _shrink_brush(self) -> None:
        self.canvas.mask_painter.grow(-1)

    def _grow_brush(self) -> None:
        self.canvas.mask_painter.grow(1)

    # -- looking ----------------------------------------------------------------------------------

    def _set_split(self, on: bool) -> None:
        self.canvas.set_mode(CompareMode.SPLIT if on else CompareMode.AFTER)

    def _set_before(self, on: bool) -> None:
        self.canvas.set_mode(CompareMode.BEFORE if on else CompareMode.AFTER)

    @Slot(str)
    def _warn(self, text: str) -> None:
        self.notice.emit(text, "warning")
