from __future__ import annotations

import subprocess
import sys
import textwrap

SCRIPT = """
    import os, sys
    from pathlib import Path
    from engine.worker.stdio import claim_stdio

    incoming, outgoing = claim_stdio(Path(sys.argv[1]))
    print("printed")
    os.write(1, b"from native code\\n")
    os.write(2, b"and its errors\\n")
    nothing = sys.stdin.read(), os.read(0, 9)
    outgoing.write(incoming.read(5) + repr(nothing).encode())
"""


def test_the_streams_belong_to_the_protocol_whatever_a_task_prints_or_reads(tmp_path):
    log = tmp_path / "logs" / "worker.log"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(log)],
        input=b"frame", capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == b"frame('', b'')"
    assert done.stderr == b""
    assert sorted(log.read_text().splitlines()) == ["and its errors", "from native code", "printed"]
