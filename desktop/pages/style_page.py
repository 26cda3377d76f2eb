"""Style transfer: the canvas, its panel and its strips, and what happens between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QImage, QUndoStack
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.actions import Bound
from desktop.canvas.compare import CompareMode
from desktop.canvas.pyramid import Pyramid
from desktop.canvas.view import CanvasView
from desktop.document import edits
from desktop.document.history import Generation
from desktop.document.model import Document
from desktop.i18n import mark, tr, tr_data
from desktop.pages.mask_thumbnail import MaskThumbnail
from desktop.pages.own_styles import OwnStyles
from desktop.pages.page import Page, PageContext, PaletteEntry
from desktop.pages.results_strip import ResultsStrip
from desktop.pages.style_cards import cards_of
from desktop.pages.style_commands import StyleCommands
from desktop.pages.style_files import StyleFiles
from desktop.pages.style_intents import StyleIntents
from desktop.pages.style_live import LiveLoop
from desktop.pages.style_masks import MaskDesk
from desktop.pages.style_panel import StylePanel
from desktop.pages.style_results import StyleResults
from desktop.pages.style_runs import StyleRuns
from desktop.pages.style_session import StyleSession
from desktop.pages.style_stage import StyleStage
from desktop.pages.style_strip import StyleStrip
from desktop.pages.style_tools import StyleTools, bound_actions
from engine.api import EngineError, Job, JobState, Lane, LiveResult, ParameterError, TaskParams

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
        self.session = StyleSession(context.folders.state / "projects", self._bridge.engine, self)
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
        self._make_parts(context)
        self._estimate_timer = QTimer(self)
        self._estimate_timer.setSingleShot(True)
        self._estimate_timer.setInterval(ESTIMATE_DELAY_MS)
        self._estimate_timer.timeout.connect(self._estimate)
        self._is_started = False
        self._is_over = False
        self._wire_canvas()
        self._wire_panels()
        self._wire_parts()

    def _make_parts(self, context: PageContext) -> None:
        bridge, session = self._bridge, self.session
        self.files = StyleFiles(bridge, session, self.own, self)
        self.intents = StyleIntents(session.store, self.styles, self.own, bridge, self)
        self.masks = MaskDesk(self.canvas, session.store, bridge, self)
        self.stage = StyleStage(self.canvas, bridge, self)
        self._mask_thumbnail = MaskThumbnail(bridge, self)
        self._mask_thumbnail.ready.connect(self.panel.show_mask_thumbnail)
        self.live = LiveLoop(bridge, self.id, self)
        self.runs = StyleRuns(bridge, session, self)
        self.results = StyleResults(
            self.results_strip, bridge, session, self._settings, context.folders.library, self
        )
        self.commands = StyleCommands(
            self, self.canvas, session, self.files, self.results, self._settings
        )
        self._tools = StyleTools(self.canvas, self.masks)

    # -- wiring ---------------------------------------------------------------------------------

    def _wire_canvas(self) -> None:
        canvas = self.canvas
        canvas.files_dropped.connect(self.open_files)
        canvas.image_dropped.connect(self.commands.take_image)
        canvas.open_requested.connect(self.commands.ask_open)
        canvas.empty.add_button(tr("Try a sample"), self.commands.open_sample)
        canvas.stop_requested.connect(self.runs.stop)
        canvas.zoom_changed.connect(self._on_zoom)
        canvas.tool_changed.connect(self.conditions_changed)
        canvas.mode_changed.connect(self._keep_view)
        canvas.divider_moved.connect(self._keep_view)
        self.stage.content_wanted.connect(self.live.forget)
        self.stage.content_shown.connect(self._on_content)
        self.stage.trouble.connect(self._warn)
        self.masks.trouble.connect(self._warn)
        self.masks.target_changed.connect(self._on_mask_target)

    def _wire_panels(self) -> None:
        panel, intents = self.panel, self.intents
        panel.changed.connect(intents.set_param)
        panel.gesture_started.connect(intents.start_gesture)
        panel.gesture_ended.connect(intents.end_gesture)
        panel.mask_wanted.connect(self.masks.do)
        panel.files_wanted.connect(self.files.add_styles)
        panel.run_wanted.connect(self.run)
        self.styles.style_chosen.connect(intents.choose_style)
        self.styles.style_toggled.connect(intents.toggle_style)
        self.styles.remove_wanted.connect(intents.remove_style)
        self.styles.add_wanted.connect(self.commands.ask_style)
        self.styles.files_dropped.connect(self.files.add_styles)
        intents.trouble.connect(self._warn)
        intents.styles_changed.connect(self._fill_styles)

    def _wire_parts(self) -> None:
        session = self.session
        session.store.changed.connect(self._on_document)
        session.replaced.connect(self._on_replaced)
        session.title_changed.connect(self.document_changed)
        session.trouble.connect(self._warn)
        for part in (self.files, self.commands, self.results):
            part.told.connect(self.notice)
        self.files.opened.connect(self.opened)
        self.commands.opened.connect(self.opened)
        self.files.styles_changed.connect(self._fill_styles)
        self.live.previewed.connect(self._on_preview)
        self.live.failed.connect(self.panel.show_problem)
        self.live.busy_changed.connect(self.panel.show_live)
        self.runs.progressed.connect(self._on_progress)
        self.runs.finished.connect(self._on_finished)
        self.results.shown.connect(self._show_generation)
        self.results.compared.connect(self._compare_generation)
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
        QTimer.singleShot(0, self, self.start)

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
        # A window that closes before its first paint has nothing to open any more.
        self._is_started = True
        self.masks.flush()
        self._is_over = True
        self._estimate_timer.stop()
        self.live.stop()
        self.stage.wait()
        self._mask_thumbnail.wait()
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
        yield f"tool-{self.canvas.tool.value}"
        yield f"mode-{self.canvas.mode.value}"

    def actions(self) -> Sequence[Bound]:  # type: ignore[override]
        stop = self._bridge.cancel_running
        return bound_actions(
            self.canvas, self._tools, self.commands, self.run, self.run_first, stop
        )

    def palette_entries(self) -> Iterable[PaletteEntry]:
        for card in self.styles.cards:
            yield PaletteEntry(
                title=card.title,
                run=partial(self.intents.choose_style, card.style),
                group=tr("Style"),
                keywords=card.tip,
                icon="palette",
            )

    # -- the document -----------------------------------------------------------------------------

    @Slot()
    def _on_replaced(self) -> None:
        view = self.session.view
        self.canvas.set_mode(CompareMode(view.mode))
        self.canvas.set_divider(view.divider)
        self.masks.close()
        self._show_document(self.session.document)
        self.results.refresh()

    @Slot(object, object)
    def _on_document(self, _old: Document, new: Document) -> None:
        self._show_document(new)

    def _show_document(self, document: Document) -> None:
        self.stage.leave_result()
        self.stage.show_document(document)
        self.panel.show_document(document)
        self._mask_thumbnail.show_document(document)
        uses = edits.styles(document)
        weights = {str(use["style"]): float(use.get("weight", 1.0)) for use in uses}
        total = sum(weights.values()) or 1.0
        self.styles.set_blend({style: weight / total for style, weight in weights.items()})
        self.results.set_current("")
        self._on_content()

    @Slot()
    def _on_content(self) -> None:
        self._refresh_live()
        self.panel.set_runnable("can-run" in self.conditions())
        self.conditions_changed.emit()

    def _params(self) -> TaskParams | None:
        try:
            return edits.run_params(self.session.document)
        except EngineError:
            return None

    def _refresh_live(self) -> None:
        if self._is_over:
            return
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

    @Slot()
    def _fill_styles(self) -> None:
        engine = self._bridge.engine
        cards = cards_of(tuple(engine.styles()), self.own, engine.asset_path)
        self.styles.set_cards(cards)
        self.panel.set_cards(cards, self.styles.images())
        self.results_strip.set_style_titles(self.styles.titles())

    # -- pictures ---------------------------------------------------------------------------------

    @Slot(QImage, object)
    def _on_preview(self, image: QImage, result: LiveResult) -> None:
        self.stage.show_preview(image)
        self.panel.show_preview(result)

    @Slot(object, object)
    def _show_generation(self, _generation: Generation, pyramid: Pyramid) -> None:
        self.stage.show_result(pyramid)
        self.conditions_changed.emit()

    @Slot(object, object)
    def _compare_generation(self, _generation: Generation, pyramid: Pyramid) -> None:
        self.stage.compare_with(pyramid)

    @Slot(float)
    def _on_zoom(self, factor: float) -> None:
        self.zoom_changed.emit(factor * 100 if self.canvas.has_picture else 0.0)

    @Slot()
    def _keep_view(self, *_: object) -> None:
        view = msgspec.structs.replace(
            self.session.view, mode=self.canvas.mode.value, divider=self.canvas.divider
        )
        if view.mode != self.session.view.mode:
            self.conditions_changed.emit()
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
        # A stroke just lifted belongs to the run.
        self.masks.flush()
        content = self.session.document.content
        name = content.name if content is not None else ""
        try:
            self.runs.run(self._settings.value.run, name, first=first)
        except EngineError as error:
            if isinstance(error, ParameterError):
                self.panel.show_parameter_error(error)
            self._warn(str(error))

    @Slot(object)
    def _on_progress(self, job: Job | None) -> None:
        card = self.canvas.progress
        self.panel.set_running(job is not None)
        if job is None:
            card.hide()
            return
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
        self._estimate_timer.start()  # the engine has learned from this run
        content = self.session.document.content
        # Who works on another photograph meanwhile finds the result in the strip.
        if content is not None and generation.params.get("content") == content.asset:
            self.results.do("show", generation.id)

    # -- masks ------------------------------------------------------------------------------------

    @Slot(object)
    def _on_mask_target(self, target: int | None) -> None:
        self.panel.show_mask_target(target)
        self.conditions_changed.emit()

    @Slot(str)
    def _warn(self, text: str) -> None:
        self.notice.emit(text, "warning")
