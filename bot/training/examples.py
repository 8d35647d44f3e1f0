"""The examples: the database is their source, files are its export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware, now
from bot.storage.database import Database
from bot.storage.training_tables import examples, nlu_state
from bot.training.example_text import accepted, key_of

TRAINING, EVALUATION = "training", "evaluation"
WRITTEN_BASIS = "câu do cán bộ soạn"


@dataclass(frozen=True, slots=True)
class Label:
    """What a text means: an aspect or dialogue act, and the procedure it names, if any."""

    intent: str
    procedure: str | None = None

    def stored(self) -> list[str | None]:
        """Return the form kept in the database."""
        return [self.intent, self.procedure]


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its meaning, and what it is used for."""

    id: int
    text: str
    key: str
    label: Label
    use: str
    """`training` or `evaluation`, never both: a text has one row."""
    held_back: bool
    pinned: bool
    position: int
    origin: str
    basis: str
    expires_on: date | None
    was_right: bool | None
    added_by: str
    added_at: datetime

    def stored(self) -> dict[str, Any]:
        """Return what the audit trail shows."""
        return {
            "text": self.text,
            "intent": self.label.intent,
            "procedure": self.label.procedure,
            "use": self.use,
            "pinned": self.pinned,
        }


@dataclass(frozen=True, slots=True)
class NewExample:
    """An example to be added."""

    text: str
    label: Label
    use: str = TRAINING
    held_back: bool = False
    pinned: bool = False
    origin: str = "written"
    basis: str = WRITTEN_BASIS
    expires_on: date | None = None
    was_right: bool | None = None
    conversation_id: str | None = None


class ExampleExists(ValueError):
    """The text is an example already; `found` is it."""

    def __init__(self, found: Example) -> None:
        super().__init__(f"Câu này đã có: {found.text}")
        self.found = found


class Examples:
    """Reads and changes the examples; changes run inside a transaction of the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, use: str | None = None) -> list[Example]:
        """Return examples in the order of their files."""
        query = select(examples).order_by(examples.c.intent, examples.c.position, examples.c.id)
        if use:
            query = query.where(examples.c.use == use)
        async with self._database.read() as connection:
            return [example_of(row) for row in await connection.execute(query)]

    async def find(
        self,
        *,
        intent: str = "",
        procedure: str = "",
        use: str = "",
        words: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[list[Example], int]:
        """Return a page of examples and how many there are in all."""
        where = [
            condition
            for given, condition in (
                (intent, examples.c.intent == intent),
                (procedure, examples.c.procedure == procedure),
                (use, examples.c.use == use),
                (words, examples.c.key.contains(key_of(words), autoescape=True)),
            )
            if given
        ]
        async with self._database.read() as connection:
            count = await connection.scalar(select(func.count()).select_from(examples).where(*where))
            rows = await connection.execute(
                select(examples).where(*where).order_by(examples.c.id.desc()).limit(limit).offset(offset)
            )
            return [example_of(row) for row in rows], int(count or 0)

    async def get(self, example_id: int) -> Example | None:
        """Return one example."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(examples).where(examples.c.id == example_id))).first()
        return example_of(row) if row else None

    async def texts(self, ids: Sequence[int]) -> dict[int, str]:
        """Return the texts of examples by id; deleted ones are missing."""
        query = select(examples.c.id, examples.c.text).where(examples.c.id.in_(list(ids)))
        async with self._database.read() as connection:
            return {row.id: row.text for row in await connection.execute(query)}

    async def with_keys(self, keys: Sequence[str]) -> dict[str, Example]:
        """Return the examples of these texts by key."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(examples).where(examples.c.key.in_(list(keys))))
            return {row.key: example_of(row) for row in rows}

    async def version(self) -> int:
        """Return a number that grows with each change."""
        async with self._database.read() as connection:
            return int(await connection.scalar(select(nlu_state.c.version)) or 0)

    async def counts(self) -> list[tuple[Label, str, int]]:
        """Return how many examples each label has, by use."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(examples.c.intent, examples.c.procedure, examples.c.use, func.count().label("number"))
                .group_by(examples.c.intent, examples.c.procedure, examples.c.use)
                .order_by(examples.c.intent)
            )
            return [(Label(row.intent, row.procedure), row.use, row.number) for row in rows]


