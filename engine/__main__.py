"""`python -m engine` is the command line; the packaged program also serves as the worker."""

from __future__ import annotations

import sys

from engine.paths import WORKER_WORD, forget_package_libraries, is_frozen


def main() -> int:
    """Run a command, or be the worker when the packaged host asks for one."""
    forget_package_libraries()
    arguments = sys.argv[1:]
    if is_frozen() and arguments[:1] == [WORKER_WORD]:
        from engine.worker.__main__ import main as serve

        serve(arguments[1:])
        return 0
    from engine.cli.main import main as run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
