"""Runs a module with limits of its own: `python -m bot.training.limited MEGABYTES MODULE ARGUMENT…`.

The limits are set inside the child before anything is imported: a hook between fork and exec is not
safe in a process with threads.
"""

from __future__ import annotations

import os
import resource
import runpy
import sys

MEMORY_MEGABYTES = 6_000
"""Address space of a child; training 5,000 examples needs about a quarter of it."""
NICENESS = 10
"""Citizens who wait for a reply come first."""


def command(*arguments: str, memory_megabytes: int = MEMORY_MEGABYTES) -> list[str]:
    """Return the command line that runs a module below limits."""
    return [sys.executable, "-m", "bot.training.limited", str(memory_megabytes), *arguments]


def main() -> None:
    """Set the limits, then run the module as `python -m` would."""
    size = int(sys.argv[1]) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    # No traces of citizens' sentences on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
