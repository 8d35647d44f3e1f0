"""Training of our release: seconds, processor time and peak memory of the child."""

from __future__ import annotations

from benchmarks.figures import Part, Table, spread
from benchmarks.ground import Ground


def measure(ground: Ground) -> Part:
    """Train again; the training that prepared the run counts as the first."""
    runs = [ground.release]
    folder = ground.folder("training")
    for number in range(0 if ground.quick else 2):
        runs.append(ground.train(ground.project, folder / f"{number}.tar.gz"))
    row = {
        "what": "our release",
        "trainings": len(runs),
        "seconds": spread([run["seconds"] for run in runs]),
        "CPU s": spread([run["cpu_seconds"] for run in runs]),
        "peak MB": spread([run["peak_mb"] for run in runs]),
        "archive MB": runs[0]["archive_mb"],
    }
    return Part([Table("Training in its child process", [row])])
