"""Turns in process: understanding, engine, durable turn on each database, and their growth."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import ExitStack
from typing import Any

from benchmarks.figures import Cell, Part, Table, percentile, spread, typical
from benchmarks.ground import Ground
from benchmarks.workers import Worker, service_worker

WINDOWS = {1: (1, 1), 25: (24, 26), 100: (99, 101)}
"""Turn → first and last turn taken for it; three at a time, because one is noisy."""


def measure(ground: Ground) -> Part:
    """Measure; the kinds of database take turns, block by block."""
    part = Part()
    if not ground.postgresql:
        part.skipped.append("PostgreSQL: no server reachable (MOTCUA_BENCH_POSTGRESQL)")
    blocks, size = (3, 10) if ground.quick else (12, 50)
    with ExitStack() as stack:
        services: dict[str, Worker] = {}
        for kind in ground.kinds:
            database = stack.enter_context(ground.database(kind))
            services[kind] = stack.enter_context(service_worker(ground, database))
        part.tables.append(_single(ground, services, blocks, size))
        part.tables.append(_growth(ground, services))
    return part


def _single(ground: Ground, services: dict[str, Worker], blocks: int, size: int) -> Table:
    times: dict[str, list[list[float]]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    first = services["sqlite"]
    for number in range(blocks + 1):
        found: dict[str, Any] = {
            kind: service.call("turns", number=size, questions=ground.questions)
            for kind, service in services.items()
        }
        engine = first.call("engine", number=size, questions=ground.questions)
        parse = first.call("parse", number=size, questions=ground.questions)
        if number == 0:
            continue  # warming up
        times["parse"].append(parse)
        times["engine"].append(engine)
        for kind, block in found.items():
            times[f"durable turn, {kind}"].append(block["ms"])
            cpu[f"durable turn, {kind}"].append(block["cpu_ms"])
    rows = [_row(name, times[name], cpu.get(name)) for name in ("parse", "engine", *cpu)]
    counted: Counter[str] = Counter()
    for service in services.values():
        counted.update(service.call("outcomes"))
    share = counted["answer"] / max(1, sum(counted.values()))
    note = f"{share:.0%} of the durable turns answered from the catalogue. Aim: p50 ≤ 8 ms, p99 ≤ 25 ms."
    return Table("One turn in process, one at a time", rows, note)


def _row(name: str, blocks: list[list[float]], cpu: list[float] | None) -> dict[str, Cell]:
    everything = [value for block in blocks for value in block]
    return {
        "what": name,
        "turns": len(everything),
        "p50 ms": typical(blocks),
        "p99 ms": percentile(everything, 0.99),
        "max ms": max(everything),
        "own CPU ms": spread(cpu) if cpu else None,
    }


def _growth(ground: Ground, services: dict[str, Worker]) -> Table:
    conversations = 1 if ground.quick else 20
    length = 26 if ground.quick else 101
    found: dict[str, list[list[float]]] = defaultdict(list)
    for _ in range(conversations):
        for kind, service in services.items():
            found[f"durable, {kind}"].append(
                service.call("long", number=length, questions=ground.questions, way="durable")
            )
        found["engine"].append(
            services["sqlite"].call("long", number=length, questions=ground.questions, way="engine")
        )
    rows = [growth_row(name, runs) for name, runs in found.items()]
    return Table(
        f"Cost by length, {conversations} conversations each",
        rows,
        "Ratios to turn 1 of the same conversation.",
    )


def growth_row(name: str, runs: list[list[float]]) -> dict[str, Cell]:
    """Return the cost at turns 1, 25, 100, and their ratio to turn 1 within each conversation."""
    row: dict[str, Cell] = {"what": name}
    firsts = [run[0] for run in runs]
    for turn, (start, end) in WINDOWS.items():
        if end > len(runs[0]):
            row |= {f"turn {turn} ms": None} | ({f"{turn} / 1": None} if turn > 1 else {})
            continue
        costs = [sorted(run[start - 1 : end])[(end - start) // 2] for run in runs]
        row[f"turn {turn} ms"] = spread(costs)
        if turn > 1:
            row[f"{turn} / 1"] = spread([cost / first for cost, first in zip(costs, firsts, strict=True)])
    return row
