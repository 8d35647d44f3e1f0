"""Dossier look-ups against the sandbox: rate and latency, and what a hanging system costs others."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import insert, select

from benchmarks.figures import Cell, Part, Table, percentile, spread
from benchmarks.ground import Ground
from benchmarks.workers import service_worker
from bot.clock import now, today_in_vietnam
from bot.conversations.wakeups import Wakeups
from bot.dossiers.code import parse_code
from bot.dossiers.desk import Question
from bot.dossiers.dossiers import Dossiers
from bot.dossiers.proof import Proof
from bot.dossiers.sandbox_process import SandboxProcess
from bot.dossiers.settings import DossierSettings
from bot.sandbox.scenarios import Record
from bot.sandbox.store import Store
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import conversations

RATES = (100, 200, 300, 400)
AIM = "Aim: 300 look-ups/s in one process with p99 ≤ 150 ms."


def measure(ground: Ground) -> Part:
    """Measure; the sandbox is a process of its own on the same machine."""
    part = Part()
    with tempfile.TemporaryDirectory(prefix="motcua-bench-dossiers-") as folder:
        sandbox = SandboxProcess(Path(folder) / "sandbox.db")
        try:
            url = sandbox.start()
            seconds = 2.0 if ground.quick else 10.0
            rows = asyncio.run(_rates(url, Path(folder), seconds))
            note = f"Through brakes, contract over HTTP and audit; nothing from a cache. {AIM}"
            part.tables.append(Table("Look-ups at a steady rate, SQLite", rows, note))
            part.tables.append(_hanging(ground, url))
        finally:
            sandbox.stop()
    return part


async def _rates(url: str, folder: Path, seconds: float) -> list[dict[str, Cell]]:
    records = [item.record for item in Store(":memory:").all() if not item.record.is_live]
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    await migrate(database)
    chats = await _conversations(database, 2_000)
    settings = DossierSettings(sandbox_url=url, codes_per_day=10**6, wrong_proofs=10)  # type: ignore[arg-type]
    dossiers = Dossiers(settings, database, Wakeups(database), "k" * 32)
    try:
        rows = [
            await _at_rate(dossiers, records, chats, rate, seconds, with_proof=with_proof)
            for with_proof in (False, True)
            for rate in RATES
        ]
    finally:
        await dossiers.close()
        await database.close()
    return rows


async def _at_rate(
    dossiers: Dossiers, records: list[Record], chats: list[str], rate: int, seconds: float, *, with_proof: bool
) -> dict[str, Cell]:
    """Begin look-ups at a fixed pace, whether earlier ones have ended or not."""
    times: list[float] = []
    outcomes: list[str] = []
    today = today_in_vietnam()

    async def one(number: int) -> None:
        record = records[number % len(records)]
        proof = Proof(record.phone[-4:]) if with_proof else None
        # The watcher's way round the cache: without a conversation when there is no proof.
        chat = chats[number % len(chats)] if with_proof else None
        started = time.perf_counter()
        result = await dossiers.desk.look_up(Question(parse_code(record.code, today), "bench", chat, proof))
        times.append((time.perf_counter() - started) * 1000)
        outcomes.append(result.outcome.value)

    tasks, begun, cpu = [], time.perf_counter(), time.process_time()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    took = time.perf_counter() - begun
    return {
        "proof": "yes" if with_proof else "no",
        "asked/s": rate,
        "look-ups/s": len(times) / took,
        "p50 ms": percentile(times, 0.5),
        "p99 ms": percentile(times, 0.99),
        "max ms": max(times),
        "own CPU ms": (time.process_time() - cpu) * 1000 / len(times),
        "without a status": sum(outcome not in ("found", "proven") for outcome in outcomes),
    }


async def _conversations(database: Database, number: int) -> list[str]:
    names, moment = [uuid4().hex for _ in range(number)], now()
    rows: list[dict[str, Any]] = [
        {"id": name, "channel": "web", "address": name, "created_at": moment, "last_message_at": moment}
        for name in names
    ]
    async with database.write() as connection:
        await connection.execute(insert(conversations), rows)
        assert await connection.scalar(select(conversations.c.id).limit(1))
    return names


def _hanging(ground: Ground, url: str) -> Table:
    """Ask other questions while look-ups hang, block by block with the system working and with no look-ups."""
    blocks, size = (2, 10) if ground.quick else (8, 40)
    found: dict[str, list[float]] = {"not asked": [], "works": [], "hangs": []}
    with (
        ground.database("sqlite") as database,
        service_worker(ground, database, MOTCUA_DOSSIER_SANDBOX_URL=url) as service,
    ):
        service.call("turns", number=size, questions=ground.questions)
        for _ in range(blocks):
            found["not asked"] += service.call("turns", number=size, questions=ground.questions)["ms"]
            for state, fault in (("works", "none"), ("hangs", "hang")):
                httpx.post(f"{url}/faults", data={"contract": "all", "fault": fault, "minutes": "5"})
                found[state] += service.call("turns_beside_lookups", number=size, questions=ground.questions)["ms"]
        httpx.post(f"{url}/faults", data={"contract": "all", "fault": "none"})
    rows: list[dict[str, Cell]] = [
        {
            "one-stop system": state,
            "turns": len(times),
            "p50 ms": percentile(times, 0.5),
            "p99 ms": percentile(times, 0.99),
        }
        for state, times in found.items()
    ]
    ratio = percentile(found["hangs"], 0.99) / percentile(found["works"], 0.99)
    rows.append({"one-stop system": "hangs / works, p99", "turns": "", "p50 ms": "", "p99 ms": spread([ratio])})
    return Table("Other conversations beside look-ups", rows, "10 citizens ask for dossiers at the same time.")
