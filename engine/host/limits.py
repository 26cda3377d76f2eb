"""The host's patience, in one place."""

from __future__ import annotations

import msgspec


class HostLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How long the host waits for what.

    Attributes:
        grace_s: between asking a job to stop and ending its process.
        live_grace_s: the same for a live request that a newer one replaces.
        idle_s: after which an idle main worker ends, to give its memory back.
        live_idle_s: the same for the worker of live editing.
        hello_s: until a new worker must have greeted.
        hang_up_s: until a worker whose input was closed must have ended.
        crashes: so many within `crash_window_s`, and the lane is given up until asked again.
        crash_window_s: see `crashes`.
        back_off_s: before the start after a second crash; the first is followed at once.
    """

    grace_s: float = 1.0
    live_grace_s: float = 5.0
    idle_s: float = 300.0
    live_idle_s: float = 900.0
    hello_s: float = 60.0
    hang_up_s: float = 2.0
    crashes: int = 3
    crash_window_s: float = 60.0
    back_off_s: float = 0.5
