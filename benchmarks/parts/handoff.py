"""An officer's answer on its way: Telegram calls our webhook → the event arrives at the citizen's page."""

from __future__ import annotations

import json

from benchmarks.figures import Part, Table, percentile
from benchmarks.ground import Ground

RATE_PER_SECOND = 5
CONVERSATIONS = 50


def measure(ground: Ground) -> Part:
    """Measure on SQLite and, where there is one, on PostgreSQL."""
    part = Part()
    table = Table(
        f"Officers' answers at {RATE_PER_SECOND}/s in {CONVERSATIONS} talks: webhook called → event at the page",
        note="Aim: p95 ≤ 300 ms. Fake platform, officers and pages run in one process beside the service.",
    )
    part.tables.append(table)
    for kind in ground.kinds:
        with ground.database(kind, registered=True) as database:
            plan = {
                "database": database,
                "state_dir": str(ground.folder("handoff")),
                "rate": RATE_PER_SECOND,
                "seconds": 4 if ground.quick else 20,
                "conversations": CONVERSATIONS,
            }
            found = ground.run("handoff", json.dumps(plan))
        times = found["milliseconds"]
        table.rows.append(
            {
                "database": kind,
                "answers": len(times),
                "missing": found["missing"],
                "p50 ms": percentile(times, 0.5) if times else None,
                "p95 ms": percentile(times, 0.95) if times else None,
                "p99 ms": percentile(times, 0.99) if times else None,
                "accepted p50 ms": percentile(found["accepted"], 0.5) if found["accepted"] else None,
            }
        )
    return part
