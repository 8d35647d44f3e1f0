"""Child: migrate a database and make the trained archive its active release.

Usage: python -m benchmarks.register DATABASE RELEASE (JSON of `train_once`)
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.releases import Releases


async def _register(address: str, release: dict[str, Any]) -> None:
    database = Database(address)
    try:
        await migrate(database)
        releases = Releases(database)
        await releases.register("bench", release["archive"], release["sha256"], release["fingerprint"])
        await releases.activate("bench")
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(_register(sys.argv[1], json.loads(sys.argv[2])))
    print("{}")
