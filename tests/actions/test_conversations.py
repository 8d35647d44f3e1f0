"""Conversations as citizens have them, through the whole line below the channels."""

from __future__ import annotations

import pytest
from talking import Said, Talk

from bot.catalogue.model import Aspect
from bot.service import Service

BIRTH, MARRIAGE, CAR = "1.001193", "1.000894", "1.013076"
SHARED_NAME = "sang tên"
"""Land, a vehicle or a contract: the bot has to ask."""

QUESTIONS = {
    Aspect.OVERVIEW: "tôi muốn đăng ký khai sinh cho con",
    Aspect.DOCUMENTS: "đăng ký khai sinh cần giấy tờ gì",
    Aspect.FEE: "đăng ký khai sinh lệ phí bao nhiêu",
    Aspect.DURATION: "đăng ký khai sinh bao lâu thì xong",
    Aspect.WHERE: "đăng ký khai sinh nộp ở đâu",
    Aspect.HOW: "đăng ký khai sinh qua mạng làm thế nào",
    Aspect.CONDITIONS: "cha mẹ chưa kết hôn có được đăng ký khai sinh cho con không",
    Aspect.FORM: "mẫu tờ khai đăng ký khai sinh",
    Aspect.LEGAL_BASIS: "đăng ký khai sinh theo luật nào",
    Aspect.RESULT: "đăng ký khai sinh xong nhận được gì",
    Aspect.DEADLINE: "phải đăng ký khai sinh trong bao nhiêu ngày",
    Aspect.AUTHORIZATION: "nhờ hàng xóm đăng ký khai sinh cho con thay tôi được không",
}
FOLLOW_UPS = {
    Aspect.DOCUMENTS: "cần giấy tờ gì",
    Aspect.FEE: "lệ phí bao nhiêu",
    Aspect.DURATION: "bao lâu thì xong",
    Aspect.WHERE: "nộp ở đâu",
    Aspect.FORM: "mẫu đơn nào",
    Aspect.AUTHORIZATION: "nhờ người khác đi thay được không",
}


def about(said: Said) -> tuple[str, str | None, str | None]:
    return said.outcome, said.procedure, said.aspect


@pytest.mark.parametrize("aspect", list(Aspect))
async def test_each_aspect_of_a_birth_registration_is_answered(talk: Talk, aspect: Aspect) -> None:
    assert about(await talk(QUESTIONS[aspect])) == ("answer", BIRTH, aspect.value)


@pytest.mark.parametrize("aspect", list(FOLLOW_UPS))
async def test_a_question_without_subject_is_about_the_procedure_before(talk: Talk, aspect: Aspect) -> None:
    await talk("tôi muốn đăng ký khai sinh cho con")
    assert about(await talk(FOLLOW_UPS[aspect])) == ("answer", BIRTH, aspect.value)


async def test_a_question_without_subject_and_context_is_asked_back(talk: Talk) -> None:
    assert (await talk("lệ phí bao nhiêu")).outcome == "clarify"


async def test_questions_typed_without_marks_are_answered_alike(talk: Talk) -> None:
    assert about(await talk("dang ky khai sinh le phi bao nhieu")) == ("answer", BIRTH, "fee")


async def test_an_answer_carries_its_source(talk: Talk) -> None:
    said = await talk("đăng ký khai sinh cần giấy tờ gì")
    assert said.text.splitlines()[-1] == said.main["sources"][0]


