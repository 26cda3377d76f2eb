from __future__ import annotations

from typing import Any

import pytest
from fake_engine import RAN, FakeEngine
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton
from studio_demo import jpeg, landscape

from desktop.engine_link.bridge import EngineBridge
from desktop.engine_link.device_chip import DeviceChip, DeviceSheet
from desktop.engine_link.job_button import JobButton, overall
from desktop.engine_link.job_model import (
    JobModel,
    JobRole,
    duration,
    remaining_s,
    status_of,
    summary,
    times_of,
)
from desktop.engine_link.job_panel import JobPanel
from desktop.theme import Wardrobe
from engine.api import (
    DeviceChoice,
    DeviceError,
    Estimate,
    Job,
    JobState,
    Lane,
    ParameterError,
    Progress,
    Ran,
    WorkerChanged,
    WorkerLost,
)


@pytest.fixture
def model(bridge: EngineBridge) -> JobModel:
    return JobModel(bridge)


@pytest.fixture
def panel(qtbot: Any, dressed: Wardrobe, bridge: EngineBridge, model: JobModel) -> JobPanel:
    panel = JobPanel(bridge, model)
    qtbot.addWidget(panel)
    panel.resize(380, 600)
    panel.show()
    return panel


def words(panel: JobPanel) -> list[str]:
    return [b.text() for b in panel.findChildren(QPushButton) if b.isVisible()]


def test_the_model_is_a_proper_one(qtbot: Any, model: JobModel, engine: FakeEngine) -> None:
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Warning, None
    )
    jobs = [engine.add(f"{number}.jpg") for number in range(4)]
    qtbot.waitUntil(lambda: model.rowCount() == 4)
    engine.finish(jobs[1].id)
    engine.remove(jobs[1].id)
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    ids = [model.index(row).data(JobRole.ID) for row in range(3)]
    assert ids == [jobs[3].id, jobs[2].id, jobs[0].id]
    del tester


def test_progress_is_counted_and_says_what_is_left() -> None:
    job = Job(
        id="1", task="stylize", params={}, state=JobState.RUNNING, started_s=100.0,
        progress=Progress(fraction=0.25, note="Painting strips", done=12, total=48),
    )  # fmt: skip
    assert status_of(job, 110.0) == "Painting strips 12 of 48 · 10 s · about 30 s left"
    assert times_of(job, 110.0) == ("10 s", "about 30 s left")


