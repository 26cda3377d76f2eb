"""Says what the engine did while the user looked elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from desktop.engine_link.device_chip import DeviceChip
from desktop.engine_link.job_model import duration, title_of
from desktop.i18n import tr, tr_data
from desktop.notifications import Toaster
from desktop.window_parts import WindowParts
from engine.api import Job, JobState, WorkerChanged


class Announcer(QObject):
    """Turns finished jobs and lost workers into toasts.

    Signals:
        result_wanted: id of a job whose result the user wants to see.
        job_wanted: id of a job that the user wants to look into.
    """

    result_wanted = Signal(str)
    job_wanted = Signal(str)

    def __init__(
        self, parts: WindowParts, toaster: Toaster, chip: DeviceChip, window: QWidget
    ) -> None:
        super().__init__(window)
        self._settings = parts.settings
        self._toaster = toaster
        self._chip = chip
        self._window = window
        parts.bridge.job_finished.connect(self._tell_finished)
        parts.bridge.worker_changed.connect(self._tell_worker)

    @Slot(object)
    def _tell_finished(self, job: Job) -> None:
        title = title_of(job)
        if job.state is JobState.FAILED and job.error is not None:
            message = f"{tr_data(job.error.message)} {tr_data(job.error.hint)}".strip()
            self._toaster.show(
                f"{title}: {message}",
                "error",
                action=tr("Details"),
                run=lambda: self.job_wanted.emit(job.id),
            )
        elif job.state is JobState.DONE and self._settings.value.notify_when_done:
            took = duration(max(0.0, job.finished_s - job.started_s))
            self._toaster.show(
                tr("{title}: done in {time}", title=title, time=took),
                "ok",
                action=tr("Show"),
                run=lambda: self.result_wanted.emit(job.id),
            )
        else:
            return
        if not self._window.isActiveWindow():
            QApplication.alert(self._window)

    @Slot(object)
    def _tell_worker(self, event: WorkerChanged) -> None:
        if event.state == "failed":
            words = tr_data(event.message) or tr("The engine stopped.")
            self._toaster.show(words, "error", action=tr("Details"), run=self._chip.open_sheet)
