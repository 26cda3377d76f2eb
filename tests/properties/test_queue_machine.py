"""Whatever happens in whatever order, the queue keeps its promises."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from engine.errors import ParameterError
from engine.host.job import TRANSITIONS
from engine.host.queue import JobQueue
from engine.spec.job import ErrorInfo, Job, JobState, Progress
from engine.spec.results import TextResult
from engine.spec.task import Lane

LANES = {"m": Lane.MAIN, "l": Lane.LIVE}
LOST = ErrorInfo(code="worker-lost", message="lost")


class QueueMachine(RuleBasedStateMachine):
    """Users submit, stop, retry, move and remove; workers finish, fail and die."""

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.queue = JobQueue(lambda job: LANES[job.task], lambda: self.now)
        self.seen: dict[str, Job] = {}
        self.endings: dict[tuple[str, int], list[JobState]] = {}
        self.count = 0

    def note(self, job: Job | None) -> None:
        """Check one change against the table, and count endings of an attempt."""
        if job is None:
            return
        before = self.seen.get(job.id)
        if before is not None and before.state is not job.state:
            assert job.state in TRANSITIONS[before.state]
        if job.state.is_final and (before is None or before.state is not job.state):
            self.endings.setdefault((job.id, job.attempt), []).append(job.state)
        self.seen[job.id] = job

    @rule(target=ids, lane=st.sampled_from(sorted(LANES)), first=st.booleans())
    def submit(self, lane, first):
        self.count += 1
        job = Job(id=f"{self.count:04}", task=lane, params={})
        self.note(self.queue.add(job, first=first))
        return job.id

    @rule(lane=st.sampled_from(list(LANES.values())))
    def start(self, lane):
        waiting, busy = self.queue.waiting(lane), self.queue.running(lane)
        job = self.queue.start_next(lane)
        if busy or self.queue.is_paused or not waiting:
            assert job is None
        else:
            assert job.id == waiting[0].id
        self.note(job)

    @rule(job_id=ids, fraction=st.floats(0, 1))
    def report(self, job_id, fraction):
        self.note(self.queue.set_progress(job_id, Progress(fraction=fraction)))

    @rule(lane=st.sampled_from(list(LANES.values())), fractions=st.lists(st.floats(0, 1)))
    def report_on_what_runs(self, lane, fractions):
        if (job := self.queue.running(lane)) is None:
            return
        for fraction in fractions:
            before = self.queue.job(job.id)
            after = self.queue.set_progress(job.id, Progress(fraction=fraction))
            rises = before.state is JobState.RUNNING and fraction >= before.progress.fraction
            assert (after is not None) == rises
            self.note(after)

    @rule(job_id=ids)
    def finish(self, job_id):
        self.note(self.queue.finish(job_id, TextResult(text="done")))

    @rule(job_id=ids, code=st.sampled_from(["engine", "cancelled"]))
    def fail(self, job_id, code):
        self.note(self.queue.fail(job_id, ErrorInfo(code=code, message="x")))

    @rule(lane=st.sampled_from(list(LANES.values())))
    def crash(self, lane):
        if job := self.queue.running(lane):
            self.note(self.queue.fail(job.id, LOST))
            assert self.queue.running(lane) is None

    @rule(job_id=ids)
    def cancel(self, job_id):
        if self.queue.find(job_id) is None:
            return
        self.note(self.queue.cancel(job_id))
        assert self.queue.job(job_id).state not in (JobState.QUEUED, JobState.RUNNING)

    @rule(job_id=ids)
    def retry(self, job_id):
        before = self.queue.find(job_id)
        try:
            after = self.queue.retry(job_id)
        except ParameterError:
            assert before is None or JobState.QUEUED not in TRANSITIONS[before.state]
            return
        assert after.attempt == before.attempt + 1
        assert after.result is None
        assert after.error is None
        self.note(after)

    @rule(job_id=ids, index=st.integers(-2, 9))
    def move(self, job_id, index):
        if self.queue.find(job_id) is None:
            return
        before = {job.id for job in self.queue.jobs()}
        order = [job.id for job in self.queue.move(job_id, index)]
        if order:
            assert order[min(max(index, 0), len(order) - 1)] == job_id
        assert {job.id for job in self.queue.jobs()} == before

    @rule(job_id=ids)
    def remove(self, job_id):
        before = self.queue.find(job_id)
        try:
            self.queue.remove(job_id)
        except ParameterError:
            assert before is None or not before.state.is_final
            return
        assert before.state.is_final
        assert self.queue.find(job_id) is None
        del self.seen[job_id]

    @rule(paused=st.booleans())
    def pause(self, paused):
        self.queue.is_paused = paused

    @rule()
    def tick(self):
        self.now += 1.0

    @invariant()
    def nothing_is_lost_and_nothing_is_there_twice(self):
        listed = [job.id for job in self.queue.jobs()]
        assert sorted(listed) == sorted(set(listed)) == sorted(self.seen)
        assert {job.id: job for job in self.queue.jobs()} == self.seen

    @invariant()
    def an_attempt_ends_once(self):
        assert all(len(endings) == 1 for endings in self.endings.values())

    @invariant()
    def a_lane_runs_one_job(self):
        for lane in LANES.values():
            active = [
                job
                for job in self.queue.jobs()
                if LANES[job.task] is lane and job.state in (JobState.RUNNING, JobState.CANCELLING)
            ]
            running = self.queue.running(lane)
            assert active == ([] if running is None else [running])

    @invariant()
    def results_and_errors_belong_to_their_states(self):
        for job in self.queue.jobs():
            assert (job.result is not None) == (job.state is JobState.DONE)
            assert (job.error is not None) == (job.state is JobState.FAILED)


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
