"""Splitting, pacing, leases and the payloads of deep links, each alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.deep_links import payload_of, topics_of
from bot.channels.keeping import Keeping, is_first
from bot.channels.pacer import Pace, Pacer
from bot.channels.splitting import shorten, split_text
from bot.channels.telegram.parse import BadUpdate, read_update
from bot.channels.telegram.render import render
from bot.channels.texts import utf16_length
from bot.conversations.messages import Button, Outcome, Reply
from bot.fakes.telegram.markup import visible_text
from bot.storage.database import Database


class TestSplitting:
    @given(st.text(max_size=600), st.integers(2, 120))
    def test_parts_fit_and_lose_nothing_but_blanks(self, text: str, limit: int) -> None:
        parts = split_text(text, limit)
        assert all(part.strip() and utf16_length(part) <= limit for part in parts)
        assert "".join("".join(parts).split()) == "".join(text.split())

    def test_sentences_stay_whole(self) -> None:
        assert split_text("Một câu dài. Hai câu dài. Ba câu dài.", 30) == [
            "Một câu dài. Hai câu dài.",
            "Ba câu dài.",
        ]

    def test_paragraphs_come_first(self) -> None:
        assert split_text("Đoạn một. Câu hai.\n\nĐoạn hai. Câu nữa.", 30)[0] == "Đoạn một. Câu hai."

    @given(st.text(max_size=200), st.integers(3, 60))
    def test_titles_fit(self, text: str, limit: int) -> None:
        assert utf16_length(shorten(text, limit)) <= limit

    def test_titles_end_at_a_word(self) -> None:
        assert shorten("Đăng ký biến động quyền sử dụng đất do chuyển nhượng", 30) == "Đăng ký biến động quyền sử…"


class TestTelegramHtml:
    @given(st.text(min_size=1, max_size=300), st.sampled_from(["answer", "clarify"]))
    def test_any_text_is_parsed_back_to_itself(self, text: str, outcome: str) -> None:
        body = Reply(text, Outcome(outcome)).stored()
        for part in render(body):
            assert " ".join(visible_text(part.html).split()) == " ".join(part.plain.split())

    def test_more_than_eight_choices_are_cut(self) -> None:
        buttons = tuple(Button(f"Việc {number}" + " rất dài" * 9, "/x", f"ID{number}") for number in range(12))
        (part,) = render(Reply("Chọn", Outcome.CLARIFY, buttons).stored())
        assert len(part.buttons) == 8
        assert all(utf16_length(title) <= 40 and len(data.encode()) <= 64 for title, data in part.buttons)

    def test_an_id_that_is_too_long_never_leaves(self) -> None:
        body = Reply("Chọn", Outcome.CLARIFY, (Button("Một", "/x", "i" * 63),)).stored()
        with pytest.raises(ValueError, match="too long"):
            render(body)


class TestPacer:
    def test_a_burst_passes_and_then_it_waits(self) -> None:
        moment = [0.0]
        pacer = Pacer(Pace(0.01, 100), Pace(1.0, 3), clock=lambda: moment[0])
        assert [pacer.take("a") for _ in range(3)] == [0, 0, 0]
        assert pacer.take("a") == pytest.approx(1.0)
        assert pacer.take("b") == 0
        moment[0] = 1.0
        assert pacer.take("a") == 0

    def test_a_refusal_closes_one_address_and_two_close_all(self) -> None:
        pacer = Pacer(Pace(0.01, 100), Pace(1.0, 3), clock=lambda: 0.0)
        pacer.refused("a", 5)
        assert pacer.take("a") >= 5
        assert pacer.take("b") == 0
        pacer.refused("b", 5)
        assert pacer.take("c") >= 5


class TestKeeping:
    async def test_one_process_at_a_time_holds_a_lease(self, database: Database) -> None:
        one, other = Keeping(database), Keeping(database)
        assert await one.lease("x", 0.1)
        assert await one.lease("x", 0.1)
        assert not await other.lease("x", 60)
        await asyncio.sleep(0.15)
        assert await other.lease("x", 60)
        await other.release("x")
        assert await one.lease("x", 60)

    async def test_values_are_kept_for_ever_or_for_a_while(self, database: Database) -> None:
        keeping = Keeping(database)
        await keeping.put("offset", 900_001)
        await keeping.put("off", True, timedelta(0))
        assert (await keeping.get("offset"), await keeping.get("off"), await keeping.get("none")) == (
            900_001,
            None,
            None,
        )

    async def test_an_event_is_new_once(self, tables: str) -> None:
        """On each kind of database, for they count inserted rows differently."""
        database = Database(tables)
        async with database.write() as connection:
            found = [await is_first(connection, "zalo", "e1", "x") for _ in range(2)]
        await database.close()
        assert found == [True, False]


class _Catalogue:
    def find(self, code: str) -> object:
        return type("P", (), {"short_name": "Đăng ký khai sinh"}) if code == "1.001193" else None


class _Live:
    current = _Catalogue()


def test_a_deep_link_names_a_procedure_and_nothing_else() -> None:
    topic = topics_of(_Live())  # type: ignore[arg-type]
    assert payload_of("1.001193") == "tt_1-001193"
    assert topic("tt_1-001193") == "Đăng ký khai sinh"
    assert [topic(payload) for payload in ("tt_1-999999", "/restart", "tt_1-001193 x", "")] == [None] * 4


@pytest.mark.parametrize("content", [None, [], {}, {"update_id": "1"}, {"update_id": 1, "message": {}}])
def test_what_is_no_update_is_refused(content: object) -> None:
    with pytest.raises(BadUpdate):
        read_update(content)
