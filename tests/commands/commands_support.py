"""Writing into the register of a state folder."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from pathlib import Path

from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import releases
from bot.training.releases import Release


def register(state_dir: Path, release: Release, **changes: str) -> None:
    """Write a release into the register of a state folder."""

    async def write() -> None:
        database = Database(f"sqlite:///{state_dir / 'motcua.db'}")
        await migrate(database)
        async with database.write() as connection:
            row = replace(release, state="active")
            await connection.execute(releases.insert().values({**asdict(row), **changes}))
        await database.close()

    asyncio.run(write())
