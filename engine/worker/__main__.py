"""The worker's entry: `python -m engine.worker --log FILE`, started by the host only."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Environment variables of the libraries behind NumPy's matrix products."""


def main(arguments: list[str] | None = None) -> None:
    """Take the standard streams and serve the host until it closes them."""
    parser = argparse.ArgumentParser(prog="gesso-engine", description=__doc__)
    parser.add_argument("--log", type=Path, required=True, help="file for everything printed")
    parser.add_argument("--log-level", default="INFO", help="DEBUG, INFO or WARNING")
    given = parser.parse_args(arguments)

    # Ctrl+C in a terminal reaches every process there. The host decides what it means; a worker
    # that died of it would take the work with it that the host still wants to put in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # NumPy's products here are small, and its library's threads then mostly wait for one another:
    # putting a picture together took fifteen times the processor time with two than with one.
    # Read when NumPy is first imported, so this must be set by then.
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")

    # Before an import can print: the streams belong to the protocol.
    from engine.worker.stdio import claim_stdio

    incoming, outgoing = claim_stdio(given.log)

    from engine import logs
    from engine.worker.loop import Worker

    logs.to_stderr(given.log_level, with_time=True)
    Worker(incoming, outgoing).run()


if __name__ == "__main__":
    main()
