"""What a command tells: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Sequence
from typing import IO, Any

import msgspec

_PLAIN_INTERVAL_S = 2.0
_LIVE_INTERVAL_S = 0.05


class Report:
    """Where a command writes to.

    Args:
        as_json: results are JSON, and words for people go to standard error only.
        is_quiet: neither progress nor notes; errors still show.
        stdout, stderr: for tests.
        plain_interval_s: where progress cannot update one line, a line comes after this many
            seconds of silence.
    """

    def __init__(
        self,
        *,
        as_json: bool = False,
        is_quiet: bool = False,
        stdout: IO[str] | None = None,
        stderr: IO[str] | None = None,
        plain_interval_s: float = _PLAIN_INTERVAL_S,
    ) -> None:
        self.as_json = as_json
        self.is_quiet = is_quiet
        self._out = stdout if stdout is not None else sys.stdout
        self._err = stderr if stderr is not None else sys.stderr
        self._is_live = self._err.isatty()
        self._plain_interval_s = plain_interval_s
        self._line = ""
        self._shown_s = time.monotonic()

    def text(self, line: str = "") -> None:
        """Write one line of a result for people; nothing in JSON mode."""
        if not self.as_json:
            self.end_progress()
            self._out.write(line + "\n")
            self._out.flush()

    def document(self, value: Any) -> None:
        """Write a result as one JSON document; nothing unless in JSON mode."""
        if self.as_json:
            self.end_progress()
            self._out.write(_json(value, indent=2) + "\n")
            self._out.flush()

    def json_line(self, value: Any) -> None:
        """Write one line of JSON lines; nothing unless in JSON mode."""
        if self.as_json:
            self.end_progress()
            self._out.write(_json(value) + "\n")
            self._out.flush()

    def note(self, line: str) -> None:
        """Tell something beside the result; nothing when quiet."""
        if not self.is_quiet:
            self.error(line)

    def error(self, line: str) -> None:
        """Tell what went wrong, in any mode."""
        self.end_progress()
        self._err.write(line + "\n")
        self._err.flush()

    def progress(self, line: str) -> None:
        """Show where a run stands: one updating line on a terminal, else a line now and then."""
        if self.is_quiet or line == self._line:
            return
        now = time.monotonic()
        if self._is_live:
            is_due = not self._line or now - self._shown_s >= _LIVE_INTERVAL_S
        else:
            is_due = now - self._shown_s >= self._plain_interval_s
        if not is_due:
            return
        self._shown_s = now
        if self._is_live:
            width = shutil.get_terminal_size().columns - 1
            shown = line[:width]
            self._err.write("\r" + shown + " " * max(0, len(self._line) - len(shown)))
            self._line = shown
        else:
            self._err.write(line + "\n")
            self._line = line
        self._err.flush()

    def end_progress(self) -> None:
        """Take the updating line away, before something else is written."""
        if self._line and self._is_live:
            self._err.write("\r" + " " * len(self._line) + "\r")
            self._err.flush()
        self._line = ""
        self._shown_s = time.monotonic()


def _json(value: Any, indent: int | None = None) -> str:
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        # A name with bytes that are no text: escaped, Python and others can read it back.
        return json.dumps(msgspec.to_builtins(value), indent=indent)
    return (msgspec.json.format(data, indent=indent) if indent else data).decode()


def table(rows: Sequence[tuple[str, ...]], *, indent: str = "") -> list[str]:
    """Return `rows` as lines with aligned columns; wide characters count as two."""
    if not rows:
        return []
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)]
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def size_text(size: float) -> str:
    """Return a number of bytes for people."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError  # pragma: no cover - the loop always returns


def seconds_text(seconds: float) -> str:
    """Return a length of time for people."""
    if seconds < 100:
        return f"{seconds:.2g} s" if seconds < 1 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def _width(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