async def add_example(connection: AsyncConnection, new: NewExample, who: str) -> Example:
    """Add one example.

    Raises:
        TextRefused: The text must not be kept.
        ExampleExists: The text is an example already.
    """
    text = accepted(new.text)
    found = (await connection.execute(select(examples).where(examples.c.key == key_of(text)))).first()
    if found:
        raise ExampleExists(example_of(found))
    position = await connection.scalar(
        select(func.coalesce(func.max(examples.c.position), 0)).where(examples.c.intent == new.label.intent)
    )
    values = {
        "text": text,
        "key": key_of(text),
        "intent": new.label.intent,
        "procedure": new.label.procedure,
        "use": new.use,
        "held_back": new.held_back,
        "pinned": new.pinned,
        "position": int(position or 0) + 1,
        "origin": new.origin,
        "basis": new.basis,
        "expires_on": new.expires_on,
        "was_right": new.was_right,
        "conversation_id": new.conversation_id,
        "added_by": who,
        "added_at": now(),
    }
    row = (await connection.execute(insert(examples).values(values).returning(examples))).one()
    await touch(connection)
    return example_of(row)


async def change_example(connection: AsyncConnection, example_id: int, **values: Any) -> Example | None:
    """Change columns of an example; a new label puts it at the end of its file.

    Raises:
        TextRefused: The new text must not be kept.
        ExampleExists: The new text is another example already.
    """
    if "text" in values:
        values["text"] = accepted(values["text"])
        values["key"] = key_of(values["text"])
        other = (
            await connection.execute(
                select(examples).where(examples.c.key == values["key"], examples.c.id != example_id)
            )
        ).first()
        if other:
            raise ExampleExists(example_of(other))
    changed = (
        await connection.execute(
            update(examples).where(examples.c.id == example_id).values(values).returning(examples)
        )
    ).first()
    await touch(connection)
    return example_of(changed) if changed else None


async def delete_examples(connection: AsyncConnection, ids: Sequence[int]) -> int:
    """Delete examples; return how many there were."""
    if not ids:
        return 0
    gone = await connection.execute(delete(examples).where(examples.c.id.in_(list(ids))))
    await touch(connection)
    return gone.rowcount


async def delete_expired(connection: AsyncConnection, today: date) -> int:
    """Delete examples whose time is over; return how many."""
    expired = await connection.scalars(select(examples.c.id).where(examples.c.expires_on < today))
    return await delete_examples(connection, list(expired))


async def allot(connection: AsyncConnection) -> int:
    """Move what has served as evaluation and is not held back into training; return how many."""
    moved = await connection.execute(
        update(examples).where(examples.c.use == EVALUATION, examples.c.held_back.is_(False)).values(use=TRAINING)
    )
    if moved.rowcount:
        await touch(connection)
    return moved.rowcount


async def touch(connection: AsyncConnection) -> None:
    """Note that the examples changed."""
    changed = await connection.execute(update(nlu_state).values(version=nlu_state.c.version + 1))
    if not changed.rowcount:
        await connection.execute(
            insert(nlu_state).values(id=1, version=1, synced_version=0, files_sha256="", base={})
        )


def example_of(row: Row[Any]) -> Example:
    """Return the example of a row."""
    return Example(
        row.id,
        row.text,
        row.key,
        Label(row.intent, row.procedure),
        row.use,
        row.held_back,
        row.pinned,
        row.position,
        row.origin,
        row.basis,
        row.expires_on,
        row.was_right,
        row.added_by,
        aware(row.added_at),
    )
