from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from core_support import Office, Script, message

from bot.conversations.messages import ConversationId
from bot.conversations.transcript import last_seq, read_lines

MESSAGES = 40


async def test_a_conversation_reads_in_order_of_its_numbers(office: Office) -> None:
    async with office.serving(Script()):
        for text in ("một", "hai"):
            receipt = await office.say(text)
            await office.until_done()
    lines = await read_lines(office.database, receipt.conversation_id)
    assert [(line.seq, line.author, line.text) for line in lines] == [
        (1, "citizen", "một"),
        (2, "bot", "nghe một"),
        (3, "citizen", "hai"),
        (4, "bot", "nghe hai"),
    ]
    assert all(line.at.tzinfo is not None for line in lines)
    assert [line.body is None for line in lines] == [True, False, True, False]
    assert [line.platform_message_id is None for line in lines] == [False, True, False, True]


async def test_reading_goes_on_from_any_number_and_stops_at_the_limit(office: Office) -> None:
    for n in range(5):
        receipt = await office.say(f"{n}")
    lines = await read_lines(office.database, receipt.conversation_id, after=1, limit=3)
    assert [line.seq for line in lines] == [2, 3, 4]


async def test_a_conversation_shows_nothing_of_another(office: Office) -> None:
    await office.say("bí mật", address="a")
    receipt = await office.say("chào", address="b")
    lines = await read_lines(office.database, receipt.conversation_id)
    assert [line.text for line in lines] == ["chào"]


async def test_the_last_number_is_known(office: Office) -> None:
    receipt = await office.say("chào")
    assert await last_seq(office.database, receipt.conversation_id) == 1
    assert await last_seq(office.database, ConversationId("c_nobody")) is None


async def test_a_reader_misses_nothing_while_many_write(office: Office) -> None:
    """Whoever asks for what is above the last number seen gets every number once."""
    conversation_id = await office.inbox.open("web", "a")
    async with AsyncExitStack() as stack:
        writers = [office]
        if office.database.is_postgresql:
            writers += [await stack.enter_async_context(office.colleague()) for _ in range(2)]
        for writer in writers:
            await stack.enter_async_context(writer.serving(Script()))
        readers = [asyncio.create_task(_read_all(office, conversation_id)) for _ in range(3)]
        sent = (writers[n % len(writers)].inbox.accept(message(f"{n}"), conversation_id) for n in range(MESSAGES))
        await asyncio.gather(*sent)
        for seen in await asyncio.gather(*readers):
            assert seen == list(range(1, 2 * MESSAGES + 1))


async def _read_all(office: Office, conversation_id: ConversationId) -> list[int]:
    seen: list[int] = []
    async with asyncio.timeout(30):
        while len(seen) < 2 * MESSAGES:
            # No pause: the more often it reads, the likelier it meets a half-written moment.
            seen += [
                line.seq
                for line in await read_lines(
                    office.database, conversation_id, after=seen[-1] if seen else 0, limit=7
                )
            ]
    return seen
