"""The database of the sandbox, a SQLite file of its own."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bot.sandbox.scenarios import VIETNAM, Record, records

_SCHEMA = """
CREATE TABLE IF NOT EXISTS dossiers (
  code TEXT PRIMARY KEY, content TEXT NOT NULL, received REAL NOT NULL, is_live INTEGER NOT NULL,
  skipped REAL NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS seeded (day TEXT PRIMARY KEY);
"""
KEPT_SECONDS = 60 * 86_400
NAMES = (
    "Mới đăng ký", "Được tiếp nhận", "Không được tiếp nhận", "Đang xử lý", "Yêu cầu bổ sung giấy tờ",
    "Yêu cầu thực hiện nghĩa vụ tài chính", "Công dân yêu cầu rút hồ sơ", "Dừng xử lý", "Đã xử lý xong",
    "Đã trả kết quả",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Present:
    """A dossier as it stands now."""

    record: Record
    status: int
    since: datetime
    """From when on it has this status."""

    @property
    def done(self) -> datetime | None:
        """When the result was ready."""
        return self.since if self.status in (9, 10) else None


class Store:
    """Dossiers that move with time."""

    def __init__(self, path: str | Path, clock: Callable[[], float] = time.time) -> None:
        """Args: `path` of the file, or `:memory:`; `clock` in seconds since 1970."""
        self._clock = clock
        self._started = clock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.executescript(_SCHEMA)
        self._seed(is_first=True)

    def find(self, code: str) -> Present | None:
        """Return a dossier by its exact code."""
        row = self._connection.execute("SELECT content, skipped FROM dossiers WHERE code = ?", [code]).fetchone()
        return self._present(*row) if row else None

    def all(self) -> list[Present]:
        """Return all dossiers, the moving ones first, then the latest."""
        self._seed()
        rows = self._connection.execute(
            "SELECT content, skipped FROM dossiers ORDER BY is_live DESC, received DESC, code"
        ).fetchall()
        return [self._present(*row) for row in rows]

    def add(self, record: Record) -> None:
        """Add a dossier or replace it."""
        content = {**asdict(record), "received": record.received.timestamp(), "due": record.due.timestamp()}
        self._connection.execute(
            "INSERT OR REPLACE INTO dossiers (code, content, received, is_live) VALUES (?, ?, ?, ?)",
            [record.code, json.dumps(content), record.received.timestamp(), int(record.is_live)],
        )

    def advance(self, code: str) -> bool:
        """Let a dossier take its next step now; say whether there was one."""
        found = self.find(code)
        if found is None:
            return False
        age = self._clock() - found.record.received.timestamp()
        skipped = self._connection.execute("SELECT skipped FROM dossiers WHERE code = ?", [code]).fetchone()[0]
        ahead = [seconds for seconds, _ in found.record.steps if seconds > age + skipped]
        if not ahead:
            return False
        self._connection.execute("UPDATE dossiers SET skipped = ? WHERE code = ?", [ahead[0] - age, code])
        return True

    def restart(self) -> None:
        """Let the moving dossiers begin again, and forget all steps taken by hand."""
        self._started = self._clock()
        self._connection.execute("UPDATE dossiers SET skipped = 0")
        self._connection.execute("DELETE FROM seeded")
        self._seed()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _seed(self, *, is_first: bool = False) -> None:
        """Add the dossiers of today, and of the days before when there are none yet."""
        today = datetime.fromtimestamp(self._clock(), VIETNAM).date()
        seeded = self._connection.execute("SELECT 1 FROM seeded WHERE day = ?", [str(today)]).fetchone()
        if seeded and not is_first:
            return
        known = {row[0] for row in self._connection.execute("SELECT code FROM dossiers WHERE is_live = 0")}
        self._connection.execute("BEGIN")
        self._connection.execute(
            "DELETE FROM dossiers WHERE is_live OR received < ?", [self._clock() - KEPT_SECONDS]
        )
        for record in records(today, datetime.fromtimestamp(self._started, VIETNAM)):
            if record.code not in known:
                self.add(record)
        self._connection.execute("INSERT OR IGNORE INTO seeded VALUES (?)", [str(today)])
        self._connection.execute("COMMIT")

    def _present(self, content: str, skipped: float) -> Present:
        values = json.loads(content)
        received = datetime.fromtimestamp(values.pop("received"), VIETNAM)
        due = datetime.fromtimestamp(values.pop("due"), VIETNAM)
        steps = tuple((seconds, status) for seconds, status in values.pop("steps"))
        record = Record(**values, steps=steps, received=received, due=due)
        age = self._clock() - received.timestamp() + skipped
        seconds, status = [step for step in steps if step[0] <= max(age, 0)][-1]
        since = datetime.fromtimestamp(received.timestamp() + max(0.0, seconds - skipped), VIETNAM)
        return Present(record, status, since)
