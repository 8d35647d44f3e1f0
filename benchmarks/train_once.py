"""Child: train a project once the way `motcua train` does, and say what it cost.

Usage: python -m benchmarks.train_once PROJECT ARCHIVE
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from bot.catalogue.loader import load_catalogue
from bot.training.fingerprint import fingerprint
from bot.training.trainer import train


def main() -> None:
    """Print seconds, peak memory of the training child, and what the register needs."""
    project, archive = Path(sys.argv[1]), Path(sys.argv[2])
    started = time.perf_counter()
    made = asyncio.run(train(project, archive))
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = {
        "seconds": seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss * 1024 / 1e6,
        "archive": archive.name,
        "archive_mb": archive.stat().st_size / 1e6,
        "sha256": made.sha256,
    }
    if (project / "data" / "catalogue").exists():
        report["fingerprint"] = fingerprint(project, load_catalogue(project / "data" / "catalogue"))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
