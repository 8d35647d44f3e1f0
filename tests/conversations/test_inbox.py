from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from core_support import Office, message
from sqlalchemy import text as sql

from bot.conversations.inbox import TEXT_LIMIT, OriginalTexts, UnknownConversation
from bot.conversations.messages import ConversationId
from bot.storage.tables import conversations, inbox

PERSONAL = "số căn cước của tôi là 022190001234, điện thoại 0912345678"


async def test_a_repeated_delivery_gets_the_first_receipt(office: Office) -> None:
    first = await office.inbox.accept(message("xin chào", message_id="1"))
    second = await office.inbox.accept(message("xin chào", message_id="1"))
    assert (second.conversation_id, second.inbox_id, second.seq) == (
        first.conversation_id,
        first.inbox_id,
        first.seq,
    )
    assert (first.duplicate, second.duplicate) == (False, True)
    assert len(await office.all(inbox)) == 1


async def test_concurrent_deliveries_of_one_message_are_stored_once(office: Office) -> None:
    sent = [office.inbox.accept(message("xin chào", message_id="1")) for _ in range(20)]
    receipts = await asyncio.gather(*sent)
    assert sorted(receipt.duplicate for receipt in receipts) == [False] + [True] * 19
    assert len({(receipt.inbox_id, receipt.seq) for receipt in receipts}) == 1
    assert len(await office.all(inbox)) == 1
    assert len(await office.all(conversations)) == 1


async def test_processes_that_get_the_same_delivery_store_it_once(postgresql_office: Office) -> None:
    office = postgresql_office
    async with office.colleague() as colleague:
        sent = [
            each.inbox.accept(message("chào", address=f"a{n}", message_id=f"{n}"))
            for n in range(20)
            for each in (office, colleague, office)
        ]
        receipts = await asyncio.gather(*sent)
    assert sum(not receipt.duplicate for receipt in receipts) == 20
    assert len(await office.all(inbox)) == len(await office.all(conversations)) == 20


async def test_whoever_opens_a_conversation_at_the_same_time_gets_the_one_that_exists(office: Office) -> None:
    for number in range(5):
        opened = await asyncio.gather(*(office.inbox.open("web", f"a{number}") for _ in range(8)))
        rows = await office.all(conversations.select().where(conversations.c.address == f"a{number}"))
        assert set(opened) == {row.id for row in rows}


async def test_the_same_message_id_on_two_channels_is_two_messages(office: Office) -> None:
    await office.inbox.accept(message("chào", message_id="1", channel="zalo"))
    receipt = await office.inbox.accept(message("chào", message_id="1", channel="telegram"))
    assert not receipt.duplicate
    assert len(await office.all(conversations)) == 2


async def test_a_duplicate_takes_no_number(office: Office) -> None:
    await office.inbox.accept(message("một", message_id="1"))
    await office.inbox.accept(message("một", message_id="1"))
    assert (await office.say("hai")).seq == 2


async def test_fifty_concurrent_messages_are_numbered_in_the_order_they_are_stored(
    office: Office,
) -> None:
    conversation_id = await office.inbox.open("web", "a")
    sent = [office.inbox.accept(message(f"{n}"), conversation_id) for n in range(50)]
    receipts = await asyncio.gather(*sent)
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 51))
    rows = await office.all(inbox)
    assert [row.seq for row in rows] == list(range(1, 51))
    assert [row.received_at for row in rows] == sorted(row.received_at for row in rows)


async def test_concurrent_first_messages_open_one_conversation(office: Office) -> None:
    receipts = await asyncio.gather(*(office.say(f"{n}", address="b") for n in range(20)))
    assert len({receipt.conversation_id for receipt in receipts}) == 1


async def test_personal_data_is_masked_in_every_column(office: Office) -> None:
    await office.say(PERSONAL)
    rows = [*(await office.all(inbox)), *(await office.all(conversations))]
    assert "022190001234" not in str(rows)
    assert "0912345678" not in str(rows)
    assert "[CCCD]" in str(rows)


