"""Guessing: ten thousand guesses reveal nothing, and are stopped long before the system is asked so often."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from serving import Sandbox, code_of
from sqlalchemy import func, insert, select, update

from bot.clock import now
from bot.dossiers.code import DossierCode
from bot.dossiers.desk import Outcome, Question, Result
from bot.dossiers.dossiers import Dossiers
from bot.dossiers.proof import Proof
from bot.sandbox.faults import Contract, Fault
from bot.storage.database import Database
from bot.storage.dossier_tables import dossier_brakes, dossier_lookups
from bot.storage.tables import conversations

GUESSES = int(os.environ.get("MOTCUA_TEST_GUESSES", "10000"))
AT_ONCE = 200
CONVERSATIONS = 500


@pytest.fixture
async def chats(database: Database) -> list[str]:
    """Conversations, because whoever guesses opens as many as he likes."""
    names = [f"chat{number:04}" for number in range(CONVERSATIONS)]
    moment = now()
    async with database.write() as connection:
        rows = [
            {"id": name, "channel": "web", "address": name, "created_at": moment, "last_message_at": moment}
            for name in names
        ]
        await connection.execute(insert(conversations), rows)
    return names


async def guess(dossiers: Dossiers, questions: list[Question]) -> list[Result]:
    results: list[Result] = []
    for start in range(0, len(questions), AT_ONCE):
        batch = questions[start : start + AT_ONCE]
        results += await asyncio.gather(*(dossiers.desk.look_up(question) for question in batch))
    return results


def proofs_for(code: DossierCode, chats: list[str], *numbers: str) -> list[Question]:
    """All four digits in turn, the right ones far from the beginning."""
    ends = {number[-4:] for number in numbers}
    order = [f"{n:04}" for n in range(10_000)]
    order.sort(key=lambda end: end in ends)
    return [
        Question(code, "web", chats[n % len(chats)], Proof(order[n % len(order)])) for n in range(max(GUESSES, 50))
    ]


async def test_all_four_digits_side_by_side_open_nothing(
    sandbox: Sandbox, make_dossiers: Callable[..., Dossiers], chats: list[str], database: Database
) -> None:
    record = sandbox.record(Contract.IGATE, 4)
    asked = 0
    find = sandbox.store.find

    def counting(code: str) -> object:
        nonlocal asked
        asked += 1
        return find(code)

    sandbox.store.find = counting  # type: ignore[method-assign, assignment]
    questions = proofs_for(code_of(record), chats, record.phone, record.identity)
    results = await guess(make_dossiers(), questions)
    outcomes = Counter(result.outcome for result in results)
    assert outcomes[Outcome.WRONG_PROOF] == 5
    assert set(outcomes) <= {Outcome.WRONG_PROOF, Outcome.LOCKED, Outcome.PAUSED}
    assert all(result.dossier is None for result in results)
    assert asked == 5
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(dossier_lookups)) == len(results)


async def test_guessing_proofs_of_unknown_codes_looks_the_same(
    sandbox: Sandbox, make_dossiers: Callable[..., Dossiers], chats: list[str]
) -> None:
    known = code_of(sandbox.record(Contract.NATIONAL, 4))
    unknown = DossierCode(known.unit, known.day, "9998")
    dossiers = make_dossiers()
    told = []
    for code in (known, unknown):
        results = [
            await dossiers.desk.look_up(Question(code, "web", chats[n], Proof(f"{n:04}"))) for n in range(1, 9)
        ]
        told.append([(result.outcome is Outcome.LOCKED, result.minutes, result.dossier) for result in results])
    assert told[0] == told[1]


async def test_one_conversation_sees_ten_codes_a_day_at_most(
    sandbox: Sandbox, make_dossiers: Callable[..., Dossiers], chats: list[str]
) -> None:
    dossiers = make_dossiers(misses=1000)
    codes = [code_of(item.record) for item in sandbox.store.all()][:40]
    results = [await dossiers.desk.look_up(Question(code, "web", chats[0])) for code in codes]
    assert [result.outcome for result in results[:10]] == [Outcome.FOUND] * 10
    assert {result.outcome for result in results[10:]} == {Outcome.PAUSED}
    again = await dossiers.desk.look_up(Question(codes[0], "web", chats[0]))
    assert again.outcome is Outcome.FOUND


async def test_without_proof_only_group_and_due_day_are_told(
    sandbox: Sandbox, make_dossiers: Callable[..., Dossiers]
) -> None:
    dossiers = make_dossiers()
    for item in sandbox.store.all():
        dossier = (await dossiers.desk.look_up(Question(code_of(item.record), "web"))).dossier
        assert dossier is not None
        known = {name for name in dossier.__slots__ if getattr(dossier, name) not in (None, False)}
        assert known <= {"code", "status", "as_of", "due_on"}


async def test_a_lock_ends_after_its_hour(
    sandbox: Sandbox, make_dossiers: Callable[..., Dossiers], chats: list[str], database: Database
) -> None:
    record = sandbox.record(Contract.IGATE, 4)
    dossiers, code = make_dossiers(), code_of(record)
    for n in range(6):
        await dossiers.desk.look_up(Question(code, "web", chats[n], Proof("000000")))
    right = Question(code, "web", chats[9], Proof(record.phone))
    assert (await dossiers.desk.look_up(right)).outcome is Outcome.LOCKED
    async with database.write() as connection:
        await connection.execute(
            update(dossier_brakes).values(until=now() - timedelta(seconds=1), since=now() - timedelta(hours=1))
        )
    assert (await dossiers.desk.look_up(right)).outcome is Outcome.PROVEN


async def test_an_outage_costs_no_try(
    sandbox: Sandbox, make_dossiers: Callable[..., Dossiers], chats: list[str]
) -> None:
    record = sandbox.record(Contract.NATIONAL, 4)
    dossiers, code = make_dossiers(), code_of(record)
    sandbox.faults.set(None, Fault.ERROR)
    for _ in range(8):
        result = await dossiers.desk.look_up(Question(code, "web", chats[0], Proof(record.phone)))
        assert result.outcome is Outcome.UNAVAILABLE
    sandbox.heal()
    system = dossiers.register.find(code)
    assert system is not None
    system.breaker.succeeded()
    result = await dossiers.desk.look_up(Question(code, "web", chats[0], Proof(record.phone)))
    assert result.outcome is Outcome.PROVEN
