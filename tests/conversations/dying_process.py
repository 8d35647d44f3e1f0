"""A process of its own that serves a database with an engine that some texts kill.

Usage: python dying_process.py DATABASE_URL
"""

from __future__ import annotations

import asyncio
import os
import sys

from core_support import QUICK, Office, Script, echo

from bot.conversations.messages import Turn, TurnResult
from bot.storage.database import Database

DEADLY = "chết"
DIED = 9


async def respond(turn: Turn) -> TurnResult:
    """Answer, or end the process as running out of memory does: at once, without cleaning up."""
    if turn.text == DEADLY:
        os._exit(DIED)
    return await echo(turn)


async def _main(url: str) -> None:
    office = Office(Database(url))
    async with office.serving(Script(respond), QUICK):
        await office.until_done()
    await office.database.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
