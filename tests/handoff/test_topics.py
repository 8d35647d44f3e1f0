"""Officers in a Telegram group: topics, cards, orders, receipts; and citizens who notice none of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from floor_support import HOA, LAN, MAI, STRANGER, Floor, emptied, floor, until

from bot.fakes.faults import Fault, FaultKind
from bot.fakes.telegram.group import GROUP, OfficersGroup
from bot.fakes.telegram.world import Chat
from bot.handoff.copies import Copy
from bot.handoff.telegram.defects import group_defects
from bot.storage.handoff_tables import handoff_notes, handoffs, officer_lines
from bot.storage.tables import outbox


@pytest.fixture
async def running(tmp_path: Path, url: str) -> AsyncIterator[Floor]:
    """On each kind of database."""
    await emptied(url)
    async with floor(tmp_path, url) as running:
        await running.lists()
        yield running


@pytest.fixture
async def small(tmp_path: Path, small_url: str) -> AsyncIterator[Floor]:
    """On SQLite, for what does not depend on the dialect."""
    async with floor(tmp_path, small_url) as running:
        await running.lists()
        yield running


class TestCard:
    async def test_a_topic_opens_with_what_was_understood(self, running: Floor) -> None:
        _, thread = await running.waits()
        handoff = await running.handoff(thread)
        assert running.group.topics()[thread] == f"{handoff.number} · Trang web · Đăng ký khai sinh"
        (card,) = running.group.texts(thread)
        for part in (handoff.number, "Hỏi khai sinh.", "vị trí 1", "người dân yêu cầu", "gặp cán bộ"):
            assert part in card
        assert [title for _, title, _ in running.group.buttons(thread)] == ["Nhận", "Chuyển"]

    async def test_numbers_of_people_are_masked(self, small: Floor) -> None:
        citizen, thread = await small.waits()
        await citizen.say("căn cước của tôi 022190001234, gọi 0912345678")
        await small.shown(thread, "[CCCD]")
        everything = " ".join(small.group.texts(thread))
        assert "022190001234" not in everything
        assert "0912345678" not in everything

    async def test_the_card_is_edited_in_place(self, small: Floor) -> None:
        _, thread = await small.waits()
        small.group.presses(LAN, thread, "Nhận")
        await until(lambda: "Người phụ trách: Lan" in small.group.texts(thread)[0])
        await small.quiet()
        assert len(small.group.texts(thread)) == 1
        assert "Anh/chị đã nhận" in small.telegram.answered_callbacks[-1]["text"]

    async def test_markup_in_what_people_write_stays_text(self, small: Floor) -> None:
        citizen, thread = await small.waits()
        await citizen.say("<b>a</b> & <script> nghĩa là gì?")
        await small.shown(thread, "<b>a</b> & <script> nghĩa là gì?")


class TestTalk:
    async def test_words_go_both_ways_and_the_first_answer_claims(self, running: Floor) -> None:
        citizen, thread = await running.waits()
        await citizen.say("có ai không ạ")
        await running.shown(thread, "có ai không ạ")
        message = running.group.says(LAN, thread, "Chào anh/chị, tôi là cán bộ tư pháp")["message_id"]
        await until(lambda: running.is_status(thread, "human"))
        assert await citizen.texts("officer") == ["Chào anh/chị, tôi là cán bộ tư pháp"]
        await running.quiet()
        assert running.group.chat.reactions == {message: "👍"}
        # Nobody reads their own words back.
        assert not any("tôi là cán bộ tư pháp" in text for text in running.group.texts(thread))

    async def test_a_citizen_on_telegram(self, running: Floor) -> None:
        running.telegram.say(HOA, "gặp cán bộ")
        await until(lambda: any(title == "Đồng ý" for _, title, _ in running.telegram.buttons(HOA)))
        message, _, data = running.telegram.buttons(HOA)[0]
        running.telegram.tap(HOA, message, data)
        await until(lambda: bool(running.group.topics()))
        (thread,) = running.group.topics()
        await running.quiet()
        written = running.group.says(LAN, thread, "Chào chị")["message_id"]
        await until(lambda: running.telegram.sent(HOA)[-1]["text"] == "Cán bộ: Chào chị")
        running.telegram.say(HOA, "cảm ơn em")
        await running.shown(thread, "cảm ơn em")
        await running.quiet()
        assert running.group.chat.reactions[written] == "👍"

    async def test_what_a_citizen_answers_and_corrects_on_telegram_is_shown(self, running: Floor) -> None:
        thread = await _talks_on_telegram(running)
        asked = running.telegram.sent(HOA)[-1]["message_id"]
        running.telegram.reply(HOA, asked, "dạ đúng rồi ạ")
        await running.shown(thread, "“Cán bộ: Chào chị, chị hỏi khai sinh phải không?”: dạ đúng rồi ạ")
        said = running.telegram.say(HOA, "con sinh ngày 12/11")["message_id"]
        await running.shown(thread, "con sinh ngày 12/11")
        running.telegram.edit(HOA, said, "con sinh ngày 21/11")
        await running.shown(thread, "Đã sửa: con sinh ngày 21/11")
        late = running.telegram.chat(HOA).messages[said]
        late |= {"date": late["date"] - 3600}
        running.telegram.edit(HOA, said, "con sinh ngày 22/11")
        await running.shown(thread, "Đã sửa: con sinh ngày 22/11")
        running.telegram.reply(HOA, asked, "kết thúc")
        await until(lambda: running.is_status(thread, "ended"))

    async def test_the_bot_is_told_of_no_marks(self, small: Floor) -> None:
        small.telegram.say(HOA, "lệ phí khai sinh")
        await until(lambda: bool(small.telegram.sent(HOA)))
        answer = small.telegram.sent(HOA)[-1]["message_id"]
        said = small.telegram.reply(HOA, answer, "còn khai tử")["message_id"]
        await until(lambda: small.telegram.sent(HOA)[-1]["text"] == "nghe còn khai tử")
        small.telegram.edit(HOA, said, "còn kết hôn")
        await until(lambda: small.telegram.sent(HOA)[-1]["text"] == "nghe còn kết hôn")
        message = small.telegram.chat(HOA).messages[said]
        message |= {"date": message["date"] - 3600}
        small.telegram.edit(HOA, said, "còn chứng thực")
        small.telegram.say(HOA, "chào")
        await until(lambda: small.telegram.sent(HOA)[-1]["text"] == "nghe chào")
        assert not any("chứng thực" in message["text"] for message in small.telegram.sent(HOA))

    async def test_an_update_that_comes_again_does_nothing(self, running: Floor) -> None:
        running.telegram.pusher.habits.doubled = 1.0
        running.telegram.pusher.habits.reordered = 0.5
        citizen, thread = await running.talks()
        for number in range(8):
            running.group.says(LAN, thread, f"câu {number}")
        await until(lambda: _count(running, 8))
        await running.quiet()
        assert sorted(await citizen.texts("officer")) == [f"câu {number}" for number in range(8)]

    async def test_a_blocked_citizen_is_told_to_the_officer(self, small: Floor) -> None:
        small.telegram.say(HOA, "gặp cán bộ")
        await until(lambda: any(title == "Đồng ý" for _, title, _ in small.telegram.buttons(HOA)))
        message, _, data = small.telegram.buttons(HOA)[0]
        small.telegram.tap(HOA, message, data)
        await until(lambda: bool(small.group.topics()))
        (thread,) = small.group.topics()
        await small.quiet()
        small.telegram.chat(HOA).has_blocked = True
        written = small.group.says(LAN, thread, "Chào chị")["message_id"]
        await until(lambda: small.group.chat.reactions.get(written) == "💔")
        await small.shown(thread, "chưa tới được người dân")

    async def test_an_answer_to_an_earlier_line_quotes_it(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        await citizen.say("câu hỏi thứ nhất")
        await small.shown(thread, "câu hỏi thứ nhất")
        await small.quiet()
        first = small.group.sent(thread)[-1]["message_id"]
        await citizen.say("câu hỏi thứ hai")
        await small.shown(thread, "câu hỏi thứ hai")
        await small.quiet()
        small.group.replies(LAN, thread, first, "Cần giấy chứng sinh")
        await until(lambda: _count(small, 1))
        assert await citizen.texts("officer") == ["> câu hỏi thứ nhất\nCần giấy chứng sinh"]

    async def test_a_correction_is_sent_once(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        message = small.group.says(LAN, thread, "Lệ phí 20.000 đ")["message_id"]
        await until(lambda: _count(small, 1))
        small.group.edits(message, "Lệ phí được miễn")
        await until(lambda: _count(small, 2))
        small.group.edits(message, "Lệ phí được miễn hoàn toàn")
        await small.shown(thread, "đã gửi bản sửa một lần")
        assert await citizen.texts("officer") == ["Lệ phí 20.000 đ", "(đã sửa) Lệ phí được miễn"]

    async def test_a_long_answer_comes_whole(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        sentence = "Anh/chị nộp hồ sơ tại Trung tâm Phục vụ hành chính công. "
        small.group.says(LAN, thread, sentence * 60)
        await until(lambda: _count(small, 2))
        await small.quiet()
        parts = await citizen.texts("officer")
        assert " ".join(parts).split() == (sentence * 60).split()
        assert all(len(part) <= 2_000 for part in parts)

    async def test_an_edit_that_overtakes_its_message_is_the_message(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        webhook, small.telegram.webhook = small.telegram.webhook, {"url": ""}
        message = small.group.says(LAN, thread, "bản đầu")
        small.group.edits(message["message_id"], "bản sau cùng")
        first, second = small.telegram.updates
        small.telegram.updates, small.telegram.webhook = [], webhook
        small.telegram.push(second)
        await small.telegram.pusher.settled()
        small.telegram.push(first)
        await small.telegram.pusher.settled()
        assert await citizen.texts("officer") == ["bản sau cùng"]


class TestOrders:
    async def test_one_of_twenty_wins(self, running: Floor) -> None:
        for number in range(19):
            await running.lists(810_000_000 + number, f"Cán bộ {number}")
        citizen, thread = await running.waits()
        message, _, data = running.group.buttons(thread)[0]
        people = [LAN, *(810_000_000 + number for number in range(19))]
        for person in people:
            running.telegram.tap(running.group.id, message, data, running.group.person(person))
        await until(lambda: len(running.telegram.answered_callbacks) == 20)
        notes = [answer["text"] for answer in running.telegram.answered_callbacks]
        assert sum("Anh/chị đã nhận" in note for note in notes) == 1
        assert sum("đã được" in note for note in notes) == 19
        await running.quiet()
        assert len([text for text in await citizen.texts("system") if "đã vào cuộc trò chuyện" in text]) == 1

    async def test_the_end_asks_for_the_result_and_closes_the_topic(self, running: Floor) -> None:
        citizen, thread = await running.talks()
        running.group.says(LAN, thread, "Dạ, tôi trả lời rồi ạ")
        await until(lambda: _count(running, 1))
        running.group.says(LAN, thread, "/xong")
        await until(lambda: running.group.chat.topics[thread]["is_closed"])
        await running.quiet()
        assert running.group.topics()[thread].startswith("✓ ")
        assert "Cán bộ đã kết thúc" in (await citizen.texts("system"))[-1]
        assert (await running.handoff(thread)).result_code == "khac"
        running.group.presses(LAN, thread, "Đã trả lời")
        await until(lambda: _result(running, thread, "da_tra_loi"))

    async def test_a_note_is_never_passed_on(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        small.group.says(LAN, thread, "// người này hay gọi")
        small.group.says(LAN, thread, "/ghichu gọi lại chiều nay")
        small.group.says(LAN, thread, "/khong_co_lenh_nay gì đó")
        await small.shown(thread, "Các lệnh:")
        await until(lambda: _notes(small, 2))
        assert await citizen.texts("officer") == []

    async def test_another_department_waits_in_its_own_group(self, tmp_path: Path, small_url: str) -> None:
        other = GROUP - 7
        async with floor(tmp_path, small_url, groups={"*": GROUP, "tu-phap": other}) as running:
            second = OfficersGroup(running.telegram, other)
            await running.lists()
            _, thread = await running.talks()
            running.group.says(LAN, thread, "/chuyen tư pháp")
            await until(lambda: bool(second.topics()))
            await running.quiet()
            assert running.group.chat.topics[thread]["is_closed"]
            (new,) = second.topics()
            assert "Tư pháp" in second.texts(new)[0]

    async def test_a_closed_topic_ends_and_a_reopened_one_begins_again(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        small.group.closes(LAN, thread)
        await until(lambda: small.is_status(thread, "ended"))
        await small.quiet()
        small.group.reopens(LAN, thread)
        await until(lambda: small.is_status(thread, "human"))
        await small.quiet()
        small.group.says(LAN, thread, "Tôi quay lại đây")
        await until(lambda: _count(small, 1))
        assert await citizen.texts("officer") == ["Tôi quay lại đây"]

    async def test_who_waits_is_said_outside_of_topics(self, small: Floor) -> None:
        await small.waits()
        small.group.says(LAN, None, "/trangthai")
        await until(lambda: any("Đang chờ: 1" in str(m.get("text")) for m in small.telegram.sent(GROUP)))


class TestStrangers:
    async def test_only_listed_officers_count(self, small: Floor) -> None:
        citizen, thread = await small.waits()
        small.group.says(STRANGER, thread, "Tôi cũng muốn trả lời")
        small.group.says(1087968824, thread, "Tôi ẩn danh")
        small.group.presses(STRANGER, thread, "Nhận")
        await small.shown(thread, "chưa có trong danh sách cán bộ")
        await small.shown(thread, "ẩn danh")
        await until(lambda: bool(small.telegram.answered_callbacks))
        assert await small.is_status(thread, "waiting")
        assert await citizen.texts("officer") == []

    async def test_a_colleague_does_not_talk_into_it(self, small: Floor) -> None:
        await small.lists(MAI, "Mai")
        citizen, thread = await small.talks()
        small.group.says(MAI, thread, "Để tôi nói cho")
        await small.shown(thread, "đang do Lan phụ trách")
        assert await citizen.texts("officer") == []

    async def test_what_is_said_elsewhere_stays_there(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        other, _ = await small.waits()
        small.group.says(LAN, None, "Trưa nay ăn gì?")
        small.group.says(LAN, thread, "Chào anh/chị")
        await until(lambda: _count(small, 1))
        await small.quiet()
        assert await citizen.texts("officer") == ["Chào anh/chị"]
        assert await other.texts("officer") == []

    async def test_a_foreign_group_is_left(self, small: Floor) -> None:
        small.telegram.chats[-5] = Chat(-5, "Nhóm lạ", "group")
        member = {"status": "member", "user": small.telegram.me}
        small.telegram.deliver({"my_chat_member": {
            "date": 1, "chat": {"id": -5, "type": "group"}, "from": small.group.person(STRANGER),
            "old_chat_member": {**member, "status": "left"}, "new_chat_member": member,
        }})  # fmt: skip
        await until(lambda: -5 not in small.telegram.chats)


class TestHeldText:
    @pytest.mark.parametrize(
        "text",
        ["Số của chị là 022190001234 nhé", "Chị chuyển vào thẻ 4111 1111 1111 1111", "Xem ở https://la.example/x"],
    )
    async def test_it_waits_for_a_second_look(self, small: Floor, text: str) -> None:
        citizen, thread = await small.talks()
        small.group.says(LAN, thread, text)
        await small.shown(thread, "Vẫn gửi?")
        assert await citizen.texts("officer") == []
        await small.lists(MAI, "Mai")
        small.group.presses(MAI, thread, "Gửi")
        await until(lambda: any("Chỉ người viết" in a.get("text", "") for a in small.telegram.answered_callbacks))
        small.group.presses(LAN, thread, "Gửi")
        await until(lambda: _count(small, 1))
        assert await citizen.texts("officer") == [text]
        await small.shown(thread, "✓ Đã gửi.")

    async def test_it_may_be_dropped(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        small.group.says(LAN, thread, "022190001234")
        await small.shown(thread, "Vẫn gửi?")
        small.group.presses(LAN, thread, "Không gửi")
        await small.shown(thread, "Đã bỏ, không gửi.")
        assert await citizen.texts("officer") == []


class TestGroup:
    async def test_defects_are_named(self, small: Floor) -> None:
        bot = small.place.api.client.bot
        assert await group_defects(bot, [GROUP]) == []
        small.group.chat.rights, small.group.chat.is_forum = frozenset(), False
        found = " ".join(await group_defects(bot, [GROUP, -77]))
        for part in ("chưa bật Chủ đề", "quản lý chủ đề", "xoá tin", "Bot chưa ở trong nhóm -77"):
            assert part in found

    async def test_commands_are_offered_in_the_group_alone(self, small: Floor) -> None:
        await until(lambda: f"chat:{GROUP}" in small.telegram.commands)
        offered = {item["command"] for item in small.telegram.commands[f"chat:{GROUP}"]}
        assert {"nhan", "xong", "truc"} <= offered
        assert "nhan" not in {item["command"] for item in small.telegram.commands.get("", [])}


class TestTrouble:
    async def test_a_deleted_topic_is_made_anew(self, running: Floor) -> None:
        citizen, thread = await running.talks()
        running.group.deletes(thread)
        await citizen.say("còn ai ở đó không")
        await until(lambda: bool(running.group.topics()))
        (again,) = running.group.topics()
        await running.shown(again, "còn ai ở đó không")
        running.group.says(LAN, again, "Tôi đây")
        await until(lambda: _count(running, 1))
        assert await citizen.texts("officer") == ["Tôi đây"]

    async def test_a_hundred_lines_keep_below_twenty_a_minute(self, tmp_path: Path, small_url: str) -> None:
        async with floor(tmp_path, small_url, has_limits=True) as running:
            await running.lists()
            citizen, thread = await running.waits()
            await asyncio.gather(*(citizen.say(f"dòng {number:03}") for number in range(100)))
            await until(lambda: _lines_shown(running, thread) == 100, 60)
            refused = [e for e in running.recorder.exchanges if e.status == 429]
            assert refused == []
            text = "\n".join(running.group.texts(thread))
            assert all(text.count(f"dòng {number:03}") == 1 for number in range(100))
            assert len(running.group.sent(thread)) < 20

    async def test_a_message_of_unknown_fate_comes_again_and_says_so(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        small.faults.add(Fault(FaultKind.DROP_AFTER, "sendMessage", 1))
        await citizen.say("một câu quan trọng")
        await small.shown(thread, "⚠ Gửi lại")
        await small.quiet()
        with_it = [text for text in small.group.texts(thread) if "một câu quan trọng" in text]
        assert [text.startswith("⚠") for text in with_it] == [False, True]

    async def test_a_group_that_moved_is_followed(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        small.group.moves(GROUP - 3)
        await citizen.say("còn đó không")
        await small.shown(thread, "còn đó không")
        small.group.says(LAN, thread, "Còn ạ")
        await until(lambda: _count(small, 1))
        assert await citizen.texts("officer") == ["Còn ạ"]

    async def test_a_group_without_reactions_costs_nothing_else(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        small.group.chat.has_reactions = False
        small.group.says(LAN, thread, "Chào")
        await until(lambda: _count(small, 1))
        await small.quiet()
        assert await citizen.texts("officer") == ["Chào"]
        assert (await small.rows(officer_lines))[0].told == "off"

    async def test_telegram_that_is_down_loses_nothing(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        small.faults.add(Fault(FaultKind.STATUS, "sendMessage", 3, 503))
        await citizen.say("khi nào mở cửa")
        await small.shown(thread, "khi nào mở cửa")
        await small.quiet()
        assert sum("khi nào mở cửa" in text for text in small.group.texts(thread)) == 1
        assert all(row.status == "sent" for row in await small.copies(Copy.LINE))


async def _count(running: Floor, wanted: int) -> bool:
    return sum(row.author == "officer" for row in await running.rows(outbox)) == wanted


async def _notes(running: Floor, wanted: int) -> bool:
    return sum(row.kind == "note" for row in await running.rows(handoff_notes)) == wanted


async def _result(running: Floor, thread: int, code: str) -> bool:
    return any(row.topic_id == str(thread) and row.result_code == code for row in await running.rows(handoffs))


def _lines_shown(running: Floor, thread: int) -> int:
    return sum(text.count("dòng ") for text in running.group.texts(thread))


async def _talks_on_telegram(running: Floor) -> int:
    """Have a citizen of Telegram talk with Lan, who has asked something; return the thread."""
    running.telegram.say(HOA, "gặp cán bộ")
    await until(lambda: any(title == "Đồng ý" for _, title, _ in running.telegram.buttons(HOA)))
    message, _, data = running.telegram.buttons(HOA)[0]
    running.telegram.tap(HOA, message, data)
    await until(lambda: bool(running.group.topics()))
    (thread,) = running.group.topics()
    await running.quiet()
    running.group.says(LAN, thread, "Chào chị, chị hỏi khai sinh phải không?")
    await until(lambda: "khai sinh phải không" in running.telegram.sent(HOA)[-1]["text"])
    return thread