class TestAQuestionBack:
    async def test_offers_procedures_and_a_way_out(self, talk: Talk) -> None:
        said = await talk(SHARED_NAME)
        assert said.outcome == "clarify"
        assert len(said.titles) == len(said.offers) + 1
        assert said.titles[-1] == "Không phải các mục trên"

    async def test_numbers_its_choices_in_the_text(self, talk: Talk) -> None:
        said = await talk(SHARED_NAME)
        assert [f"{number}. {title}" in said.text for number, title in enumerate(said.titles, 1)] == [True] * len(
            said.titles
        )

    @pytest.mark.parametrize("words", ["2", "số 2", "cái thứ hai", "Muc 2 nhé"])
    async def test_can_be_answered_by_number(self, talk: Talk, words: str) -> None:
        second = (await talk(SHARED_NAME)).offers[1]
        assert (await talk(words)).procedure == second

    async def test_can_be_answered_by_title(self, talk: Talk) -> None:
        said = await talk(SHARED_NAME)
        assert (await talk(said.titles[1].upper())).procedure == said.offers[1]

    async def test_can_be_answered_by_words(self, talk: Talk) -> None:
        await talk(SHARED_NAME)
        assert (await talk("tôi sang tên xe máy cũ")).procedure == CAR

    async def test_remembers_what_was_asked(self, talk: Talk) -> None:
        await talk("sang tên mất bao nhiêu tiền")
        assert (await talk("2")).aspect == "fee"

    async def test_gives_way_to_another_question(self, talk: Talk) -> None:
        await talk(SHARED_NAME)
        assert about(await talk("đăng ký kết hôn cần giấy tờ gì")) == ("answer", MARRIAGE, "documents")

    async def test_is_over_after_the_answer(self, talk: Talk) -> None:
        await talk(SHARED_NAME)
        await talk("2")
        await talk("cảm ơn bạn nhiều")
        assert (await talk("99")).procedure is None

    async def test_refused_once_asks_for_other_words(self, talk: Talk) -> None:
        await talk(SHARED_NAME)
        assert (await talk("Không phải các mục trên")).outcome == "clarify"

    async def test_refused_twice_offers_a_person(self, talk: Talk) -> None:
        for _ in range(2):
            last = (await talk(SHARED_NAME)).titles[-1]
            said = await talk(last)
        assert (said.outcome, said.titles) == ("handoff", ["Gặp cán bộ"])


class TestChangingTheSubject:
    async def test_what_about_another_keeps_the_aspect(self, talk: Talk) -> None:
        await talk("đăng ký khai sinh lệ phí bao nhiêu")
        assert about(await talk("còn đăng ký kết hôn thì sao")) == ("answer", MARRIAGE, "fee")

    async def test_going_back_returns_to_the_procedure_before(self, talk: Talk) -> None:
        await talk("đăng ký khai sinh lệ phí bao nhiêu")
        await talk("còn đăng ký kết hôn thì sao")
        assert (await talk("quay lại thủ tục lúc nãy")).procedure == BIRTH

    async def test_thanks_do_not_end_the_subject(self, talk: Talk) -> None:
        await talk("đăng ký khai sinh lệ phí bao nhiêu")
        await talk("cảm ơn bạn nhiều")
        assert (await talk("nộp ở đâu")).procedure == BIRTH


class TestCases:
    async def test_a_case_in_the_question_narrows_the_answer(self, talk: Talk) -> None:
        said = await talk("đăng ký khai sinh quá hạn lệ phí bao nhiêu")
        assert "(đăng ký quá hạn)" in said.text.splitlines()[0]

    async def test_a_case_typed_without_marks_is_recognised(self, talk: Talk) -> None:
        said = await talk("dang ky khai sinh qua han le phi bao nhieu")
        assert "(đăng ký quá hạn)" in said.text.splitlines()[0]

    async def test_an_open_case_is_asked_with_buttons(self, talk: Talk) -> None:
        said = await talk("đăng ký khai sinh lệ phí bao nhiêu")
        assert said.titles == ["Đăng ký đúng hạn", "Đăng ký quá hạn"]

    async def test_a_case_chosen_answers_the_same_aspect(self, talk: Talk) -> None:
        await talk("đăng ký khai sinh lệ phí bao nhiêu")
        said = await talk("Đăng ký quá hạn")
        assert (about(said), said.titles) == (("answer", BIRTH, "fee"), [])

    async def test_a_case_is_remembered_for_the_same_procedure(self, talk: Talk) -> None:
        await talk("đăng ký khai sinh quá hạn lệ phí bao nhiêu")
        assert "(đăng ký quá hạn)" in (await talk("nộp ở đâu")).text.splitlines()[0]

    async def test_a_case_does_not_follow_to_another_procedure(self, talk: Talk) -> None:
        await talk("đăng ký khai sinh quá hạn lệ phí bao nhiêu")
        assert "(" not in (await talk("đăng ký kết hôn nộp ở đâu")).text.splitlines()[0]


