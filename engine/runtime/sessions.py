"""Opening graphs in the best way that this machine allows, and keeping them open."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.errors import DeviceError, ModelError, ParameterError
from engine.runtime import candidates as ways
from engine.runtime.cancel import CancelToken
from engine.runtime.candidates import Candidate
from engine.runtime.choices import Choices
from engine.runtime.failures import is_out_of_memory, opening_error
from engine.runtime.graphs import Feeds, Graph, check_file
from engine.runtime.machine import free_memory, processor, resident_memory, usable_cores
from engine.runtime.measure import measure, prove
from engine.runtime.session import Session
from engine.spec.devices import Choice
from engine.spec.results import Ran
from engine.spec.task import DeviceChoice, PrecisionChoice, RunOptions

__all__ = ["Feeds", "Graph", "Session", "Sessions"]

log = logging.getLogger(__name__)

FORCE = "GESSO_RUNTIME"
"""Environment variable that names the candidate to use for everything, for finding faults."""


@dataclass
class _Entry:
    """A session in the cache, and what it is believed to hold.

    Attributes:
        session: the session.
        opened: bytes that opening took: the file's size, or more if the process grew by more.
        growth: the most by which the process grew in one of its runs, which its arena keeps.
    """

    session: Session
    opened: int
    growth: int = 0

    @property
    def size(self) -> int:
        return self.opened + self.growth


_Key = tuple[str, str, str, int, str]
"""Digest and path of a graph, the candidate's name, threads, and the note of its `Ran`."""


