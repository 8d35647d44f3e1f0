"""What we add to a message's way on Telegram: webhook in → our call to `sendMessage`, at a steady rate."""

from __future__ import annotations

import json

from benchmarks.figures import Part, Table, percentile
from benchmarks.ground import Ground

RATE_PER_SECOND = 50


def measure(ground: Ground) -> Part:
    """Measure on SQLite and, where there is one, on PostgreSQL; the platform is a fake that answers at once."""
    part = Part()
    table = Table(
        f"Telegram at {RATE_PER_SECOND} messages/s: webhook called → sendMessage arrives",
        note="Aim on SQLite: p50 ≤ 30 ms. Fake platform and load run in one process beside the service.",
    )
    part.tables.append(table)
    seconds = 4 if ground.quick else 20
    for kind in ground.kinds:
        with ground.database(kind, registered=True) as database:
            plan = {
                "database": database,
                "state_dir": str(ground.folder("channels")),
                "rate": RATE_PER_SECOND,
                "seconds": seconds,
                "questions": ground.questions,
            }
            found = ground.run("channel_load", json.dumps(plan))
        times = found["milliseconds"]
        table.rows.append(
            {
                "database": kind,
                "messages": len(times),
                "unanswered": found["unanswered"],
                "p50 ms": percentile(times, 0.5) if times else None,
                "p95 ms": percentile(times, 0.95) if times else None,
                "p99 ms": percentile(times, 0.99) if times else None,
                "accepted p50 ms": percentile(found["accepted"], 0.5) if found["accepted"] else None,
            }
        )
    return part
