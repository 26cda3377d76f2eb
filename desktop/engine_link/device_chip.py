"""The chip that says what really calculates, and the sheet behind it.

What it shows comes from the last result and from the workers' own reports, never from a wish.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QGridLayout, QToolButton, QWidget

from desktop import widgets
from desktop.engine_link.bridge import EngineBridge
from desktop.engine_link.job_model import summary
from desktop.i18n import mark, tr, tr_data
from desktop.icons import icon
from engine.api import Job, Lane, LiveResult, Ran, WorkerChanged

_STATES = {
    "stopped": mark("asleep"),
    "starting": mark("starting"),
    "ready": mark("ready"),
    "busy": mark("working"),
    "failed": mark("stopped after an error"),
}
_LANES = {
    Lane.MAIN: mark("Painting"),
    Lane.LIVE: mark("Live preview"),
    Lane.TRAINER: mark("Training"),
}


def report_rows(report: Any) -> tuple[tuple[str, str], ...]:
    """Return (name, value) of what a `DeviceReport` knows, in the user's language."""
    rows: list[tuple[str, str]] = [(tr("Processor"), str(report.processor))]
    cores = tr(
        "{physical} cores, {logical} threads, {usable} usable",
        physical=report.physical,
        logical=report.logical,
        usable=report.usable,
    )
    rows.append((tr("Cores"), cores))
    memory = tr(
        "{free} free of {all}", free=gigabytes(report.free_mb), all=gigabytes(report.memory_mb)
    )
    rows.append((tr("Memory"), memory))
    runtime = report.onnxruntime or tr("not usable")
    rows.append(("ONNX Runtime", tr_data(report.onnxruntime_fault) or runtime))
    rows.append(("OpenVINO", report.openvino or tr_data(report.openvino_state)))
    cuda = gigabytes(report.free_vram_mb) if report.cuda else tr_data(report.cuda_state)
    rows.append(("CUDA", cuda))
    return tuple((name, value) for name, value in rows if value)


def gigabytes(megabytes: float) -> str:
    """Return an amount of memory as it is said."""
    if megabytes < 1000:
        return f"{megabytes:.0f} MB"
    return f"{megabytes / 1024:.1f} GB"


class DeviceChip(QToolButton):
    """What calculated last; a click opens the sheet."""

    def __init__(self, bridge: EngineBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "chip")
        self.setProperty("mood", "")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIcon(icon("cpu"))
        self.setIconSize(QSize(16, 16))
        self._bridge = bridge
        self._ran: Ran | None = None
        self._workers: dict[Lane, WorkerChanged] = {}
        bridge.job_finished.connect(self._take_job)
        bridge.live_result.connect(self._take_live)
        bridge.worker_changed.connect(self._take_worker)
        self.clicked.connect(self.open_sheet)
        for job in sorted(bridge.jobs(), key=lambda job: job.finished_s):
            self._take_job(job)
        self._refresh()

    @property
    def workers(self) -> tuple[WorkerChanged, ...]:
        """The last word of each worker."""
        return tuple(self._workers.values())

    @property
    def ran(self) -> Ran | None:
        """What calculated last, or None before the first result."""
        return self._ran

    @Slot(object)
    def _take_job(self, job: Job) -> None:
        if job.result is not None and job.result.ran:
            self._ran = job.result.ran[-1]
            self._refresh()

    @Slot(object)
    def _take_live(self, result: LiveResult) -> None:
        if result.ran:
            self._ran = result.ran[-1]
            self._refresh()

    @Slot(object)
    def _take_worker(self, event: WorkerChanged) -> None:
        self._workers[event.lane] = event
        self._refresh()

    def _refresh(self) -> None:
        failed = [w for w in self._workers.values() if w.state == "failed"]
        starting = any(w.state == "starting" for w in self._workers.values())
        mood = ""
        if failed:
            text, mood = tr("Engine stopped"), "error"
        elif self._ran is not None:
            text = summary(self._ran)
            mood = "warning" if self._ran.note else ""
        elif starting:
            text = tr("Engine starting…")
        elif any(w.state in {"ready", "busy"} for w in self._workers.values()):
            text = tr("Engine ready")
        else:
            text = tr("Engine asleep")
        widgets.set_role(self, "mood", mood)
        # Qt leaves no room between a tool button's icon and its text.
        self.setText(f" {text}")
        self.setIcon(icon("cpu", f"state-{mood}" if mood else "text-secondary"))
        note = tr_data(self._ran.note) if self._ran is not None and not failed else ""
        message = " ".join(tr_data(w.message) for w in failed)
        self.setToolTip(message or note or tr("What calculated last. Click for more."))
        self.setAccessibleName(tr("Device: {text}", text=text))

    @Slot()
    def open_sheet(self) -> None:
        """Open the sheet under the chip."""
        sheet = DeviceSheet(self._bridge, self._ran, self.workers, self.window())
        sheet.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width() - sheet.width(), self.height() + 6))
        sheet.move(corner)
        sheet.show()


