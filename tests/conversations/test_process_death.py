"""A message that kills whatever process serves it is given up, and the next one is answered."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

from core_support import QUICK, Gate, Office, Script
from dying_process import DEADLY, DIED
from sqlalchemy import select

from bot.conversations.dispatcher import MAX_ATTEMPTS
from bot.conversations.sentences import APOLOGY
from bot.storage.tables import inbox


async def _serve_until_death_or_done(url: str) -> int:
    here = Path(__file__).parent
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, str(here / "dying_process.py"), url),
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent), str(here.parent.parent)])},
    )
    async with asyncio.timeout(60):
        return await child.wait()


async def test_a_message_that_kills_its_process_is_counted_and_given_up(office: Office, url: str) -> None:
    await office.say("trước")
    await office.say(DEADLY)
    await office.say("sau")
    ends = [await _serve_until_death_or_done(url) for _ in range(MAX_ATTEMPTS + 1)]
    assert ends == [DIED] * MAX_ATTEMPTS + [0]
    assert await office.replies() == ["nghe trước", APOLOGY.text, "nghe sau"]
    rows = await office.all(inbox)
    assert [row.outcome for row in rows] == ["answer", "error", "answer"]
    assert [row.attempts for row in rows] == [1, MAX_ATTEMPTS + 1, 1]


async def test_a_long_turn_keeps_its_claim_while_its_process_lives(postgresql_office: Office) -> None:
    times = replace(QUICK, lease=0.4)
    gate, other = Gate(), Script()
    async with (
        postgresql_office.colleague() as elsewhere,
        postgresql_office.serving(Script(gate), times),
    ):
        await postgresql_office.say("hỏi")
        await gate.wait()
        async with elsewhere.serving(other, times):
            await asyncio.sleep(4 * times.lease)
            gate.open.set()
            await postgresql_office.until_done()
    assert other.turns == []
    assert await postgresql_office.replies() == ["nghe hỏi"]
    assert await postgresql_office.all(select(inbox.c.attempts)) == [(1,)]
