"""The fake's groups with topics are as strict as Telegram's documents say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import ReplyParameters
from telegram.error import BadRequest, ChatMigrated, RetryAfter
from telegram.ext import ExtBot

from bot.fakes.hosting import serving
from bot.fakes.platforms import Platforms, make_platforms
from bot.fakes.telegram.group import GROUP, OfficersGroup

BINH = 800_000_009


@pytest.fixture
async def platforms() -> AsyncIterator[Platforms]:
    platforms = make_platforms({"telegram"})
    platforms.telegram.group_limit = None
    yield platforms
    await platforms.telegram.pusher.close()
    await platforms.zalo.pusher.close()


@pytest.fixture
def group(platforms: Platforms) -> OfficersGroup:
    return OfficersGroup(platforms.telegram)


@pytest.fixture
async def bot(platforms: Platforms) -> AsyncIterator[ExtBot[None]]:
    async with serving(platforms.app()) as address:
        token = platforms.telegram.token
        bot: ExtBot[None] = ExtBot(token, base_url=f"{address}/bot", base_file_url=f"{address}/file/bot")
        async with bot:
            yield bot


async def test_a_topic_lives(bot: ExtBot[None], group: OfficersGroup) -> None:
    topic = await bot.create_forum_topic(GROUP, "HT-000001 · Web", icon_color=7322096)
    thread = topic.message_thread_id
    said = await bot.send_message(GROUP, "thẻ", message_thread_id=thread)
    assert (group.topics(), group.texts(thread)) == ({thread: "HT-000001 · Web"}, ["thẻ"])
    await bot.edit_message_text("thẻ mới", GROUP, said.message_id)
    await bot.edit_forum_topic(GROUP, thread, "✓ HT-000001")
    assert (group.topics(), group.texts(thread)) == ({thread: "✓ HT-000001"}, ["thẻ mới"])
    await bot.close_forum_topic(GROUP, thread)
    assert group.world.updates[-1]["message"]["from"]["is_bot"]
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(GROUP, "muộn", message_thread_id=thread)
    await bot.reopen_forum_topic(GROUP, thread)
    await bot.send_message(GROUP, "lại", message_thread_id=thread)
    await bot.delete_forum_topic(GROUP, thread)
    with pytest.raises(BadRequest, match=r"(?i)thread not found"):
        await bot.send_message(GROUP, "đâu", message_thread_id=thread)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [({"name": "x" * 129}, "title"), ({"name": "x", "icon_color": 1}, "icon_color")],
)
async def test_topics_that_are_refused(
    bot: ExtBot[None], group: OfficersGroup, arguments: dict[str, Any], fragment: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){fragment}"):
        await bot.create_forum_topic(GROUP, **arguments)


async def test_a_bot_without_the_right_opens_no_topic(bot: ExtBot[None], group: OfficersGroup) -> None:
    group.chat.rights = frozenset()
    assert (await bot.get_chat_member(GROUP, bot.id)).status == "member"
    with pytest.raises(BadRequest, match=r"(?i)not enough rights"):
        await bot.create_forum_topic(GROUP, "x")


async def test_only_the_fixed_reactions(bot: ExtBot[None], group: OfficersGroup) -> None:
    message = group.says(BINH, None, "chào")["message_id"]
    await bot.set_message_reaction(GROUP, message, "👀")
    await bot.set_message_reaction(GROUP, message, "👍")
    assert group.chat.reactions == {message: "👍"}
    for wrong in ("✅", "❌"):
        with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
            await bot.set_message_reaction(GROUP, message, wrong)


async def test_a_message_is_copied_with_its_content(bot: ExtBot[None], group: OfficersGroup) -> None:
    photo = group.world.post_file(7, b"\xff\xd8\xff", "", caption="đây")["message_id"]
    thread = (await bot.create_forum_topic(GROUP, "x")).message_thread_id
    await bot.copy_message(GROUP, 7, photo, message_thread_id=thread)
    assert "photo" in group.sent(thread)[0]
    assert group.texts(thread) == ["đây"]


async def test_files_go_both_ways(bot: ExtBot[None], group: OfficersGroup) -> None:
    group.world.say(7, "chào")
    sent = await bot.send_document(7, b"%PDF-1.7 x", filename="đơn.pdf", caption="Mẫu đơn")
    assert sent.document is not None
    file = await bot.get_file(sent.document.file_id)
    assert await file.download_as_bytearray() == b"%PDF-1.7 x"
    sent = await bot.send_photo(7, b"\xff\xd8\xff", filename="a.jpg")
    assert len(sent.photo) == 1
    group.world.files[sent.photo[0].file_id] = group.world.keep_file(b"x" * 20_000_001, "to.jpg", "image/jpeg")
    with pytest.raises(BadRequest, match=r"(?i)too big"):
        await bot.get_file(group.world.files[sent.photo[0].file_id].id)


async def test_a_reply_quotes_and_may_do_without(bot: ExtBot[None], group: OfficersGroup) -> None:
    thread = (await bot.create_forum_topic(GROUP, "x")).message_thread_id
    first = group.says(BINH, thread, "chào")["message_id"]
    await bot.send_message(GROUP, "vâng", message_thread_id=thread, reply_parameters=ReplyParameters(first))
    assert group.sent(thread)[-1]["reply_to_message"]["text"] == "chào"
    with pytest.raises(BadRequest, match=r"(?i)replied not found"):
        await bot.send_message(GROUP, "x", reply_parameters=ReplyParameters(1))
    await bot.send_message(GROUP, "x", reply_parameters=ReplyParameters(1, allow_sending_without_reply=True))


async def test_a_group_that_moved_says_where(bot: ExtBot[None], group: OfficersGroup) -> None:
    group.moves(GROUP - 5)
    with pytest.raises(ChatMigrated) as raised:
        await bot.send_message(GROUP, "x")
    assert raised.value.new_chat_id == group.id
    await bot.send_message(group.id, "x")


async def test_a_group_takes_twenty_a_minute(bot: ExtBot[None], platforms: Platforms) -> None:
    group = OfficersGroup(make_platforms({"telegram"}).telegram)
    platforms.telegram.group_limit = group.world.group_limit
    platforms.telegram.all_limit = None
    OfficersGroup(platforms.telegram)
    for number in range(20):
        await bot.send_message(GROUP, str(number))
    with pytest.raises(RetryAfter):
        await bot.send_message(GROUP, "x")


async def test_officers_press_buttons(bot: ExtBot[None], group: OfficersGroup) -> None:
    thread = (await bot.create_forum_topic(GROUP, "x")).message_thread_id
    keyboard = {"inline_keyboard": [[{"text": "Nhận", "callback_data": "o:1"}]]}
    await bot.send_message(GROUP, "thẻ", message_thread_id=thread, api_kwargs={"reply_markup": keyboard})
    group.presses(BINH, thread, "Nhận")
    query = group.world.updates[-1]["callback_query"]
    assert (query["from"]["id"], query["data"], query["message"]["message_thread_id"]) == (BINH, "o:1", thread)
