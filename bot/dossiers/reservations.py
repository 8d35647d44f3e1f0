"""Reserving tries at proof: all that come at the same time cost two statements, not two each."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import orjson
from sqlalchemy import text

from bot.clock import aware, now
from bot.storage.database import Database
from bot.storage.gathering import Gathering
from bot.storage.sqlite_thread import stored_moment

_COUNTED = """
ON CONFLICT (subject) DO UPDATE SET
    misses = CASE WHEN dossier_brakes.since < :long_ago OR dossier_brakes.until < :moment
        THEN excluded.misses ELSE dossier_brakes.misses + excluded.misses END,
    since = CASE WHEN dossier_brakes.since < :long_ago OR dossier_brakes.until < :moment
        THEN excluded.since ELSE dossier_brakes.since END,
    until = CASE WHEN dossier_brakes.since < :long_ago OR dossier_brakes.until < :moment
        THEN NULL ELSE dossier_brakes.until END
RETURNING subject, misses
"""
_CLOSE = "UPDATE dossier_brakes SET until = :until WHERE subject = :subject AND until IS NULL"

_CLOSED_SQLITE = """
SELECT subject, until FROM dossier_brakes
WHERE until > :moment AND subject IN (SELECT value FROM json_each(:subjects))
"""
_COUNT_SQLITE = (
    """
INSERT INTO dossier_brakes (subject, misses, since, until)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), :moment, NULL FROM json_each(:tries) WHERE true
"""
    + _COUNTED
)

_CLOSED_POSTGRESQL = text(
    "SELECT subject, until FROM dossier_brakes WHERE until > :moment AND subject = ANY(CAST(:subjects AS text[]))"
)
# In one order everywhere, so that two processes never wait for each other.
_COUNT_POSTGRESQL = text(
    """
INSERT INTO dossier_brakes (subject, misses, since, until)
SELECT subject, tries, :moment, NULL
FROM unnest(CAST(:subjects AS text[]), CAST(:numbers AS int[])) AS asked (subject, tries)
ORDER BY subject
"""
    + _COUNTED
)
_CLOSE_POSTGRESQL = text(_CLOSE)


@dataclass(frozen=True, slots=True)
class Closed:
    """A brake that stands in the way."""

    subject: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Try:
    """A try at proof: the brake of its code and the brake of its conversation."""

    code: str
    chat: str


class Reservations:
    """Counts each try before it is made, for all processes."""

    def __init__(self, database: Database, *, most: int, lock: timedelta) -> None:
        """Args: `most` tries at one code, then it is closed for `lock`."""
        self._database = database
        self._most = most
        self._lock = lock
        self._gathering = Gathering(self._reserve)

    async def reserve(self, one: Try) -> Closed | None:
        """Count a try, or return what closes its code or its conversation."""
        return await self._gathering.run(one)

    async def _reserve(self, tries: Sequence[Try]) -> list[Closed | None]:
        moment = now()
        if not self._database.is_postgresql:
            return await self._database.in_thread(partial(self._in_sqlite, tries, moment))
        async with self._database.write() as connection:
            asked = {"moment": moment, "subjects": _subjects(tries)}
            rows = await connection.execute(_CLOSED_POSTGRESQL, asked)
            closed = {row.subject: row.until for row in rows}
            wanted = sorted(_open(tries, closed).items())
            if not wanted:
                return self._judged(tries, closed, {}, moment)
            counted = await connection.execute(
                _COUNT_POSTGRESQL,
                {
                    "moment": moment,
                    "long_ago": moment - self._lock,
                    "subjects": [subject for subject, _ in wanted],
                    "numbers": [number for _, number in wanted],
                },
            )
            after = {row.subject: row.misses for row in counted}
            for subject in self._too_many(after):
                await connection.execute(_CLOSE_POSTGRESQL, {"subject": subject, "until": moment + self._lock})
        return self._judged(tries, closed, after, moment)

    def _in_sqlite(
        self, tries: Sequence[Try], moment: datetime, connection: sqlite3.Connection
    ) -> list[Closed | None]:
        asked = {"moment": stored_moment(moment), "subjects": orjson.dumps(_subjects(tries)).decode()}
        closed = {
            subject: aware(datetime.fromisoformat(until))
            for subject, until in connection.execute(_CLOSED_SQLITE, asked).fetchall()
        }
        wanted = list(_open(tries, closed).items())
        asked |= {"long_ago": stored_moment(moment - self._lock), "tries": orjson.dumps(wanted).decode()}
        after = dict(connection.execute(_COUNT_SQLITE, asked).fetchall())
        for subject in self._too_many(after):
            connection.execute(_CLOSE, {"subject": subject, "until": stored_moment(moment + self._lock)})
        return self._judged(tries, closed, after, moment)

    def _too_many(self, after: Mapping[str, int]) -> list[str]:
        return sorted(subject for subject, misses in after.items() if misses > self._most)

    def _judged(
        self, tries: Sequence[Try], closed: Mapping[str, datetime], after: Mapping[str, int], moment: datetime
    ) -> list[Closed | None]:
        """Return what stands in the way of each; of several at one code, the first ones are let through."""
        left = {code: self._most - after[code] + number for code, number in _open(tries, closed).items()}
        found: list[Closed | None] = []
        for one in tries:
            shut = next((subject for subject in (one.code, one.chat) if subject in closed), None)
            if shut is not None:
                found.append(Closed(shut, closed[shut]))
                continue
            left[one.code] -= 1
            found.append(None if left[one.code] >= 0 else Closed(one.code, moment + self._lock))
        return found


def _subjects(tries: Iterable[Try]) -> list[str]:
    return sorted({subject for one in tries for subject in (one.code, one.chat)})


def _open(tries: Iterable[Try], closed: Mapping[str, datetime]) -> Counter[str]:
    """Return how many tries at each code nothing stands in the way of."""
    return Counter(one.code for one in tries if one.code not in closed and one.chat not in closed)
