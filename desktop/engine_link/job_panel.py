"""The panel of jobs: what runs, what waits, what is done, and what can be done about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QListView,
    QMenu,
    QStackedWidget,
    QWidget,
)

from desktop import widgets
from desktop.engine_link.bridge import EngineBridge
from desktop.engine_link.job_delegate import JobDelegate, repaint
from desktop.engine_link.job_model import JobModel, status_of
from desktop.engine_link.thumbnails import Thumbnails
from desktop.i18n import tr
from engine.api import DeviceChoice, Job, JobState

_TICK_MS = 1000


class JobPanel(QFrame):
    """Lists every job.

    Signals:
        shown: id of a finished job that the user wants to see.
        closed: the user puts the panel away.
    """

    shown = Signal(str)
    closed = Signal()

    def __init__(
        self, bridge: EngineBridge, model: JobModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setObjectName("job-panel")
        self._bridge = bridge
        self._model = model
        self._is_paused = False
        self._logs: dict[str, str] = {}
        self._thumbnails = Thumbnails(bridge, self)
        self._delegate = JobDelegate(self._thumbnails, self)
        self._view = self._make_view()
        self._stack = QStackedWidget()
        self._empty = widgets.EmptyState(
            "jobs",
            tr("No jobs yet"),
            tr("Press {key} to paint a picture in full size. You can go on working meanwhile.",
               key="Ctrl+↵"),
        )  # fmt: skip
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._view)
        self._foot = _Foot(self)
        layout = widgets.column(self, gap="")
        layout.addLayout(self._make_head())
        layout.addWidget(widgets.rule())
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._foot)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("0") * 42)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._delegate.acted.connect(self._act)
        self._thumbnails.arrived.connect(self._repaint)
        model.rowsInserted.connect(self._refresh)
        model.rowsRemoved.connect(self._refresh)
        model.dataChanged.connect(self._refresh)
        bridge.worker_changed.connect(self._note_log)
        self._refresh()

    def _make_view(self) -> QListView:
        view = QListView()
        view.setModel(self._model)
        view.setItemDelegate(self._delegate)
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._context_menu)
        view.setAccessibleName(tr("Jobs"))
        view.doubleClicked.connect(self._show_selected)
        view.selectionModel().selectionChanged.connect(self._refresh)
        return view

    def _make_head(self) -> QHBoxLayout:
        head = widgets.row(gap="space-xs")
        head.setContentsMargins(16, 8, 8, 8)
        head.addWidget(widgets.label(tr("Jobs"), "heading"))
        head.addStretch(1)
        self._pause = widgets.tool_button("pause", tr("Pause the queue"), checkable=True)
        self._pause.toggled.connect(self._set_paused)
        self._clear = widgets.tool_button("trash", tr("Remove finished jobs from the list"))
        self._clear.clicked.connect(self._clear_finished)
        close = widgets.tool_button("close", tr("Close the panel"))
        close.clicked.connect(self.closed)
        for part in (self._pause, self._clear, close):
            head.addWidget(part)
        return head

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def view(self) -> QListView:
        """The list."""
        return self._view

    def selected(self) -> tuple[Job, ...]:
        """Return the selected jobs, from the top."""
        rows = sorted(index.row() for index in self._view.selectionModel().selectedIndexes())
        return tuple(job for row in rows if (job := self._model.job_at(row)) is not None)

    def select(self, job_id: str) -> None:
        """Select one job and bring it into view."""
        index = self._model.index(self._model.row_of(job_id))
        if index.isValid():
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self._view.selectionModel().setCurrentIndex(index, flag)
            self._view.scrollTo(index)

    @Slot()
    def _refresh(self) -> None:
        self._stack.setCurrentWidget(self._view if self._model.rowCount() else self._empty)
        jobs = self._model.jobs()
        self._clear.setEnabled(any(job.state.is_final for job in jobs))
        self._foot.show_jobs(self.selected())
        is_running = any(job.state in _MOVING for job in jobs)
        if is_running and self.isVisible():
            if not self._tick.isActive():
                self._tick.start()
        else:
            self._tick.stop()

    @Slot()
    def _on_tick(self) -> None:
        repaint(self._view)

    @Slot()
    def _repaint(self) -> None:
        repaint(self._view)

    def showEvent(self, event: QShowEvent) -> None:
        """Let time run on."""
        super().showEvent(event)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks."""
        self._tick.stop()
        super().hideEvent(event)

    # -- what can be done ---------------------------------------------------------------------

    def operations(self, jobs: tuple[Job, ...]) -> tuple[tuple[str, str, Callable[[], None]], ...]:
        """Return (icon, words, function) of everything that can be done with `jobs`."""
        result: list[tuple[str, str, Callable[[], None]]] = []
        alive = [j for j in jobs if j.state in {JobState.QUEUED, JobState.RUNNING}]
        final = [j for j in jobs if j.state.is_final]
        again = [j for j in final if j.state is not JobState.DONE]
        if len(jobs) == 1 and jobs[0].state is JobState.DONE:
            result.append(("eye", tr("Show"), self._show_selected))
        if alive:
            result.append(("stop", tr("Stop"), lambda: self._each(alive, self._bridge.cancel)))
        if again:
            result.append(("retry", tr("Try again"), lambda: self._each(again, self._bridge.retry)))
        if any(_can_fall_back(job) for job in again):
            result.append(("cpu", tr("Try on the CPU"), lambda: self._each(again, self._on_cpu)))
        if len(jobs) == 1 and self._log_of(jobs[0]):
            result.append(("log", tr("Open log"), self._open_log))
        if final:
            result.append(("trash", tr("Remove"), lambda: self._bridge.remove(j.id for j in final)))
        return tuple(result)

    def _each(self, jobs: list[Job], function: Callable[[str], None]) -> None:
        for job in jobs:
            function(job.id)

    def _on_cpu(self, job_id: str) -> None:
        job = self._model.job_at(self._model.row_of(job_id))
        if job is not None:
            options = msgspec.structs.replace(job.options, device=DeviceChoice.CPU)
            self._bridge.retry(job_id, options)

    @Slot(str, str)
    def _act(self, job_id: str, action: str) -> None:
        match action:
            case "cancel":
                self._bridge.cancel(job_id)
            case "retry":
                self._bridge.retry(job_id)
            case "remove":
                self._bridge.remove([job_id])

    @Slot()
    def _show_selected(self) -> None:
        jobs = self.selected()
        if jobs and jobs[0].state is JobState.DONE:
            self.shown.emit(jobs[0].id)

    @Slot(bool)
    def _set_paused(self, is_paused: bool) -> None:
        self._bridge.engine.pause(is_paused)
        name = tr("Go on with the queue") if is_paused else tr("Pause the queue")
        self._pause.setToolTip(name)
        self._pause.setAccessibleName(name)

    @Slot()
    def _clear_finished(self) -> None:
        self._bridge.remove(job.id for job in self._model.jobs() if job.state.is_final)

    @Slot(object)
    def _note_log(self, event: object) -> None:
        log = getattr(event, "log", "")
        if log:
            self._logs["engine"] = log

    def _log_of(self, job: Job) -> str:
        named = job.error.details.get("log", "") if job.error else ""
        return named or (self._logs.get("engine", "") if job.state is JobState.FAILED else "")

    def _open_log(self) -> None:
        jobs = self.selected()
        if jobs and (path := self._log_of(jobs[0])):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path))))

    @Slot(QPoint)
    def _context_menu(self, point: QPoint) -> None:
        jobs = self.selected()
        if not jobs:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for _, words, function in self.operations(jobs):
            menu.addAction(words, function)
        menu.popup(self._view.viewport().mapToGlobal(point))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows a result, Delete stops or removes."""
        jobs = self.selected()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._show_selected()
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._bridge.remove(j.id for j in jobs if j.state.is_final)
            for job in jobs:
                if not job.state.is_final:
                    self._bridge.cancel(job.id)
        else:
            super().keyPressEvent(event)


_MOVING = {JobState.RUNNING, JobState.CANCELLING}


def _can_fall_back(job: Job) -> bool:
    """Return whether another device might do what this one could not."""
    if job.state is not JobState.FAILED or job.options.device is DeviceChoice.CPU:
        return False
    return job.error is not None and job.error.code in {"device", "worker-lost"}


class _Foot(QFrame):
    """The selected jobs in full words, with a button for all that can be done."""

    def __init__(self, panel: JobPanel) -> None:
        super().__init__(panel)
        self.setProperty("edge", "top")
        self._panel = panel
        self._shown: tuple[object, ...] = ()
        layout = widgets.column(self, margin="space-m")
        self._words = widgets.label("", "body", wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = QGridLayout()
        self._buttons.setSpacing(4)
        layout.addWidget(self._words)
        layout.addLayout(self._buttons)
        self.hide()

    def show_jobs(self, jobs: tuple[Job, ...]) -> None:
        """Show what can be done with `jobs`; built again only when that changes."""
        self.setVisible(bool(jobs))
        if len(jobs) == 1:
            role = "error" if jobs[0].state is JobState.FAILED else "body"
            widgets.set_role(self._words, "role", role)
            notes = jobs[0].result.notes if jobs[0].result else ()
            self._words.setText("\n".join([status_of(jobs[0], _now(jobs[0])), *notes]))
        elif jobs:
            widgets.set_role(self._words, "role", "body")
            self._words.setText(tr("{n} jobs selected", n=len(jobs)))
        key = tuple((job.id, job.state, job.attempt) for job in jobs)
        if key == self._shown:
            return
        self._shown = key
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, (icon_name, words, function) in enumerate(self._panel.operations(jobs)):
            push = widgets.button(words, "", icon_name)
            push.clicked.connect(lambda _checked=False, f=function: f())
            self._buttons.addWidget(push, number // 2, number % 2)


def _now(job: Job) -> float:
    return time.time() if not job.finished_s else job.finished_s
