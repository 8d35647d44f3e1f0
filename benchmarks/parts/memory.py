"""Memory of serving processes after 200 turns."""

from __future__ import annotations

from benchmarks.figures import Cell, Part, Table
from benchmarks.ground import Ground
from benchmarks.processes import memory_mb
from benchmarks.serving import serving, some_turns

TURNS = 200
CONVERSATIONS = 8


def measure(ground: Ground) -> Part:
    """Measure one process on each database, and two on PostgreSQL."""
    turns = 40 if ground.quick else TURNS
    table = Table(f"Memory of serving processes after {turns} turns", note="Aim: ≤ 350 MB each.")
    set_ups = [("sqlite", 1)]
    if ground.postgresql:
        set_ups += [("postgresql", 2)] if ground.quick else [("postgresql", 1), ("postgresql", 2)]
    for kind, workers in set_ups:
        with (
            ground.database(kind, registered=True) as database,
            serving(ground, database, workers) as server,
        ):
            server.wait_until_ready()
            server.wait_until_settled()
            before = _total(server.serving_pids(), "rss")
            some_turns(ground, server, turns, CONVERSATIONS)
            for number, pid in enumerate(server.serving_pids(), 1):
                used = memory_mb(pid)
                row: dict[str, Cell] = {
                    "database": kind,
                    "process": f"{number} of {workers}",
                    "RSS MB": used["rss"],
                    "PSS MB": used["pss"],
                    "RSS MB ready": before / workers,
                }
                table.rows.append(row)
    return Part([table])


def _total(pids: list[int], kind: str) -> float:
    return sum(memory_mb(pid)[kind] for pid in pids)
