"""Taking the process's standard streams for the protocol before anything else can write to them."""

from __future__ import annotations

import faulthandler
import os
import sys
from io import FileIO
from pathlib import Path


def claim_stdio(log: Path) -> tuple[FileIO, FileIO]:
    """Return the protocol's two streams, and point 0, 1 and 2 elsewhere.

    Descriptors 0 and 1 are moved away; afterwards 0 is empty, and whatever Python or a native
    library prints to 1 or 2 lands in `log`. Crashes leave their stacks there too.

    Returns:
        (from the host, to the host), unbuffered.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    incoming, outgoing = os.dup(0), os.dup(1)  # not inherited by children (PEP 446)
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(nothing, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(nothing)
    os.close(out)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (incoming, outgoing):
            msvcrt.setmode(descriptor, os.O_BINARY)
    # A windowed program starts without these objects; tasks may still print.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    faulthandler.enable(sys.stderr)
    return FileIO(incoming, "rb"), FileIO(outgoing, "wb")
