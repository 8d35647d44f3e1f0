"""Start: the very first one, one without compiled bytecode, and a warm one to its first answer."""

from __future__ import annotations

from collections import defaultdict

from benchmarks.figures import Part, Table, spread
from benchmarks.ground import Ground
from benchmarks.serving import TRAINED_SECONDS, serving


def measure(ground: Ground) -> Part:
    """Measure on embedded SQLite."""
    seconds: dict[str, list[float]] = defaultdict(list)
    part = Part()
    if ground.quick:
        part.skipped.append("first start with its training: not in a quick run")
    else:
        with ground.database("sqlite") as database, serving(ground, database) as server:
            ready = server.wait_until_ready(TRAINED_SECONDS)
            seconds["first start, training included → ready"].append(ready)
    with ground.database("sqlite", registered=True) as database:
        for _ in range(1 if ground.quick else 3):
            empty = ground.folder("bytecode")
            with serving(ground, database, PYTHONPYCACHEPREFIX=str(empty)) as server:
                seconds["cold start (nothing compiled) → ready"].append(server.wait_until_ready())
        for _ in range(1 if ground.quick else 5):
            with serving(ground, database) as server:
                seconds["warm start → ready"].append(server.wait_until_ready())
                seconds["warm start → first answer"].append(server.first_answer(ground.questions[0]))
    rows = [{"what": name, "starts": len(found), "seconds": spread(found)} for name, found in seconds.items()]
    part.tables.append(Table("Start of `motcua up`", rows))
    return part
