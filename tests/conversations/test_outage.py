"""PostgreSQL goes away and comes back: turns are repeated, replies are not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg
import pytest
from core_support import Gate, Office, Script, echo, message, until
from sqlalchemy import make_url, select
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations.messages import Turn, TurnResult
from bot.storage.database import Database, is_passing
from bot.storage.tables import inbox

OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def _terminate_everybody(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(OTHERS)  # type: ignore[arg-type]


async def test_a_turn_whose_connections_die_is_answered_once(
    postgresql_office: Office, postgresql_url: str
) -> None:
    gate = Gate()
    engine = Script(gate)
    async with postgresql_office.serving(engine):
        await postgresql_office.say("hỏi")
        await gate.wait()
        await asyncio.to_thread(_terminate_everybody, postgresql_url)
        gate.open.set()
        await postgresql_office.until_done()
    assert 1 <= len(engine.turns) <= 2, "a turn holds no connection; its end may meet a dead one"
    assert await postgresql_office.replies() == ["nghe hỏi"]
    assert [row.attempts for row in await postgresql_office.all(inbox)] == [1]


async def test_connections_that_die_again_and_again_lose_and_double_nothing(
    postgresql_office: Office, postgresql_url: str
) -> None:
    async def slow(turn: Turn) -> TurnResult:
        await asyncio.sleep(0.005)
        return await echo(turn)

    office = postgresql_office
    async with office.serving(Script(slow)):

        async def citizen(address: str) -> None:
            for n in range(8):
                await _say_until_accepted(office, f"{address}.{n}", address)

        async def troublemaker() -> None:
            for _ in range(8):
                await asyncio.sleep(0.05)
                await asyncio.to_thread(_terminate_everybody, postgresql_url)

        await asyncio.gather(troublemaker(), *(citizen(f"p{n}") for n in range(6)))
        # A last stroke may fall in here as well.
        await until(lambda: _nothing_waits(office))
    # The connections of the pool are dead.
    await office.database.engine.dispose()
    for number in range(6):
        conversation_id = await office.inbox.open("web", f"p{number}")
        assert await office.replies(conversation_id) == [f"nghe p{number}.{n}" for n in range(8)]


async def _nothing_waits(office: Office) -> bool:
    with contextlib.suppress(SQLAlchemyError):
        return not await office.all(select(inbox.c.id).where(inbox.c.status == "pending").limit(1))
    return False


async def _say_until_accepted(office: Office, text: str, address: str) -> None:
    accepted = None
    while accepted is None:
        try:
            accepted = await office.say(text, address=address, message_id=text)
        except SQLAlchemyError as error:
            if not is_passing(error):
                raise


@dataclass
class Cable:
    """A cable to PostgreSQL that can be pulled, or die without a word."""

    host: str
    port: int
    is_pulled: bool = False
    is_silent: bool = False
    loses_answers: bool = False
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def plugged_in(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            self.pull()
            await asyncio.sleep(0)

    def pull(self) -> None:
        self.is_pulled = True
        for writer in list(self._open):
            writer.transport.abort()

    def plug_in(self) -> None:
        self.is_pulled = self.is_silent = self.loses_answers = False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_pulled:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self.host, self.port)
        self._open |= {writer, far_writer}
        with contextlib.suppress(OSError):
            await asyncio.gather(
                self._pass_on(reader, far_writer), self._pass_on(far_reader, writer, are_answers=True)
            )
        self._open -= {writer, far_writer}

    def _holds_back(self, are_answers: bool) -> bool:
        return self.is_silent or (are_answers and self.loses_answers and not self.is_pulled)

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, are_answers: bool = False
    ) -> None:
        try:
            while data := await reader.read(65536):
                await until(lambda: _is(not self._holds_back(are_answers)), seconds=60)
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def _behind_a_cable(url: str) -> AsyncIterator[tuple[Office, Cable]]:
    address = make_url(url)
    cable = Cable(str(address.host), int(address.port or 5432))
    async with cable.plugged_in() as port:
        database = Database(str(address.set(port=port)))
        yield Office(database), cable
        await database.close()


async def test_while_the_database_is_away_nothing_is_accepted_and_afterwards_nothing_is_missing(
    postgresql_office: Office, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.conversations.wakeups.RECONNECT_SECONDS", 0.05)
    gate = Gate()
    async with _behind_a_cable(postgresql_url) as (office, cable), office.serving(Script(gate)):
        assert await office.database.is_reachable()
        await office.say("một")
        await office.say("hai")
        await gate.wait()
        cable.pull()
        assert not await office.database.is_reachable()
        with pytest.raises(SQLAlchemyError):
            await office.say("ba", message_id="3")
        gate.open.set()
        await until(lambda: _is(not office_is_busy(office)))
        cable.plug_in()
        assert await office.database.is_reachable()
        receipt = await office.say("ba", message_id="3")
        assert not receipt.duplicate
        await office.until_done()
    assert await postgresql_office.replies() == ["nghe một", "nghe hai", "nghe ba"]


def office_is_busy(office: Office) -> bool:
    return any("_serve(" in repr(task.get_coro()) for task in asyncio.all_tasks())


async def _is(condition: bool) -> bool:
    return condition


async def test_a_silent_database_is_noticed_within_seconds(postgresql_office: Office, postgresql_url: str) -> None:
    async with _behind_a_cable(postgresql_url) as (office, cable):
        assert await office.database.is_reachable()
        cable.is_silent = True
        started = asyncio.get_running_loop().time()
        for _ in range(3):
            assert not await office.database.is_reachable()
        assert asyncio.get_running_loop().time() - started < 5
        # However often one asks, only one connection hangs.
        assert office.database.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
        cable.is_silent = False
        await until(office.database.is_reachable)


async def test_a_receipt_that_got_lost_is_given_again(postgresql_office: Office, postgresql_url: str) -> None:
    """The commit arrives, its confirmation does not: sending again finds the message."""
    async with _behind_a_cable(postgresql_url) as (office, cable):
        conversation_id = await office.inbox.open("web", "a")
        cable.loses_answers = True
        saying = asyncio.create_task(office.inbox.accept(message("hỏi", message_id="1"), conversation_id))
        await until(lambda: _is_stored(postgresql_office))
        cable.pull()
        with pytest.raises(SQLAlchemyError):
            await saying
        cable.plug_in()
        receipt = await office.say("hỏi", message_id="1")
    assert receipt.duplicate
    assert len(await postgresql_office.all(inbox)) == 1


async def _is_stored(office: Office) -> bool:
    return bool(await office.all(inbox))