def test_what_is_left_is_not_guessed_from_the_first_moments() -> None:
    job = Job(
        id="1", task="stylize", params={}, state=JobState.RUNNING, started_s=100.0,
        progress=Progress(fraction=0.02),
    )  # fmt: skip
    assert remaining_s(job, 100.5) is None
    learned = Job(
        id="1", task="stylize", params={}, state=JobState.RUNNING, started_s=100.0,
        estimate=Estimate(seconds=20.0, peak_mb=1.0, runs=5),
    )  # fmt: skip
    assert remaining_s(learned, 105.0) == pytest.approx(15.0)
    guess = Job(
        id="1", task="stylize", params={}, state=JobState.RUNNING, started_s=100.0,
        estimate=Estimate(seconds=20.0, peak_mb=1.0, runs=0),
    )  # fmt: skip
    assert remaining_s(guess, 105.0) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.84, "0.8 s"), (9.96, "10 s"), (12.4, "12 s"), (200, "3 min 20 s"), (3900, "1 h 05 min")],
)
def test_durations_read_as_they_are_said(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_an_empty_panel_teaches(panel: JobPanel, engine: FakeEngine, qtbot: Any) -> None:
    assert not panel.view.isVisible()
    engine.add()
    qtbot.waitUntil(panel.view.isVisible)


@pytest.mark.parametrize(
    ("error", "offers_cpu"),
    [
        (WorkerLost("The engine ended."), True),
        (DeviceError("Out of memory."), True),
        (ParameterError("Too large."), False),
    ],
)
def test_a_failure_offers_the_cpu_only_where_that_may_help(
    panel: JobPanel, engine: FakeEngine, qtbot: Any, error: Any, offers_cpu: bool
) -> None:
    job = engine.add()
    engine.fail(job.id, error)
    qtbot.waitUntil(lambda: panel.view.isVisible())
    panel.select(job.id)
    qtbot.waitUntil(lambda: "Try again" in words(panel))
    assert ("Try on the CPU" in words(panel)) == offers_cpu


def test_retry_on_the_cpu_changes_the_device_alone(
    panel: JobPanel, engine: FakeEngine, qtbot: Any
) -> None:
    job = engine.add()
    engine.fail(job.id, WorkerLost("The engine ended.", log="/tmp/engine.log"))
    qtbot.waitUntil(lambda: panel.view.isVisible())
    panel.select(job.id)
    push = next(b for b in panel.findChildren(QPushButton) if b.text() == "Try on the CPU")
    qtbot.mouseClick(push, Qt.MouseButton.LeftButton)
    name, job_id, options = engine.calls[-1]
    assert (name, job_id) == ("retry", job.id)
    assert options.device is DeviceChoice.CPU
    assert options.threads == job.options.threads


def test_the_button_of_a_row_stops_a_running_job(
    panel: JobPanel, engine: FakeEngine, qtbot: Any
) -> None:
    job = engine.add(state=JobState.RUNNING, progress=Progress(fraction=0.5))
    qtbot.waitUntil(lambda: panel.view.isVisible())
    rect = panel.view.visualRect(panel.view.model().index(0, 0))
    qtbot.mouseClick(
        panel.view.viewport(),
        Qt.MouseButton.LeftButton,
        pos=QPoint(rect.right() - 24, rect.center().y()),
    )
    assert ("cancel", job.id) in engine.calls
    qtbot.waitUntil(
        lambda: panel.view.model().index(0, 0).data(JobRole.JOB).state.value != "running"
    )


def test_delete_removes_what_is_done_and_stops_what_is_not(
    panel: JobPanel, engine: FakeEngine, qtbot: Any
) -> None:
    done = engine.add(state=JobState.DONE)
    waiting = engine.add()
    qtbot.waitUntil(lambda: panel.view.model().rowCount() == 2)
    panel.view.selectAll()
    qtbot.keyClick(panel, Qt.Key.Key_Delete)
    assert ("remove", done.id) in engine.calls
    assert ("cancel", waiting.id) in engine.calls


def test_enter_shows_the_result(panel: JobPanel, engine: FakeEngine, qtbot: Any) -> None:
    job = engine.add()
    engine.finish(job.id)
    qtbot.waitUntil(lambda: panel.view.isVisible())
    panel.select(job.id)
    with qtbot.waitSignal(panel.shown) as shown:
        qtbot.keyClick(panel, Qt.Key.Key_Return)
    assert shown.args == [job.id]


def test_rows_draw_previews_and_results(panel: JobPanel, engine: FakeEngine, qtbot: Any) -> None:
    picture = landscape(200, 150)
    asset = f"{'c' * 64}.png"
    picture.save(str(engine.folder / asset))
    running = engine.add(
        state=JobState.RUNNING, progress=Progress(fraction=0.5, preview=jpeg(picture))
    )
    done = engine.add()
    engine.finish(done.id, image=asset)
    qtbot.waitUntil(lambda: panel.view.model().rowCount() == 2)
    panel.grab()
    jobs = {job.id: job for job in engine.jobs()}
    for job_id in (running.id, done.id):
        qtbot.waitUntil(lambda job_id=job_id: panel._thumbnails.of(jobs[job_id]) is not None)
        pixmap = panel._thumbnails.of(jobs[job_id])
        assert pixmap is not None
        assert not pixmap.isNull()


def test_time_runs_only_while_something_runs_and_somebody_looks(
    panel: JobPanel, engine: FakeEngine, qtbot: Any
) -> None:
    job = engine.add(state=JobState.RUNNING)
    qtbot.waitUntil(panel._tick.isActive)
    panel.hide()
    assert not panel._tick.isActive()
    panel.show()
    assert panel._tick.isActive()
    engine.finish(job.id)
    qtbot.waitUntil(lambda: not panel._tick.isActive())


def test_the_ring_shows_running_jobs_alone() -> None:
    def job(state: JobState, fraction: float) -> Job:
        return Job(
            id="1", task="stylize", params={}, state=state, progress=Progress(fraction=fraction)
        )

    assert overall(()) == (0, 0.0)
    jobs = (
        job(JobState.QUEUED, 0.0),
        job(JobState.RUNNING, 0.6),
        job(JobState.DONE, 1.0),
    )
    assert overall(jobs) == (2, 0.6)


def test_the_button_counts(
    qtbot: Any, dressed: Wardrobe, model: JobModel, engine: FakeEngine
) -> None:
    button = JobButton(model)
    qtbot.addWidget(button)
    engine.add(state=JobState.RUNNING, progress=Progress(fraction=0.4))
    qtbot.waitUntil(lambda: button.count == 1)
    assert button.accessibleName() == "Jobs: 1 open, 40 % done"
    assert not button.grab().isNull()


def test_the_chip_says_what_ran_and_not_what_was_wished(
    qtbot: Any, dressed: Wardrobe, bridge: EngineBridge, engine: FakeEngine
) -> None:
    chip = DeviceChip(bridge)
    qtbot.addWidget(chip)
    assert chip.text().strip() == "Engine asleep"
    engine.emit(WorkerChanged(lane=Lane.MAIN, state="ready"))
    qtbot.waitUntil(lambda: chip.text().strip() == "Engine ready")
    job = engine.add()
    engine.finish(job.id)
    qtbot.waitUntil(lambda: chip.text().strip() == "CPU · OpenVINO bf16 · 2 threads")
    engine.emit(WorkerChanged(lane=Lane.MAIN, state="failed", message="It stopped three times."))
    qtbot.waitUntil(lambda: chip.text().strip() == "Engine stopped")
    assert chip.property("mood") == "error"
    assert chip.toolTip() == "It stopped three times."


def test_a_note_on_what_ran_is_a_warning(
    qtbot: Any, dressed: Wardrobe, bridge: EngineBridge, engine: FakeEngine
) -> None:
    import msgspec

    chip = DeviceChip(bridge)
    qtbot.addWidget(chip)
    job = engine.add()
    done = engine.finish(job.id)
    assert done.result is not None
    note = msgspec.structs.replace(RAN, note="CUDA was asked for and is not there.")
    engine.change(job.id, attempt=2, result=msgspec.structs.replace(done.result, ran=(note,)))
    qtbot.waitUntil(lambda: chip.property("mood") == "warning")
    assert chip.toolTip() == "CUDA was asked for and is not there."


def test_cuda_is_named_once_and_without_threads() -> None:
    ran = Ran(device="CUDA", provider="CUDA", precision="float16", threads=1)
    assert summary(ran) == "CUDA fp16"


def test_the_sheet_shows_the_report_and_starts_a_stopped_engine(
    qtbot: Any, dressed: Wardrobe, bridge: EngineBridge, engine: FakeEngine
) -> None:
    from PySide6.QtWidgets import QLabel

    chip = DeviceChip(bridge)
    qtbot.addWidget(chip)
    engine.emit(WorkerChanged(lane=Lane.MAIN, state="failed", message="It ended."))
    qtbot.waitUntil(lambda: len(chip.workers) == 1)
    sheet = DeviceSheet(bridge, chip.ran, chip.workers, chip)
    sheet.show()
    qtbot.waitUntil(lambda: any(x.text() == "AMD EPYC 9B45" for x in sheet.findChildren(QLabel)))
    assert any(x.text() == "18.3 GB free of 24.0 GB" for x in sheet.findChildren(QLabel))
    push = next(b for b in sheet.findChildren(QPushButton) if b.text() == "Start the engine")
    qtbot.mouseClick(push, Qt.MouseButton.LeftButton)
    assert ("warm_up", Lane.MAIN) in engine.calls
