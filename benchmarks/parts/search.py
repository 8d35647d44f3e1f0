"""Search over names: time, memory and building, at the size of the portal and at 60,000 procedures."""

from __future__ import annotations

from benchmarks.figures import Cell, Part, Table, percentile, typical
from benchmarks.ground import Ground
from benchmarks.workers import search_worker

SIZES = (2_642, 60_000)


def measure(ground: Ground) -> Part:
    """Measure each size in a process of its own, so that memory is that of the index alone."""
    blocks, size = (2, 50) if ground.quick else (8, 500)
    table = Table(
        "Search over names of procedures",
        note="Curated names and synthetic titles. Aim: ≤ 2 ms at 2,642 procedures, ≤ 8 ms at 60,000.",
    )
    for number in SIZES[:1] if ground.quick else SIZES:
        with search_worker(ground, number) as worker:
            built = worker.call("built")
            times: list[list[float]] = [
                worker.call("search", number=size, questions=ground.questions) for _ in range(blocks + 1)
            ][1:]
        everything = [value for block in times for value in block]
        row: dict[str, Cell] = {
            "procedures": number,
            "names": built["names"],
            "p50 ms": typical(times),
            "p99 ms": percentile(everything, 0.99),
            "max ms": max(everything),
            "arrays MB": built["arrays_mb"],
            "RSS MB more": built["rss_mb"],
            "built in s": built["seconds"],
        }
        table.rows.append(row)
    return Part([table])
