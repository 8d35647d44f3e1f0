"""Giving the order to reload, and collecting what the running processes answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select

from bot.catalogue.following import CHECK_SECONDS, GONE_AFTER
from bot.clock import aware, now
from bot.storage.catalogue_tables import catalogue_orders, catalogue_processes
from bot.storage.database import Database

ANSWER_WITHIN_SECONDS = 4 * CHECK_SECONDS
LOOK_EVERY_SECONDS = 0.3


class Reply(StrEnum):
    """What a running process did about the order."""

    TAKEN = "taken"
    REFUSED = "refused"
    OTHER_FILES = "other_files"
    """It loaded again, but its files are not those that were checked."""
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class ProcessReply:
    """The answer of one process."""

    process: str
    reply: Reply
    procedures: int
    imported: int
    problem: str | None = None


async def order_reload(
    database: Database, digest: str, places_digest: str, within_seconds: float = ANSWER_WITHIN_SECONDS
) -> list[ProcessReply]:
    """Tell all running processes to load the catalogue and places again; return what each answered.

    Args:
        database: The one the processes use.
        digest: Of the catalogue files that were checked.
        places_digest: Of the places files that were checked.
        within_seconds: How long to wait for answers.
    """
    async with database.write() as connection:
        values = {"digest": digest, "requested_at": now()}
        done = await connection.execute(insert(catalogue_orders).values(values))
        order = int(done.inserted_primary_key[0])  # type: ignore[index]
    deadline = asyncio.get_running_loop().time() + within_seconds
    while True:
        replies = await _replies(database, order, digest, places_digest)
        is_late = asyncio.get_running_loop().time() >= deadline
        if is_late or all(reply.reply is not Reply.SILENT for reply in replies):
            return replies
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _replies(database: Database, order: int, digest: str, places_digest: str) -> list[ProcessReply]:
    table = catalogue_processes
    async with database.read() as connection:
        rows = (await connection.execute(select(table).order_by(table.c.started_at))).all()
    oldest = now() - GONE_AFTER
    replies = []
    for row in rows:
        if aware(row.seen_at) < oldest:
            continue
        replies.append(_reply(row, order, digest, places_digest))
    return replies


def _reply(row: Row[Any], order: int, digest: str, places_digest: str) -> ProcessReply:
    if row.order_id < order:
        reply = Reply.SILENT
    elif row.problem:
        reply = Reply.REFUSED
    elif (row.digest, row.places_digest) != (digest, places_digest):
        reply = Reply.OTHER_FILES
    else:
        reply = Reply.TAKEN
    return ProcessReply(row.id, reply, row.procedures, row.imported, row.problem)
