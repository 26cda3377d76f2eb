"""Timing candidates on a graph's canary, and choosing among them.

Nothing is assumed from a processor's name: every candidate opens the graph, runs the canary, and
is compared with the reference. The fastest whose error lies within the graph's tolerance wins.
Runs of all candidates alternate, so that a busy moment of the machine meets them all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import Cancelled, EngineError
from engine.runtime.cancel import CancelToken
from engine.runtime.candidates import Candidate
from engine.runtime.choices import Choices
from engine.runtime.graphs import Feeds, Graph
from engine.runtime.machine import resident_memory
from engine.spec.devices import Measured

Outputs = dict[str, NDArray[Any]]

TIME_LIMIT_S = 2.5
"""After this long the runs made so far decide."""

ADMISSION_LIMIT_S = 1.7
"""After this long no further candidate is opened."""

_ROUNDS = 12
_WORTH_IT = 0.95
"""A challenger must be this much faster than the reference, or noise would choose."""


_EXACT = 1e-6
"""No lower precision comes this near; what does was calculated in float32 all the same."""


class Runnable(Protocol):
    """An opened graph."""

    def run(self, feeds: Feeds, token: CancelToken | None = None) -> Outputs:
        """Return every output by name."""

    @property
    def candidate_ran(self) -> bool:
        """Whether the candidate itself calculates, and not what it fell back to."""


@dataclass
class _Trial:
    candidate: Candidate
    session: Runnable | None = None
    seconds: list[float] = field(default_factory=list)
    error: float = 0.0
    growth: int = 0
    note: str = ""

    def measured(self) -> Measured:
        return Measured(
            candidate=self.candidate.name,
            seconds=min(self.seconds, default=0.0),
            error=self.error,
            growth_mb=self.growth / 2**20,
            note=self.note,
        )


@dataclass(frozen=True)
class Outcome:
    """What was found.

    Attributes:
        winner: the candidate to use.
        measured: every candidate, in the order they were tried.
        is_final: False when the finding should not be remembered, since another process was
            trying one of the candidates at the same time.
    """

    winner: Candidate
    measured: tuple[Measured, ...]
    is_final: bool


def measure(
    graph: Graph,
    candidates: Sequence[Candidate],
    open_graph: Callable[[Candidate], Runnable],
    choices: Choices,
    trial_key: Callable[[Candidate], str],
    token: CancelToken | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Outcome:
    """Return the fastest candidate within the graph's tolerance.

    Args:
        graph: what to run.
        candidates: those that are allowed and can be used, the reference first.
        open_graph: opens the graph in one way.
        choices: keeps the marks of trials.
        trial_key: names one trial.
        token: stops it.
        progress: is told what is tried, and the share done.

    Raises:
        Cancelled: the token was set.
        EngineError: the reference itself cannot run the canary.
    """
    begun = time.perf_counter()
    feeds = graph.canary()
    trials = [_Trial(candidate) for candidate in candidates]
    reference, *challengers = trials
    is_final = True
    expected: Outputs = {}
    for index, trial in enumerate(trials):
        if token is not None:
            token.check()
        if progress is not None:
            progress(f"Finding the fastest way to run {graph.kind}", index / len(trials))
        key = trial_key(trial.candidate)
        if trial is reference:
            expected = _try(trial, feeds, open_graph, token)
        elif choices.has_crashed(key):
            trial.note = "It crashed when it was tried before."
        elif choices.is_being_tried(key):
            trial.note, is_final = "Another process is trying it just now.", False
        elif time.perf_counter() - begun > ADMISSION_LIMIT_S:
            trial.note = "There was no time to try it."
        else:
            with _marked(choices, key, graph.kind, trial.candidate.name, token):
                _challenge(trial, expected, graph, feeds, open_graph, token)
    alive = [trial for trial in trials if trial.session is not None and not trial.note]
    _time(alive, feeds, begun, token)
    return Outcome(
        winner=_fastest(reference, [trial for trial in challengers if trial in alive]).candidate,
        measured=tuple(trial.measured() for trial in trials),
        is_final=is_final,
    )


def prove(
    graph: Graph,
    candidate: Candidate,
    open_graph: Callable[[Candidate], Runnable],
    choices: Choices,
    key: str,
    token: CancelToken | None = None,
) -> str:
    """Run a graph's canary once in one way; return what is wrong with that, or "".

    Args:
        graph: what to run.
        candidate: the way.
        open_graph: opens the graph in one way.
        choices: keeps the mark of the trial.
        key: names the trial.
        token: stops it.

    Raises:
        Cancelled: the token was set.
    """
    trial = _Trial(candidate)
    with _marked(choices, key, graph.kind, candidate.name, token):
        try:
            outputs = _try(trial, graph.canary(), open_graph, token)
        except Cancelled:
            raise
        except EngineError as error:
            return error.message
    if trial.session is not None and not trial.session.candidate_ran:
        return "It took no part of this graph."
    if not all(np.isfinite(value).all() for value in outputs.values()):
        return "It gave values that are not finite."
    return ""


def error_against(expected: Outputs, actual: Outputs) -> float:
    """Return the largest root-mean-square difference of any output, relative to its deviation.

    Args:
        expected: outputs of the reference.
        actual: outputs to compare; other shapes, missing names or values that are not finite
            where the reference's are count as infinitely wrong.

    Returns:
        0 for equal outputs, 1 for an error as large as the output's own standard deviation.
    """
    worst = 0.0
    for name, truth in expected.items():
        value = actual.get(name)
        if value is None or value.shape != truth.shape:
            return float("inf")
        if not np.issubdtype(truth.dtype, np.number):
            if not np.array_equal(value, truth):
                return float("inf")
            continue
        if truth.size == 0:
            continue
        true64, value64 = truth.astype(np.float64), value.astype(np.float64)
        finite = np.isfinite(true64)
        if not np.array_equal(finite, np.isfinite(value64)):
            return float("inf")
        true64, value64 = true64[finite], value64[finite]
        if true64.size == 0:
            continue
        scale = float(true64.std()) or float(np.abs(true64).max()) or 1.0
        rms = float(np.sqrt(np.mean((value64 - true64) ** 2)))
        worst = max(worst, rms / scale)
    return worst


def _try(
    trial: _Trial,
    feeds: Feeds,
    open_graph: Callable[[Candidate], Runnable],
    token: CancelToken | None,
) -> Outputs:
    before = resident_memory()
    trial.session = open_graph(trial.candidate)
    outputs = trial.session.run(feeds, token)
    trial.growth = max(0, resident_memory() - before)
    return outputs


def _challenge(
    trial: _Trial,
    expected: Outputs,
    graph: Graph,
    feeds: Feeds,
    open_graph: Callable[[Candidate], Runnable],
    token: CancelToken | None,
) -> None:
    try:
        outputs = _try(trial, feeds, open_graph, token)
    except Cancelled:
        raise
    except EngineError as error:
        trial.note, trial.session = error.message, None
        return
    trial.error = error_against(expected, outputs)
    if trial.session is not None and not trial.session.candidate_ran:
        trial.note = "It took no part of this graph."
    elif trial.candidate.precision != "float32" and trial.error < _EXACT:
        trial.note = "It calculated in float32 after all."
    elif not trial.error <= graph.tolerance:
        trial.note = f"Its error of {trial.error:.2%} exceeds {graph.tolerance:.2%}."
    if trial.note:
        trial.session = None


@contextmanager
def _marked(
    choices: Choices, key: str, kind: str, candidate: str, token: CancelToken | None
) -> Iterator[None]:
    """Have a mark on the disk during a trial.

    Who asks a job to stop may end the process a second later; that is no crash of the candidate,
    so the request itself takes the mark away.
    """
    choices.trial_begins(key, kind, candidate)
    hook = token.calling(lambda: choices.trial_ends(key)) if token is not None else nullcontext()
    try:
        with hook:
            yield
    finally:
        choices.trial_ends(key)


def _time(trials: list[_Trial], feeds: Feeds, begun: float, token: CancelToken | None) -> None:
    for _ in range(_ROUNDS):
        for trial in trials:
            so_far = time.perf_counter() - begun
            if trial.seconds and so_far + min(trial.seconds) > TIME_LIMIT_S:
                return
            start = time.perf_counter()
            _opened(trial).run(feeds, token)
            trial.seconds.append(time.perf_counter() - start)


def _fastest(reference: _Trial, challengers: list[_Trial]) -> _Trial:
    best = reference
    for trial in challengers:
        limit = min(best.seconds) * (_WORTH_IT if best is reference else 1.0)
        if min(trial.seconds) < limit:
            best = trial
    return best


def _opened(trial: _Trial) -> Runnable:
    if trial.session is None:  # pragma: no cover - only opened trials get here
        raise RuntimeError(trial.candidate.name)
    return trial.session