async def test_personal_data_never_reaches_the_files_of_the_database(office: Office) -> None:
    await office.say(PERSONAL)
    if office.database.is_postgresql:
        async with office.database.read() as connection:
            asked = sql("SELECT count(*) FROM inbox WHERE inbox::text LIKE '%022190001234%'")
            assert await connection.scalar(asked) == 0
        return
    path = office.database.url.database
    assert path
    for name in (path, f"{path}-wal"):
        assert b"022190001234" not in await asyncio.to_thread(Path(name).read_bytes)


async def test_the_original_is_kept_in_memory_only_where_it_differs(office: Office) -> None:
    personal, plain = await office.say(PERSONAL), await office.say("xin chào")
    assert office.originals.peek(personal.inbox_id) == PERSONAL
    assert office.originals.peek(plain.inbox_id) is None


async def test_the_original_is_there_before_anybody_can_see_the_message(office: Office) -> None:
    """Somebody looks for messages all the time and must never find one without its original."""
    bare: list[int] = []

    async def look_out(stored: asyncio.Event) -> None:
        while not stored.is_set():
            seen = await office.all(inbox)
            bare.extend(row.id for row in seen if office.originals.peek(row.id) is None)

    stored = asyncio.Event()
    looking = asyncio.create_task(look_out(stored))
    for _ in range(20):
        await office.say(PERSONAL)
    stored.set()
    await looking
    assert len(office.originals) == 20
    assert bare == []


async def test_an_unstored_message_leaves_no_original(office: Office) -> None:
    await office.say(PERSONAL, message_id="1")
    assert (await office.say(PERSONAL, message_id="1")).duplicate
    with pytest.raises(UnknownConversation):
        await office.inbox.accept(message(PERSONAL), ConversationId("c_nobody"))
    assert len(office.originals) == len(await office.all(inbox)) == 1


def test_originals_that_nobody_fetches_are_dropped() -> None:
    aged = OriginalTexts(seconds=0)
    aged.keep(1, "a")
    aged.drop_old()
    assert aged.peek(1) is None
    few = OriginalTexts(limit=2)
    for number in range(3):
        few.keep(number, "a")
    assert [few.peek(number) for number in range(3)] == [None, "a", "a"]


async def test_an_unknown_conversation_is_refused_and_nothing_is_stored(office: Office) -> None:
    with pytest.raises(UnknownConversation):
        await office.inbox.accept(message("chào"), ConversationId("c_nobody"))
    assert await office.all(inbox) == []


async def test_a_long_text_is_cut(office: Office) -> None:
    await office.say("ă" * 100_000)
    assert [row.text for row in await office.all(inbox)] == ["ă" * TEXT_LIMIT]


async def test_a_number_through_which_the_text_is_cut_is_masked(office: Office) -> None:
    await office.say("a " * (TEXT_LIMIT // 2 - 3) + "0912345678 " + "a " * 1000)
    await office.say("a " * (TEXT_LIMIT // 2 - 4) + "0912 345 678 " + "a " * 1000)
    stored = [row.text for row in await office.all(inbox)]
    assert not any(character.isdigit() for text in stored for character in text)
    assert all(len(text) <= TEXT_LIMIT for text in stored)


@pytest.mark.parametrize("broken", ["xin\x00 chào", "xin\ud83d chào", "\x00"])
async def test_characters_no_database_takes_do_not_block_a_message(office: Office, broken: str) -> None:
    receipt = await office.say(broken)
    assert not receipt.duplicate
    assert [row.text for row in await office.all(inbox)] == [broken.replace("\x00", "").replace("\ud83d", "")]


async def test_the_id_of_an_erased_message_is_not_given_again(office: Office) -> None:
    erased = await office.say("một", address="a")
    async with office.database.write() as connection:
        await connection.execute(conversations.delete())
    assert (await office.say("hai", address="b")).inbox_id != erased.inbox_id
