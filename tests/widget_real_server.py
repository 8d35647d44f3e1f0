"""`motcua up` with a throw-away state and the release that is already trained, for tests of the widget.

    .venv/bin/python tests/widget_real_server.py --port 8123 --state-dir /tmp/somewhere

Only the row of the release is taken over, no conversation. Without a release of the present data one is trained.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import sys
from datetime import datetime
from pathlib import Path

from bot.catalogue.live import project_catalogue
from bot.settings import PROJECT
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import releases
from bot.training.fingerprint import fingerprint

REGISTERS = (PROJECT / "var", PROJECT / ".pytest_cache" / "d" / "motcua-release")
COLUMNS = ("id", "archive", "sha256", "fingerprint", "state", "created_at")


def trained() -> dict[str, object] | None:
    """Return the row of a release of the present data whose archive is there."""
    wanted = fingerprint(PROJECT, project_catalogue().current)
    for register in REGISTERS:
        path = register / "motcua.db"
        if not path.exists():
            continue
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        query = f"SELECT {', '.join(COLUMNS)} FROM releases WHERE fingerprint = ?"
        try:
            rows = connection.execute(query, [wanted]).fetchall()
        except sqlite3.OperationalError:
            rows = []
        finally:
            connection.close()
        for row in rows:
            found = dict(zip(COLUMNS, row, strict=True))
            if (PROJECT / "models" / str(found["archive"])).exists():
                return found | {"state": "active", "created_at": datetime.fromisoformat(str(found["created_at"]))}
    return None


async def prepare(state_dir: Path) -> None:
    """Make the database, with the release in it."""
    database = Database(f"sqlite:///{state_dir / 'motcua.db'}")
    await migrate(database)
    row = trained()
    if row is not None:
        async with database.write() as connection:
            await connection.execute(releases.insert().values(row))
    await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(prepare(options.state_dir))
    os.environ["MOTCUA_STATE_DIR"] = str(options.state_dir)
    os.environ.pop("MOTCUA_DATABASE", None)
    os.execv(sys.executable, [sys.executable, "-m", "bot.cli", "up", "--port", options.port])