class Sessions:
    """Opened graphs, kept for the next run; one object per worker.

    Any thread may call any method. Opening and measuring happen one at a time, so that
    measurements do not disturb each other. One job runs at a time: `ran` tells of all sessions
    that ran since `begin_job`, in whatever thread.

    Args:
        cache: folder for remembered choices; None measures anew at every start.
        budget_bytes: what idle sessions may hold together; 0 takes a quarter of what is free.
        candidates: the ways to run a graph, the reference first; None takes the standard ones.
    """

    def __init__(
        self,
        cache: Path | None = None,
        *,
        budget_bytes: int = 0,
        candidates: Sequence[Candidate] | None = None,
    ) -> None:
        self._candidates = tuple(candidates) if candidates is not None else ways.standard()
        self.choices = Choices(cache)
        self._budget = budget_bytes or max(512 * 2**20, free_memory() // 4)
        self._open: OrderedDict[_Key, _Entry] = OrderedDict()
        self._granted: dict[tuple[object, ...], _Key] = {}
        self._checked: dict[tuple[str, str], int] = {}
        self._ran: dict[Ran, None] = {}
        self._lock = threading.RLock()
        self._opening = threading.RLock()
        self._token: CancelToken | None = None
        self._progress: Callable[[str, float], None] | None = None

    def begin_job(
        self,
        token: CancelToken | None = None,
        progress: Callable[[str, float], None] | None = None,
    ) -> None:
        """Forget what ran; the next `ran` tells of this job alone.

        Args:
            token: of the job; also stops measuring.
            progress: is told (note, 0..1) while a graph is measured for the first time.
        """
        with self._lock:
            self._ran = {}
            self._token = token
            self._progress = progress

    def ran(self) -> tuple[Ran, ...]:
        """Return what calculated since `begin_job`, in order of first use."""
        with self._lock:
            return tuple(self._ran)

    def get(self, graph: Graph, options: RunOptions) -> Session:
        """Return a session for `graph`, opened in the best way that `options` allow.

        The first time a graph is met on this machine, the candidates are measured on its canary,
        which takes under three seconds; a graph with a `like` takes the choice of that one, or
        the reference where the choice cannot run it.

        Raises:
            ModelError: the file is missing, damaged, unsafe or unsupported.
            DeviceError: memory ran out.
            Cancelled: the job was stopped while measuring.
        """
        wish = (graph.digest, str(graph.path), options.device, options.precision, options.threads)
        with self._lock:
            entry = self._open.get(self._granted[wish]) if wish in self._granted else None
            if entry is not None and FORCE not in os.environ:
                self._open.move_to_end(self._granted[wish])
                return entry.session
        with self._opening:
            size = self._check(graph)
            threads = options.threads or usable_cores()
            asked, note = self._allowed(options)
            candidate = asked[0]
            if len(asked) > 1:
                candidate = self._choose(graph, asked, threads, options)
            key = (graph.digest, str(graph.path), candidate.name, threads, note)
            try:
                session = self._session(graph, candidate, key, size)
            except ModelError as error:
                reference = self._candidates[0]
                if candidate == reference or FORCE in os.environ:
                    raise
                key = (graph.digest, str(graph.path), reference.name, threads, error.message)
                session = self._session(graph, reference, key, size)
            with self._lock:
                self._granted[wish] = key
            return session

    def close_all(self) -> None:
        """Drop every session; those still in someone's hands end when they let go."""
        with self._lock:
            self._open.clear()

    @property
    def held_bytes(self) -> int:
        """What the kept sessions are believed to hold."""
        with self._lock:
            return sum(entry.size for entry in self._open.values())

    def _check(self, graph: Graph) -> int:
        key = (graph.digest, str(graph.path))
        if key not in self._checked:
            self._checked[key] = check_file(graph.path)
        return self._checked[key]

    def _allowed(self, options: RunOptions) -> tuple[list[Candidate], str]:
        """Return the candidates that options and machine allow, and why not what was asked."""
        forced = os.environ.get(FORCE, "")
        if forced:
            return [self._named(forced)], f"{FORCE} asks for {forced}."
        reference = self._candidates[0]
        device, precision = options.device, options.precision
        allowed = [
            c
            for c in self._candidates
            if device is DeviceChoice.AUTO or c.device.lower() == device.value
        ]
        # The exact ones stay beside bfloat16 only when nothing was asked for.
        if precision is not PrecisionChoice.AUTO:
            allowed = [c for c in allowed if c.precision == precision.value]
        usable = [c for c in allowed if not c.why_not()]
        if usable:
            # The others are measured against the reference, so it takes part.
            is_open = precision is not PrecisionChoice.BFLOAT16 and device is not DeviceChoice.CUDA
            return ([reference, *(c for c in usable if c != reference)] if is_open else usable), ""
        reasons = list(dict.fromkeys(reason for c in allowed if (reason := c.why_not())))
        what = " ".join(o.value for o in (device, precision) if o.value != "auto")
        return [reference], f"{what} was asked for. {' '.join(reasons)}".strip()

    def _named(self, name: str) -> Candidate:
        for candidate in self._candidates:
            if candidate.name == name:
                if reason := candidate.why_not():
                    raise DeviceError(f"{FORCE} asks for {name}. {reason}")
                return candidate
        names = ", ".join(c.name for c in self._candidates)
        raise ParameterError(f"{FORCE} must be one of {names}; it is “{name}”.", field=FORCE)

    def _choose(
        self, graph: Graph, asked: list[Candidate], threads: int, options: RunOptions
    ) -> Candidate:
        if graph.like is None:
            return self._fastest(graph, asked, threads, options)
        self._check(graph.like)
        winner = self._fastest(graph.like, asked, threads, options)
        reference = asked[0]
        if winner.precision == reference.precision and winner != reference:
            # Nothing is lost by mixing ways of one precision, so each piece gets its fastest.
            return self._fastest(graph, [reference, winner], threads, options)
        if winner == reference or self._serves(graph, winner, threads, options):
            return winner
        return reference

    def _serves(
        self, graph: Graph, candidate: Candidate, threads: int, options: RunOptions
    ) -> bool:
        """Whether a candidate that was chosen for the like of a graph can run the graph too."""
        key = _key(graph, [candidate], threads, options)
        fault = self.choices.fault(key)
        if fault is not None or self.choices.has_crashed(key):
            return not fault and not self.choices.has_crashed(key)
        if self.choices.is_being_tried(key):
            return True
        if self._progress is not None:
            self._progress(f"Preparing {graph.kind}", 0.0)
        fault = prove(
            graph,
            candidate,
            lambda way: self._opened(graph, way, threads, note=""),
            self.choices,
            key,
            self._token,
        )
        if fault:
            log.info("%s is not run by %s: %s", graph.kind, candidate.name, fault)
        self.choices.put_fault(key, fault)
        return not fault

    def _fastest(
        self, graph: Graph, asked: list[Candidate], threads: int, options: RunOptions
    ) -> Candidate:
        key = _key(graph, asked, threads, options)
        known = self.choices.get(key)
        if known is not None:
            for candidate in asked:
                if candidate.name == known.candidate:
                    return candidate
        begun = time.perf_counter()
        outcome = measure(
            graph,
            asked,
            lambda candidate: self._opened(graph, candidate, threads, note=""),
            self.choices,
            lambda candidate: _key(graph, [candidate], threads, options),
            self._token,
            self._progress,
        )
        log.info(
            "%s runs fastest by %s (%s; %.2f s)",
            graph.kind,
            outcome.winner.name,
            ", ".join(f"{m.candidate} {m.seconds * 1000:.0f} ms" for m in outcome.measured),
            time.perf_counter() - begun,
        )
        if outcome.is_final:
            choice = Choice(
                kind=graph.kind,
                digest=graph.digest,
                candidate=outcome.winner.name,
                threads=threads,
                asked=f"{options.device.value}/{options.precision.value}",
                measured=outcome.measured,
                when_s=time.time(),
            )
            self.choices.put(key, choice)
        return outcome.winner

    def _session(self, graph: Graph, candidate: Candidate, key: _Key, size: int) -> Session:
        *_, threads, note = key
        with self._lock:
            if key in self._open:
                self._open.move_to_end(key)
                return self._open[key].session
        before = resident_memory()
        try:
            session = self._opened(graph, candidate, threads, note)
        except DeviceError as error:
            if not is_out_of_memory(error) or not self._open:
                raise
            self.close_all()
            session = self._opened(graph, candidate, threads, note)
        session.after_run = self._after_run
        with self._lock:
            self._open[key] = _Entry(session, max(size, resident_memory() - before))
            self._evict()
        return session

    def _evict(self) -> None:
        """Drop the sessions that were idle longest until the rest fits the budget."""
        while len(self._open) > 1 and self.held_bytes > self._budget:
            self._open.popitem(last=False)

    def _opened(self, graph: Graph, candidate: Candidate, threads: int, note: str) -> Session:
        try:
            backend = candidate.open(graph.path, threads)
        except Exception as error:
            raise opening_error(error, graph.path.name, candidate.provider) from error
        ran = backend.ran(candidate.device, candidate.provider, candidate.precision)
        is_itself = ran.provider == candidate.provider
        if note:
            ran = msgspec.structs.replace(ran, note=f"{note} {ran.note}".strip())
        return Session(backend, ran, kind=graph.kind, candidate_ran=is_itself)

    def _after_run(self, session: Session, growth: int) -> None:
        with self._lock:
            self._ran.setdefault(session.ran)
            for entry in self._open.values():
                if entry.session is session:
                    entry.growth = max(entry.growth, growth)


def _key(graph: Graph, asked: Sequence[Candidate], threads: int, options: RunOptions) -> str:
    """Return what a choice depends on, as one string."""
    machine = processor()
    return "|".join(
        (
            graph.kind,
            graph.digest,
            machine.name,
            " ".join(machine.flags),
            ",".join(f"{c.name}@{c.version}" for c in asked),
            str(threads),
            options.device.value,
            options.precision.value,
            f"{graph.tolerance:g}",
        )
    )
