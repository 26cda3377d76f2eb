"""Full-size runs of the style page: from the document to a job, from a job to a result."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal, Slot

from desktop.document import edits
from desktop.document.history import Generation
from desktop.document.model import Document
from desktop.engine_link.bridge import EngineBridge
from desktop.pages.style_session import StyleSession
from engine.api import ImageResult, Job, JobState, RunOptions


class StyleRuns(QObject):
    """Sends this project's jobs to the engine and keeps what comes back.

    Signals:
        progressed: the newest running `Job` of this project, or None when nothing runs.
        finished: (Job, Generation) of a run that gave a picture.
        failed: `Job` of a run that did not.
    """

    progressed = Signal(object)
    finished = Signal(object, object)
    failed = Signal(object)

    def __init__(
        self, bridge: EngineBridge, session: StyleSession, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._session = session
        self._documents: dict[str, Document] = {}
        self._current = ""
        bridge.job_changed.connect(self._on_changed)
        bridge.job_finished.connect(self._on_finished)

    @property
    def current(self) -> str:
        """Id of the job whose progress is shown, or empty."""
        return self._current

    def run(self, options: RunOptions, label: str, *, first: bool = False) -> Job:
        """Queue the document as it is now.

        Raises:
            ParameterError: it is not complete.
        """
        document = self._session.document
        params = edits.run_params(document)
        job = self._bridge.engine.submit(params, options=options, label=label, first=first)
        self._documents[job.id] = document
        self._current = job.id
        self.progressed.emit(job)
        return job

    def stop(self) -> None:
        """Ask the job whose progress is shown to end."""
        if self._current:
            self._bridge.cancel(self._current)

    def collect(self) -> None:
        """Keep results that were finished while nobody was looking, such as after a crash."""
        assets = {
            content.asset for content in (self._session.document.content,) if content is not None
        }
        for job in self._bridge.jobs():
            if job.state is JobState.DONE and job.params.get("content") in assets:
                self._keep(job)

    @Slot(object)
    def _on_changed(self, job: Job) -> None:
        if job.id not in self._documents:
            return
        if job.state is JobState.RUNNING and job.id != self._current:
            self._current = job.id
        if job.id == self._current:
            self.progressed.emit(None if job.state.is_final else job)

    @Slot(object)
    def _on_finished(self, job: Job) -> None:
        if job.task != "stylize":
            return
        if job.id not in self._documents:
            # A retry of an earlier session's job: it belongs here if it repaints this picture.
            self.collect()
            return
        if job.id == self._current:
            self._current = ""
            self.progressed.emit(None)
        if job.state is JobState.DONE:
            generation = self._keep(job)
            if generation is not None:
                self.finished.emit(job, generation)
        elif job.state is JobState.FAILED:
            self.failed.emit(job)

    def _keep(self, job: Job) -> Generation | None:
        if not isinstance(job.result, ImageResult):
            return None
        known = self._session.generation(job.id)
        if known is not None:
            return known
        document = self._documents.get(job.id)
        generation = Generation(
            id=job.id,
            task=job.task,
            version=job.version,
            params=job.params,
            document=dict(document.params) if document is not None else {},
            options=job.options,
            result=job.result.image,
            width=job.result.width,
            height=job.result.height,
            ran=job.result.ran,
            seconds=job.result.seconds,
            created_s=job.finished_s or time.time(),
            label=job.label,
        )
        self._session.add(generation)
        return generation
