"""Planted personal data must appear in no log, no table and no reply."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from citizens import Citizen, service_with
from serving import PREFIXES, Sandbox

from bot.sandbox.faults import Contract, Fault
from bot.sandbox.scenarios import Record
from bot.storage.database import Database
from bot.training.releases import Release

SECRET_PROOFS = ("7531", "8642", "kqz7w9")
"""The ends of phone and id, and the PIN, of every canary."""


@pytest.fixture
def records(sandbox: Sandbox) -> dict[Contract, list[Record]]:
    planted: dict[Contract, list[Record]] = {}
    for contract, unit in PREFIXES.items():
        planted[contract] = []
        for status in (1, 3, 4, 5, 6, 7, 8, 9, 10):
            record = replace(
                sandbox.record(contract, status),
                code=sandbox.record(contract, status).code[:-4] + f"{700 + status:04}",
                unit=unit,
                procedure="Thủ tục Chim Hoàng Yến",
                agency="Phòng Chim Hoàng Yến",
                name="Hoàng Thị Chim Yến",
                phone="0987657531",
                identity="022198768642",
                email="chim.hoang.yen@example.vn",
                address="Số 91 ngõ Lồng Chim",
                officer="Vũ Văn Gác Lồng",
                note="Thiếu tờ khai của Hoàng Thị Chim Yến, gọi 0987657531",
                pin="kqz7w9",
            )
            sandbox.store.add(record)
            planted[contract].append(record)
    return planted


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything anybody logs, at the finest level, as it is written and with its arguments."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.name} {logging.Formatter().format(record)} {record.args!r}")

    handler, root = Keep(level=0), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


def database_text(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        text = "\n".join(connection.iterdump())
    connection.close()
    return text


PERSONAL = (
    "Chim Yến", "0987657531", "022198768642", "chim.hoang.yen", "Lồng Chim", "Gác Lồng", "tờ khai của",
)  # fmt: skip
DETAILS = ("Chim Hoàng Yến",)
"""Told with proof only."""


async def test_nothing_is_found_anywhere_without_proof(
    sandbox: Sandbox, records: dict[Contract, list[Record]], release: Release, tmp_path: Path, log: list[str]
) -> None:
    said: list[str] = []
    async with service_with(sandbox.url, release, tmp_path) as service:
        for planted in records.values():
            citizen = Citizen(service)
            for record in planted:
                said += [reply["text"] for reply in (await citizen(f"tra hồ sơ {record.code}")).replies]
                said += [reply["text"] for reply in (await citizen("9517")).replies]
                if record is planted[3]:
                    citizen = Citizen(service)
        for fault in (Fault.GARBAGE, Fault.ERROR, Fault.OTHER_CODE):
            sandbox.faults.set(None, fault)
            said += [reply["text"] for reply in (await Citizen(service)(planted[2].code)).replies]
        sandbox.heal()
    assert len(said) > 40
    everywhere = {
        "replies": "\n".join(said),
        "log": "\n".join(log),
        "database": database_text(tmp_path / "motcua.db"),
    }
    assert "H49.22" in everywhere["database"]
    for place, text in everywhere.items():
        found = [canary for canary in (*PERSONAL, *DETAILS, "kqz7w9") if canary in text]
        assert (place, found) == (place, [])
    # As a word: the microseconds of a time may hold any four digits.
    assert not re.search(r"\b9517\b", everywhere["log"])
    assert not re.search(r"\b9517\b", everywhere["replies"])


@pytest.mark.parametrize("proof", SECRET_PROOFS)
async def test_with_proof_details_are_told_but_nobody_is_named_and_the_proof_is_kept_nowhere(
    sandbox: Sandbox,
    records: dict[Contract, list[Record]],
    release: Release,
    tmp_path: Path,
    log: list[str],
    proof: str,
) -> None:
    said: list[str] = []
    async with service_with(sandbox.url, release, tmp_path) as service:
        for contract, planted in records.items():
            if not proof.isdecimal() and contract is not Contract.OPENCPS:
                continue
            for record in planted:
                citizen = Citizen(service)
                await citizen(record.code)
                answer = await citizen(proof)
                assert DETAILS[0] in answer.text
                said += [reply["text"] for reply in answer.replies]
                said.append((await citizen("hồ sơ lúc nãy sao rồi")).text)
    text = database_text(tmp_path / "motcua.db")
    for place, content in {"replies": "\n".join(said), "log": "\n".join(log), "database": text}.items():
        assert (place, [canary for canary in PERSONAL if canary in content]) == (place, [])
    digits_alone = [line for line in (*log, *text.splitlines()) if f"'{proof}'" in line or f'"{proof}"' in line]
    assert digits_alone == []
    assert proof not in "\n".join(said)


async def test_the_audit_keeps_a_masked_code_and_no_proof(
    sandbox: Sandbox, records: dict[Contract, list[Record]], release: Release, tmp_path: Path
) -> None:
    from sqlalchemy import select

    from bot.storage.dossier_tables import dossier_lookups

    record = records[Contract.IGATE][2]
    async with service_with(sandbox.url, release, tmp_path) as service:
        citizen = Citizen(service)
        await citizen(record.code)
        await citizen("7531")
        database: Database = service.database
        async with database.read() as connection:
            rows = (
                (await connection.execute(select(dossier_lookups).order_by(dossier_lookups.c.id))).mappings().all()
            )
    assert [row["outcome"] for row in rows] == ["found", "proven"]
    assert {row["code"] for row in rows} == {record.code[:-4] + "****"}
    assert {row["channel"] for row in rows} == {"web"}
    assert all(row["milliseconds"] >= 0 for row in rows)
