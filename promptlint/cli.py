"""The console script. Only what `--version` needs is imported before it is known that more is asked for."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line in `sys.argv`, and exit: 0 clean, 1 findings, 2 could not run, 130 interrupted."""
    if sys.argv[1:2] in (["--version"], ["-V"]):
        from promptlint import __version__

        print(f"promptlint {__version__}")
        return
    import gc

    # What a run makes lives to its end, and hardly anything of it is in cycles: looking for some finds next to nothing.
    gc.disable()
    try:
        from promptlint.commands import execute

        code = execute(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        pass
    # Freeing every object one by one would take a quarter of the time that a short run needs.
    os._exit(code)
