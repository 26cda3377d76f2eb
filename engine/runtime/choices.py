"""What was measured, remembered between starts, and what must not be tried again.

A candidate may end the process with a fault in native code. Before one is tried, a mark is
written; a mark whose process no longer lives means that the candidate crashed.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from pathlib import Path

import msgspec
import psutil

from engine.files import write_whole
from engine.spec.devices import Choice, Crashed

log = logging.getLogger(__name__)

_MOST = 500


class _Mark(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    kind: str
    candidate: str
    pid: int
    started_s: float


class _Saved(msgspec.Struct, frozen=True, kw_only=True):
    schema: int = 1
    choices: dict[str, Choice] = {}
    crashed: dict[str, Crashed] = {}
    trusted: dict[str, str] = {}


class Choices:
    """Remembered choices in one file, safe to share between processes.

    Args:
        folder: the cache folder; None remembers nothing beyond this object.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / "choices.json" if folder else None
        self._trials = folder / "trials" if folder else None
        self._lock = threading.Lock()
        self._saved = _Saved()
        self._recover()

    def get(self, key: str) -> Choice | None:
        """Return what was chosen under `key`, or None."""
        with self._lock:
            return self._saved.choices.get(key)

    def put(self, key: str, choice: Choice) -> None:
        """Remember a choice."""
        with self._lock:
            self._change(_Saved(choices={key: choice}))

    def all(self) -> tuple[Choice, ...]:
        """Return every remembered choice, the newest first."""
        with self._lock:
            return tuple(sorted(self._saved.choices.values(), key=lambda c: -c.when_s))

    def crashed(self) -> tuple[Crashed, ...]:
        """Return every candidate that is not tried again."""
        with self._lock:
            return tuple(self._saved.crashed.values())

    def has_crashed(self, key: str) -> bool:
        """Return whether the trial called `key` once ended its process."""
        with self._lock:
            return key in self._saved.crashed

    def fault(self, key: str) -> str | None:
        """Return why the trial called `key` failed, "" if it went well, None if unknown."""
        with self._lock:
            return self._saved.trusted.get(key)

    def put_fault(self, key: str, fault: str) -> None:
        """Remember how a trial went; an empty `fault` is a success."""
        with self._lock:
            self._change(_Saved(trusted={key: fault}))

    def is_being_tried(self, key: str) -> bool:
        """Return whether another living process is in the trial called `key`."""
        mark = self._read_mark(self._mark_file(key))
        return mark is not None and mark.pid != os.getpid() and _lives(mark)

    def trial_begins(self, key: str, kind: str, candidate: str) -> None:
        """Write the mark of a trial; only `trial_ends` takes it away."""
        file = self._mark_file(key)
        if file is None:
            return
        started = psutil.Process().create_time()
        mark = _Mark(key=key, kind=kind, candidate=candidate, pid=os.getpid(), started_s=started)
        write_whole(file, msgspec.json.encode(mark))

    def trial_ends(self, key: str) -> None:
        """Take the mark of a trial away: it ended, or is about to be stopped on purpose."""
        file = self._mark_file(key)
        if file is not None:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    def forget(self) -> None:
        """Forget everything, so that all is measured again."""
        with self._lock:
            self._saved = _Saved()
            if self._file is not None:
                self._file.unlink(missing_ok=True)

    def _recover(self) -> None:
        with self._lock:
            self._saved = self._load()
            crashed: dict[str, Crashed] = {}
            files = list(self._trials.glob("*.json")) if self._trials else []
            for file in files:
                mark = self._read_mark(file)
                if mark is None:
                    file.unlink(missing_ok=True)
                elif not _lives(mark):
                    crashed[mark.key] = Crashed(kind=mark.kind, candidate=mark.candidate)
                    log.info("%s crashed on %s; not tried again", mark.candidate, mark.kind)
            if crashed:
                self._change(_Saved(crashed=crashed))
                for file in files:
                    mark = self._read_mark(file)
                    if mark is not None and mark.key in crashed:
                        file.unlink(missing_ok=True)

    def _change(self, new: _Saved) -> None:
        """Add to what is on the disk now, since another worker may have written meanwhile."""
        old = self._load() if self._file else self._saved
        choices = {**old.choices, **new.choices}
        newest = sorted(choices, key=lambda key: choices[key].when_s)[-_MOST:]
        self._saved = _Saved(
            choices={key: choices[key] for key in newest},
            crashed={**old.crashed, **new.crashed},
            trusted=dict(list({**old.trusted, **new.trusted}.items())[-_MOST:]),
        )
        if self._file is not None:
            text = msgspec.json.format(msgspec.json.encode(self._saved), indent=1)
            try:
                write_whole(self._file, text)
            except OSError as error:  # a full disk must not stop the job
                log.info("choices are not remembered: %s", error)

    def _load(self) -> _Saved:
        if self._file is None:
            return self._saved
        try:
            saved = msgspec.json.decode(self._file.read_bytes(), type=_Saved)
        except FileNotFoundError:
            return _Saved()
        except (OSError, msgspec.DecodeError) as error:
            log.info("%s cannot be read and is begun anew: %s", self._file.name, error)
            return _Saved()
        return saved if saved.schema == _Saved().schema else _Saved()

    def _mark_file(self, key: str) -> Path | None:
        if self._trials is None:
            return None
        return self._trials / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    @staticmethod
    def _read_mark(file: Path | None) -> _Mark | None:
        if file is None:
            return None
        try:
            return msgspec.json.decode(file.read_bytes(), type=_Mark)
        except (OSError, msgspec.DecodeError):
            return None


def _lives(mark: _Mark) -> bool:
    try:
        process = psutil.Process(mark.pid)
        # A process id is given anew after a while; the time of its start tells the two apart.
        same = abs(process.create_time() - mark.started_s) < 1.0
        return same and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