class DeviceSheet(QFrame):
    """What can calculate here, what the workers hold, their log, and a new start."""

    def __init__(
        self,
        bridge: EngineBridge,
        ran: Ran | None,
        workers: tuple[WorkerChanged, ...],
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("device-sheet")
        self.setProperty("surface", "raised")
        self.setAccessibleName(tr("Device"))
        self._bridge = bridge
        self._workers = workers
        self._report: Any = None
        outer = widgets.column(self, margin="space-l", gap="space-m")
        outer.addWidget(widgets.label(tr("What calculates"), "heading"))
        last = summary(ran) if ran else tr("Nothing has run yet.")
        outer.addWidget(widgets.label(last, "strong"))
        if ran is not None and ran.note:
            outer.addWidget(widgets.label(tr_data(ran.note), "warning", wrap=True))
        outer.addWidget(widgets.rule())
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        outer.addLayout(self._grid)
        self._rows = 0
        for worker in workers:
            self._add_worker(worker)
        buttons = widgets.row()
        for words, function in self._operations():
            push = widgets.button(words)
            push.clicked.connect(function)
            buttons.addWidget(push)
        buttons.addStretch(1)
        if buttons.count() > 1:
            outer.addLayout(buttons)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("0") * 58)
        ticket = bridge.device_report()
        ticket.done.connect(self._show_report)
        ticket.failed.connect(self._show_error)

    def _operations(self) -> list[tuple[str, Any]]:
        result: list[tuple[str, Any]] = []
        if any(w.log for w in self._workers):
            result.append((tr("Open log"), self._open_log))
        if any(w.state in {"failed", "stopped"} for w in self._workers):
            result.append((tr("Start the engine"), self._start))
        elif hasattr(self._bridge.engine, "restart"):
            result.append((tr("Restart the engine"), self._restart))
        return result

    def _add(self, name: str, value: str) -> None:
        self._grid.addWidget(
            widgets.label(name, "caption"), self._rows, 0, Qt.AlignmentFlag.AlignTop
        )
        self._grid.addWidget(widgets.label(value, wrap=True), self._rows, 1)
        self._rows += 1

    def _add_worker(self, worker: WorkerChanged) -> None:
        state = tr_data(_STATES.get(worker.state, worker.state))
        if worker.memory_mb:
            state = f"{state} · {gigabytes(worker.memory_mb)}"
        if worker.message:
            state = f"{state}. {tr_data(worker.message)}"
        self._add(tr_data(_LANES.get(worker.lane, worker.lane.value)), state)

    @Slot(object)
    def _show_report(self, report: Any) -> None:
        for name, value in report_rows(report):
            self._add(name, value)
        self._fit()

    @Slot(object)
    def _show_error(self, error: Exception) -> None:
        self._add(tr("Report"), str(error))
        self._fit()

    def _fit(self) -> None:
        right = self.geometry().right()
        self.adjustSize()
        self.move(right - self.width() + 1, self.y())

    @Slot()
    def _open_log(self) -> None:
        log = next(w.log for w in self._workers if w.log)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(log))))
        self.close()

    @Slot()
    def _start(self) -> None:
        for worker in self._workers:
            if worker.state in {"failed", "stopped"}:
                self._bridge.engine.warm_up(worker.lane)
        self.close()

    @Slot()
    def _restart(self) -> None:
        restart = getattr(self._bridge.engine, "restart", None)
        if restart is not None:
            restart()
        self.close()
