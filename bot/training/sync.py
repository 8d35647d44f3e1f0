"""Keeping the examples of the database and the files under `data/nlu` together.

Both sides are compared with what they were at the last sync, so a line that only one side changed
follows that side. A text that both sides changed differently is a conflict and stays as it is on
both until somebody says which side wins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.storage.database import Database
from bot.storage.training_tables import examples, nlu_state
from bot.training.example_files import FileExample, folder_digest, read_folder, write_folder
from bot.training.example_text import key_of
from bot.training.examples import EVALUATION, TRAINING, WRITTEN_BASIS, Label, example_of

WHO = "đồng bộ tệp"


class Side(StrEnum):
    """Which side wins a conflict."""

    FILES = "files"
    DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One text that means something else in the files and in the database; None: not there."""

    text: str
    in_files: Label | None
    in_database: Label | None


@dataclass(slots=True)
class SyncReport:
    """What a sync did."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    written: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


async def sync_from_files(database: Database, folder: Path, prefer: Side | None = None) -> SyncReport:
    """Take over what changed in the files since the last sync.

    Args:
        database: Where the examples live.
        folder: `data/nlu`.
        prefer: Who wins conflicts; without it they are only reported.

    Raises:
        BadFile: A file cannot be read; nothing is changed.
    """
    digest = await asyncio.to_thread(folder_digest, folder)
    async with database.read() as connection:
        state = (await connection.execute(select(nlu_state))).first()
    if state and state.files_sha256 == digest:
        return SyncReport()
    files = {key_of(e.text): e for e in reversed(await asyncio.to_thread(read_folder, folder))}
    files = dict(reversed(files.items()))
    async with database.write() as connection:
        return await _merge(connection, files, digest, prefer)


async def sync_to_files(database: Database, folder: Path, prefer: Side | None = None) -> SyncReport:
    """Merge both ways, then write the files as the database has them; a conflict stops the writing."""
    report = await sync_from_files(database, folder, prefer)
    if report.conflicts and prefer is None:
        return report
    async with database.write() as connection:
        taught = await training_examples(connection)
        report.written = await asyncio.to_thread(write_folder, folder, taught)
        digest = await asyncio.to_thread(folder_digest, folder)
        version = await connection.scalar(select(nlu_state.c.version))
        base = {key_of(e.text): e.label.stored() for e in taught}
        await connection.execute(update(nlu_state).values(synced_version=version, files_sha256=digest, base=base))
    return report


async def training_examples(connection: AsyncConnection) -> list[FileExample]:
    """Return what is taught, in the order of the files."""
    rows = await connection.execute(
        select(examples.c.text, examples.c.intent, examples.c.procedure)
        .where(examples.c.use == TRAINING)
        .order_by(examples.c.intent, examples.c.position, examples.c.id)
    )
    return [FileExample(row.text, Label(row.intent, row.procedure)) for row in rows]


async def _merge(
    connection: AsyncConnection, files: Mapping[str, FileExample], digest: str, prefer: Side | None
) -> SyncReport:
    state = (await connection.execute(select(nlu_state))).first()
    base = {key: Label(*label) for key, label in (state.base if state else {}).items()}
    stored = {row.key: example_of(row) for row in await connection.execute(select(examples))}
    report = SyncReport()
    add: list[dict[str, object]] = []
    remove: list[int] = []
    for position, key in enumerate([*files, *(key for key in base if key not in files)]):
        before, given, here = base.get(key), files.get(key), stored.get(key)
        label_here = here.label if here and here.use == TRAINING else None
        wanted = given.label if given else None
        if wanted in (before, label_here):
            continue
        both_changed = label_here != before or (here is not None and here.use == EVALUATION)
        if both_changed and prefer is not Side.FILES:
            if prefer is None:
                text = given.text if given else here.text if here else key
                report.conflicts.append(Conflict(text, wanted, here.label if here else None))
            continue
        if given is None:
            remove += [here.id] if here else []
        elif here:
            await connection.execute(
                update(examples)
                .where(examples.c.id == here.id)
                .values(intent=given.label.intent, procedure=given.label.procedure, use=TRAINING)
            )
            report.changed += 1
        else:
            add.append(_row(given, key, position))
    for start in range(0, len(add), 500):
        await connection.execute(insert(examples), add[start : start + 500])
    if remove:
        await connection.execute(delete(examples).where(examples.c.id.in_(remove)))
    report.added, report.removed = len(add), len(remove)
    taught = {key_of(e.text): e.label for e in await training_examples(connection)}
    same = taught == {key: e.label for key, e in files.items()}
    await _note(connection, files, digest, report, same=same)
    return report


def _row(example: FileExample, key: str, position: int) -> dict[str, object]:
    return {
        "text": example.text,
        "key": key,
        "intent": example.label.intent,
        "procedure": example.label.procedure,
        "use": TRAINING,
        "held_back": False,
        "pinned": False,
        "position": position,
        "origin": "file",
        "basis": WRITTEN_BASIS,
        "added_by": WHO,
        "added_at": now(),
    }


async def _note(
    connection: AsyncConnection, files: Mapping[str, FileExample], digest: str, report: SyncReport, *, same: bool
) -> None:
    version = int(await connection.scalar(select(nlu_state.c.version)) or 0) + 1
    conflicted = {key_of(conflict.text) for conflict in report.conflicts}
    state = await connection.scalar(select(nlu_state.c.base)) or {}
    base = {key: e.label.stored() for key, e in files.items() if key not in conflicted}
    base |= {key: state[key] for key in conflicted if key in state}
    values = {
        "version": version,
        "synced_version": version if same else 0,
        # With conflicts the files are looked at again next time.
        "files_sha256": "" if report.conflicts else digest,
        "base": base,
    }
    changed = await connection.execute(update(nlu_state).values(values))
    if not changed.rowcount:
        await connection.execute(insert(nlu_state).values(id=1, **values))
