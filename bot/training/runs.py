"""Training runs as rows: asked for, claimed by one process, followed by everybody, cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.clock import aware, now
from bot.storage.database import Database
from bot.storage.training_tables import training_runs

LOST_AFTER = timedelta(seconds=45)
"""Without a sign of life for so long, the process that ran it is gone."""
BUSY = ("training", "gating")
STATE_WORDS = {
    "waiting": "đang chờ",
    "training": "đang huấn luyện",
    "gating": "đang chấm",
    "green": "đạt",
    "red": "không đạt",
    "failed": "lỗi",
    "cancelled": "đã huỷ",
    "skipped": "không có gì mới",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One training with its gate."""

    id: int
    state: str
    who: str
    requested_at: datetime
    start_after: datetime
    repeat_daily: bool
    cancel: bool
    done: int
    total: int
    what: str
    message: str
    release_id: str | None
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state not in ("waiting", *BUSY)


class Runs:
    """Reads and changes the runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def request(self, who: str, start_after: datetime | None = None, *, repeat_daily: bool = False) -> int:
        """Ask for a training, now or later; one that already waits for the same time is not doubled."""
        moment = start_after or now()
        async with self._database.write() as connection:
            waiting = await connection.scalar(
                select(training_runs.c.id).where(
                    training_runs.c.state == "waiting", training_runs.c.start_after <= moment
                )
            )
            if waiting is not None and not repeat_daily:
                return int(waiting)
            found = await connection.scalar(
                insert(training_runs)
                .values(
                    state="waiting",
                    who=who,
                    requested_at=now(),
                    start_after=moment,
                    repeat_daily=repeat_daily,
                    cancel=False,
                    what="",
                    message="",
                )
                .returning(training_runs.c.id)
            )
        return int(found or 0)

    async def newest(self, limit: int = 20) -> list[Run]:
        """Return the newest runs."""
        async with self._database.read() as connection:
            query = select(training_runs).order_by(training_runs.c.id.desc()).limit(limit)
            return [_run(row) for row in await connection.execute(query)]

    async def get(self, run_id: int) -> Run | None:
        """Return one run."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(training_runs).where(training_runs.c.id == run_id))).first()
        return _run(row) if row else None

    async def claim(self) -> Run | None:
        """Take the run whose turn it is, if none is busy; runs of lost processes are given up first."""
        async with self._database.write() as connection:
            lost = (
                await connection.execute(
                    update(training_runs)
                    .where(training_runs.c.state.in_(BUSY), training_runs.c.alive_at < now() - LOST_AFTER)
                    .values(state="failed", finished_at=now(), message="Tiến trình huấn luyện đã dừng giữa chừng.")
                    .returning(training_runs)
                )
            ).all()
            for row in lost:
                await _repeat(connection, _run(row))
            if await connection.scalar(select(training_runs.c.id).where(training_runs.c.state.in_(BUSY)).limit(1)):
                return None
            query = (
                select(training_runs)
                .where(training_runs.c.state == "waiting", training_runs.c.start_after <= now())
                .order_by(training_runs.c.start_after, training_runs.c.id)
                .limit(1)
            )
            if self._database.is_postgresql:
                query = query.with_for_update(skip_locked=True)
            row = (await connection.execute(query)).first()
            if row is None:
                return None
            await connection.execute(
                update(training_runs)
                .where(training_runs.c.id == row.id)
                .values(state="training", started_at=now(), alive_at=now(), what="chuẩn bị dữ liệu")
            )
        return _run(row)

    async def report(self, run_id: int, **values: Any) -> bool:
        """Write progress and a sign of life; say whether somebody wants the run cancelled."""
        async with self._database.write() as connection:
            cancel = await connection.scalar(
                update(training_runs)
                .where(training_runs.c.id == run_id)
                .values(alive_at=now(), **values)
                .returning(training_runs.c.cancel)
            )
        return bool(cancel)

    async def finish(self, run: Run, state: str, message: str = "", **values: Any) -> None:
        """End a run; a daily one is asked for again."""
        async with self._database.write() as connection:
            await connection.execute(
                update(training_runs)
                .where(training_runs.c.id == run.id)
                .values(state=state, message=message[-2000:], finished_at=now(), **values)
            )
            await _repeat(connection, run)

    async def cancel(self, run_id: int) -> bool:
        """Cancel a run: at once when it waits, within seconds when it is busy; False when it is over."""
        async with self._database.write() as connection:
            ended = await connection.execute(
                update(training_runs)
                .where(training_runs.c.id == run_id, training_runs.c.state == "waiting")
                .values(state="cancelled", finished_at=now())
            )
            marked = await connection.execute(
                update(training_runs)
                .where(training_runs.c.id == run_id, training_runs.c.state.in_(BUSY))
                .values(cancel=True)
            )
        return bool(ended.rowcount or marked.rowcount)


async def _repeat(connection: Any, run: Run) -> None:
    if not run.repeat_daily:
        return
    following = run.start_after
    while following <= now():
        following += timedelta(days=1)
    await connection.execute(
        insert(training_runs).values(
            state="waiting",
            who=run.who,
            requested_at=now(),
            start_after=following,
            repeat_daily=True,
            cancel=False,
            what="",
            message="",
        )
    )


def _run(row: Row[Any]) -> Run:
    return Run(
        row.id,
        row.state,
        row.who,
        aware(row.requested_at),
        aware(row.start_after),
        row.repeat_daily,
        row.cancel,
        row.done,
        row.total,
        row.what,
        row.message,
        row.release_id,
        aware(row.started_at) if row.started_at else None,
        aware(row.finished_at) if row.finished_at else None,
    )