class TestNotUnderstanding:
    async def test_one_turn_asks_for_other_words(self, talk: Talk) -> None:
        assert (await talk("xyzzy plugh qwrt")).outcome == "clarify"

    async def test_two_turns_offer_a_person(self, talk: Talk) -> None:
        await talk("xyzzy plugh qwrt")
        said = await talk("frobnicate zzz")
        assert (said.outcome, said.titles) == ("handoff", ["Gặp cán bộ"])

    async def test_an_answer_between_begins_the_count_anew(self, talk: Talk) -> None:
        await talk("xyzzy plugh qwrt")
        await talk("đăng ký khai sinh lệ phí bao nhiêu")
        assert (await talk("frobnicate zzz")).outcome == "clarify"


class TestActs:
    async def test_a_greeting_says_that_a_machine_speaks(self, talk: Talk) -> None:
        said = await talk("xin chào")
        assert (said.outcome, "tự động" in said.text) == ("smalltalk", True)

    async def test_a_greeting_warns_of_personal_papers(self, talk: Talk) -> None:
        assert "không gửi ảnh giấy tờ" in (await talk("xin chào")).text

    async def test_who_asks_is_told_that_it_is_no_clerk(self, talk: Talk) -> None:
        said = await talk("bạn là người hay máy vậy")
        assert (said.outcome, "không phải cán bộ" in said.text) == ("smalltalk", True)

    @pytest.mark.parametrize(
        ("text", "outcome"),
        [
            ("cháy nhà rồi cứu với", "emergency"),
            ("chay nha roi cuu voi", "emergency"),
            ("thời tiết hôm nay thế nào", "out_of_scope"),
            ("cho tôi gặp cán bộ", "handoff"),
            ("cảm ơn bạn nhiều", "smalltalk"),
            ("tạm biệt nhé", "smalltalk"),
            ("hồ sơ của tôi nộp tuần trước tới đâu rồi", "dossier"),
            ("tôi muốn gửi phản ánh kiến nghị", "petition"),
            ("trung tâm hành chính công phường Hồng Gai ở đâu", "location"),
        ],
    )
    async def test_each_act_has_its_outcome(self, talk: Talk, text: str, outcome: str) -> None:
        assert (await talk(text)).outcome == outcome

    async def test_an_emergency_names_the_numbers(self, talk: Talk) -> None:
        text = (await talk("cháy nhà rồi cứu với")).text
        assert [number in text for number in ("113", "114", "115")] == [True] * 3

    async def test_another_province_is_said_to_be_elsewhere(self, talk: Talk) -> None:
        said = await talk("đăng ký khai sinh ở Hải Phòng nộp ở đâu")
        assert said.outcome in {"out_of_scope", "location"}

    async def test_a_place_named_with_where_is_noted(self, talk: Talk) -> None:
        await talk("tôi muốn đăng ký khai sinh cho con")
        said = await talk("nộp ở đâu, tôi ở phường Hồng Gai")
        assert "phường Hồng Gai" in said.text


async def test_more_shows_the_papers_after_an_overview(talk: Talk) -> None:
    await talk("tôi muốn đăng ký khai sinh cho con")
    assert about(await talk("nói rõ hơn đi")) == ("answer", BIRTH, "documents")


@pytest.mark.parametrize(
    "turns",
    [
        ["xin chào", SHARED_NAME, "2", "lệ phí bao nhiêu", "cảm ơn bạn nhiều"],
        ["???", "xyzzy plugh", "gặp cán bộ"],
    ],
)
async def test_every_reply_has_a_text_and_one_of_the_public_outcomes(talk: Talk, turns: list[str]) -> None:
    public = {"answer", "clarify", "dossier", "handoff", "petition", "location", "smalltalk", "emergency",
              "out_of_scope", "error"}  # fmt: skip
    replies = [reply for text in turns for reply in (await talk(text)).replies]
    assert [bool(reply["text"]) and reply["outcome"] in public for reply in replies] == [True] * len(replies)


async def test_a_failing_answer_is_admitted(service: Service, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("actions.procedures.compose", fail)
    said = await talk("đăng ký khai sinh cần giấy tờ gì")
    assert (said.outcome, "trục trặc" in said.text) == ("error", True)
