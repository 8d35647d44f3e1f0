"""`/metrics`: the figures of this process, or of all worker processes together.

Workers of one `motcua up` write their figures to files in a folder they share (the multiprocess mode of
prometheus_client), so whichever of them is asked answers for all.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Read by prometheus_client when it is first imported."""


def share_metrics(folder: Path) -> None:
    """Let the processes started from now on put their figures together; those of an earlier run go.

    Args:
        folder: Belongs to one `motcua up` alone.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[SHARED] = str(folder)


def metrics_page() -> bytes:
    """Return all figures in the text format of Prometheus."""
    folder = os.environ.get(SHARED)
    if folder is None:
        return generate_latest()
    _forget_the_dead(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _forget_the_dead(folder: Path) -> None:
    """Drop what only the living have, such as open streams; their counts stay."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not _is_alive(pid):
            mark_process_dead(pid, path=str(folder))  # type: ignore[no-untyped-call]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
