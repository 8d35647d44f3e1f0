"""How often PostgreSQL is asked until an officer's answer is ready for the citizen.

On SQLite there is no way to the database, so only PostgreSQL counts.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from desk_support import DeskOffice
from floor_support import LAN, emptied, floor
from round_trips import counted
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.channels.telegram.parse import read_update
from bot.conversations.wakeups import Wakeups
from bot.handoff.settings import DeskSettings
from bot.storage.database import Database
from bot.storage.handoff_tables import officer_lines
from bot.storage.tables import conversations, metadata
from bot.storage.together import Together

BEGIN_LOCK_WRITE_COMMIT = 4
WHO_AND_WHICH_TOPIC = 2


@pytest.fixture
def url(postgresql_url: str) -> str:
    return postgresql_url


@pytest.mark.parametrize("channel", ["web", "telegram", "zalo"])
async def test_an_answer_is_one_look_and_one_writing(at_desk: DeskOffice, channel: str) -> None:
    desk = DeskOffice(at_desk.office, at_desk.clock, DeskSettings(places=("telegram",)))
    lan = await desk.officer()
    async with desk.serving():
        handoff = await desk.talk(lan, channel=channel)
    with counted(desk.office.database) as first:
        await desk.handoffs.desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
    with counted(desk.office.database) as following:
        await desk.handoffs.desk.answer(handoff.id, lan, "Anh/chị nộp tại phường.", origin="2")
    assert (first.count, following.count) == (BEGIN_LOCK_WRITE_COMMIT,) * 2, f"{first}\n\n{following}"


async def test_the_first_answer_that_also_takes_the_talk_is_not_far_behind(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer()
    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
    with counted(at_desk.office.database) as trips:
        await at_desk.handoffs.desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
    # The change of state and the number of the line are compared, each by itself.
    assert trips.count <= BEGIN_LOCK_WRITE_COMMIT + 5, str(trips)


async def test_an_answer_from_a_topic(tmp_path: Path, url: str) -> None:
    await emptied(url)
    async with floor(tmp_path, url) as running:
        await running.lists()
        _, thread = await running.talks()
        running.group.says(LAN, thread, "Chào anh/chị.")
        await running.quiet()
        for task in running.tasks:
            task.cancel()
        await asyncio.gather(*running.tasks, return_exceptions=True)
        message = {
            "message_id": 900_000,
            "date": 1,
            "chat": running.group.chat.shown(),
            "from": {"id": LAN, "is_bot": False, "first_name": "Lan"},
            "message_thread_id": thread,
            "is_topic_message": True,
            "text": "Anh/chị nộp tại phường.",
        }
        content = {"update_id": 900_000, "message": message}
        with counted(running.database) as trips:
            await running.place.updates.take(read_update(content), content)
        assert trips.count == WHO_AND_WHICH_TOPIC + BEGIN_LOCK_WRITE_COMMIT, str(trips)


class TestSameEventTwice:
    async def test_at_several_processes_at_once_is_one_line(self, at_desk: DeskOffice) -> None:
        lan = await at_desk.officer()
        async with at_desk.serving():
            handoff = await at_desk.talk(lan)
        desk = at_desk.handoffs.desk
        for number in range(5):
            calls = [desk.answer(handoff.id, lan, "Chào anh/chị.", origin=f"{number}") for _ in range(6)]
            sent = await asyncio.gather(*calls)
            assert len({one.seq for one in sent}) == 1
            assert sum(one.is_new for one in sent) == 1
        assert len(await at_desk.office.all(officer_lines)) == 5
        assert (await at_desk.said()).count("Chào anh/chị.") == 5

    async def test_while_the_talk_ends_it_is_still_known(self, at_desk: DeskOffice) -> None:
        lan = await at_desk.officer()
        async with at_desk.serving():
            handoff = await at_desk.talk(lan)
        desk = at_desk.handoffs.desk
        first = await desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
        await desk.finish(handoff.id, lan)
        again = await desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
        assert (again.seq, again.is_new) == (first.seq, False)


async def test_what_is_written_together_is_written_or_not_at_all(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
    moment = func.clock_timestamp()
    values = {"channel": "web", "created_at": moment, "last_message_at": moment}

    async def insert(*addresses: str) -> None:
        async with database.write() as connection:
            together = Together(connection)
            for address in addresses:
                await together.execute(conversations.insert().values(id=address, address=address, **values))
            await together.write()

    with pytest.raises(IntegrityError):
        await insert("a", "b", "a")
    async with database.write() as connection:
        together = Together(connection)
        await together.write()
        await together.execute(conversations.insert().values(id="c", address="c", **values))
        await Wakeups(database).announce_reply(together, "c")
        with counted(database) as trips:
            await together.write()
        assert trips.count == 1
        assert list(await connection.scalars(select(conversations.c.id))) == ["c"]
        with pytest.raises(TypeError):
            await together.execute(func.now())  # type: ignore[arg-type]
    await database.close()
