"""Throughput and latency over HTTP, with the load and the database on the same machine."""

from __future__ import annotations

from typing import Any

from benchmarks.figures import Cell, Part, Table, percentile
from benchmarks.ground import Ground
from benchmarks.serving import load, serving

CONVERSATIONS = (1, 16, 64)


def measure(ground: Ground) -> Part:
    """Measure each set-up in its own process."""
    part = Part()
    table = Table(
        "Over HTTP: question posted → answer read from the event stream",
        note="CPU: processor time per turn. Load and database run on the same processors. "
        "Aim at 64 on two processors with PostgreSQL: ≥ 150 turns/s.",
    )
    part.tables.append(table)
    for kind, workers in _set_ups(ground):
        with (
            ground.database(kind, registered=True) as database,
            serving(ground, database, workers) as server,
        ):
            server.wait_until_ready()
            server.wait_until_settled()
            for conversations in _conversations(ground):
                found = load(
                    ground,
                    server,
                    database,
                    conversations=conversations,
                    warm_seconds=1.0 if ground.quick else 3.0,
                    seconds=2.0 if ground.quick else 10.0,
                )
                table.rows.append(_row(kind, workers, conversations, found))
    if not ground.postgresql:
        part.skipped.append("PostgreSQL: no server reachable (MOTCUA_BENCH_POSTGRESQL)")
    return part


def _set_ups(ground: Ground) -> list[tuple[str, int]]:
    several = [("postgresql", number) for number in ((2,) if ground.quick else (1, 2, 3))]
    return [("sqlite", 1), *(several if ground.postgresql else [])]


def _conversations(ground: Ground) -> tuple[int, ...]:
    return (1, 64) if ground.quick else CONVERSATIONS


def _row(kind: str, workers: int, conversations: int, found: dict[str, Any]) -> dict[str, Cell]:
    times = found["milliseconds"]
    turns = max(1, len(times))
    workers_cpu = [used for used in found["workers"][:workers] if used > 0]
    return {
        "database": kind,
        "workers": workers,
        "at once": conversations,
        "turns/s": len(times) / found["seconds"],
        "p50 ms": percentile(times, 0.5) if times else None,
        "p99 ms": percentile(times, 0.99) if times else None,
        "accepted p50 ms": percentile(found["accepted_milliseconds"], 0.5) if times else None,
        "server CPU ms": found["server_cpu_seconds"] * 1000 / turns,
        "database CPU ms": found["database_cpu_seconds"] * 1000 / turns,
        "load CPU ms": found["cpu_seconds"] * 1000 / turns,
        "busiest worker": max(workers_cpu, default=0.0) / max(found["server_cpu_seconds"], 1e-9),
        "machine busy": found["machine_busy"],
        "others busy": found["others_busy"],
        "errors": sum(found["errors"].values()),
    }
