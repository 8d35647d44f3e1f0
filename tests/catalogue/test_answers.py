"""Every answer the catalogue can give, and what none of them may contain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from catalogue_support import FILE, TODAY, spoiled, the_procedure, write

from bot.catalogue.answers.compose import HEADINGS, Answer, compose
from bot.catalogue.answers.phrases import condition, joined, sentence
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.facts import FeeSetter, Time, Unit
from bot.catalogue.model import Aspect, Procedure, Status
from bot.catalogue.text import day, duration, money

DAYS = (TODAY, date(2027, 2, 1))
MONEY = re.compile(r"\d[\d.,]*\s?(?:đ|₫|vnđ|vnd)(?!\w)", re.IGNORECASE)
RIGHT_MONEY = re.compile(r"\d{1,3}(?:\.\d{3})* đ")
DATE = re.compile(r"(?<![\d/.])\d{1,4}[/-]\d{1,2}[/-]\d{2,4}(?![\d/-])")
RIGHT_DATE = re.compile(r"[0-3]\d/[01]\d/20\d\d|[0-3]\d/[01]\d/19\d\d")


@dataclass(frozen=True)
class Given:
    """One answer, with what was asked."""

    procedure: Procedure
    aspect: Aspect
    case: str | None
    on: date
    everything: bool
    answer: Answer

    @property
    def what(self) -> str:
        return f"{self.procedure.code} {self.aspect.value} {self.case} {self.on} {self.everything}"

    @property
    def said(self) -> str:
        """The text without the address of the source."""
        return self.answer.text.rpartition("\n")[0]


def all_answers(catalogue: Catalogue) -> Iterator[Given]:
    for procedure in catalogue:
        for case in (None, *(case.id for case in procedure.cases)):
            for aspect in Aspect:
                for on in DAYS:
                    for everything in (False, True):
                        answer = compose(procedure, aspect, on, case, everything=everything)
                        yield Given(procedure, aspect, case, on, everything, answer)


@pytest.fixture(scope="module")
def answers(catalogue: Catalogue) -> list[Given]:
    return list(all_answers(catalogue))


def offenders(answers: list[Given], is_wrong: Callable[[Given], object]) -> list[str]:
    """Return what was asked and what is wrong with the answer, at most ten times."""
    return [f"{given.what}: {wrong}" for given in answers if (wrong := is_wrong(given))][:10]


def test_every_procedure_answers_every_aspect(catalogue: Catalogue, answers: list[Given]) -> None:
    answered = {(given.procedure.code, given.aspect) for given in answers}
    assert len(answered) == len(catalogue) * len(Aspect)


def test_every_answer_says_something_between_title_and_source(answers: list[Given]) -> None:
    assert offenders(answers, lambda g: len(g.answer.text.split("\n")) < 4 and g.answer.text) == []


def test_every_answer_begins_with_its_procedure(answers: list[Given]) -> None:
    wrong = lambda g: not g.answer.text.startswith(g.procedure.short_name)  # noqa: E731
    assert offenders(answers, wrong) == []


def test_every_answer_names_its_aspect(answers: list[Given]) -> None:
    wrong = lambda g: HEADINGS[g.aspect] not in g.answer.text.split("\n")[0]  # noqa: E731
    assert offenders(answers, wrong) == []


def test_every_answer_ends_with_the_address_of_its_source(answers: list[Given]) -> None:
    wrong = lambda g: not g.answer.text.endswith(f"\n{g.procedure.source.url}")  # noqa: E731
    assert offenders(answers, wrong) == []


def test_every_answer_hands_over_its_source(answers: list[Given]) -> None:
    assert offenders(answers, lambda g: g.answer.sources != (g.procedure.source.url,)) == []


def test_every_answer_says_when_its_source_was_read(answers: list[Given]) -> None:
    confirmed = [given for given in answers if given.procedure.status is not Status.NAME_ONLY]
    wrong = lambda g: f"kiểm tra ngày {day(g.procedure.source.checked_on)}" not in g.said  # noqa: E731
    assert offenders(confirmed, wrong) == []


@pytest.mark.parametrize(
    "trace",
    ["None", "{", "}", "[]", "()", "  ", " ,", " .", "..", ",,", "::", "\n\n", "nếu nếu", "Unit.", "Channel."],
)
def test_no_answer_shows_a_trace_of_the_machine(answers: list[Given], trace: str) -> None:
    wrong = lambda g: trace in g.said.replace("...", "…") and g.said  # noqa: E731
    assert offenders(answers, wrong) == []


def test_no_answer_doubles_a_word_of_condition(answers: list[Given]) -> None:
    twice = re.compile(r"\b(nếu|khi|trường hợp|từ|mẫu|tối đa|nộp) \1\b", re.IGNORECASE)
    assert offenders(answers, lambda g: (found := twice.search(g.said)) and found.group()) == []


def test_money_is_written_with_dots_and_a_blank(answers: list[Given]) -> None:
    def wrong(given: Given) -> list[str]:
        return [text for text in MONEY.findall(given.said) if not RIGHT_MONEY.fullmatch(text)]

    assert offenders(answers, wrong) == []


def test_dates_are_written_as_day_month_year(answers: list[Given]) -> None:
    def wrong(given: Given) -> list[str]:
        return [text for text in DATE.findall(given.said) if not RIGHT_DATE.fullmatch(text)]

    assert offenders(answers, wrong) == []


def test_an_unconfirmed_council_fee_shows_no_amount(answers: list[Given]) -> None:
    def wrong(given: Given) -> list[str]:
        lines = given.said.split("\n")
        return [line for line in lines if "Hội đồng nhân dân quy định, tôi chưa" in line and MONEY.search(line)]

    assert offenders(answers, wrong) == []


def test_every_unconfirmed_council_fee_of_the_day_is_said_to_be_unconfirmed(answers: list[Given]) -> None:
    def wrong(given: Given) -> bool:
        case = given.procedure.case(given.case)
        rows = given.procedure.fees if case is None or case.fees is None else case.fees
        unknown = any(
            fee.amount is None and fee.set_by is FeeSetter.PROVINCIAL_COUNCIL and fee.holds_on(given.on)
            for fee in rows
        )
        return unknown and "chưa có mức thu được xác nhận" not in given.said

    shown = [g for g in answers if g.aspect is Aspect.FEE and g.procedure.status is Status.ACTIVE]
    shown = [g for g in shown if g.case is not None or not g.procedure.cases]
    assert offenders(shown, wrong) == []


def test_every_amount_of_the_day_is_shown(answers: list[Given]) -> None:
    def wrong(given: Given) -> list[str]:
        case = given.procedure.case(given.case)
        rows = given.procedure.fees if case is None or case.fees is None else case.fees
        amounts = [fee.amount for fee in rows if fee.amount and fee.holds_on(given.on)]
        return [money(amount) for amount in amounts if money(amount) not in given.said]

    shown = [g for g in answers if g.aspect is Aspect.FEE and g.procedure.status is Status.ACTIVE]
    shown = [g for g in shown if g.case is not None or not g.procedure.cases]
    assert offenders(shown, wrong) == []


def test_an_entry_of_which_only_the_name_is_known_shows_no_figures(answers: list[Given]) -> None:
    figure = re.compile(r"\d+ (?:ngày|giờ|tháng|bản|đ\b)")
    nameless = [given for given in answers if given.procedure.status is Status.NAME_ONLY]
    assert nameless
    assert offenders(nameless, lambda g: figure.search(g.said)) == []


@pytest.mark.parametrize("aspect", list(Aspect))
@pytest.mark.parametrize("status", ["name_only", "obsolete_listing"])
def test_figures_of_an_unconfirmed_page_are_withheld(tmp_path: Path, status: str, aspect: Aspect) -> None:
    text = spoiled("  channels", f"  status: {status}\n  channels")
    said = compose(the_procedure(write(tmp_path, text)), aspect, TODAY).text
    withheld = aspect is not Aspect.OVERVIEW or status == "name_only"
    assert not withheld or ("20.000" not in said and "5 ngày" not in said)


def test_a_page_out_of_date_is_said_to_be_so(tmp_path: Path) -> None:
    text = spoiled("  channels", "  status: obsolete_listing\n  channels")
    procedure = the_procedure(write(tmp_path, text))
    silent = [aspect for aspect in Aspect if "đã cũ" not in compose(procedure, aspect, TODAY).text]
    assert silent == []


PAPERS = "".join(f"  - {{name: Giấy {number}}}\n" for number in range(1, 11))


class TestALongListOfPapers:
    @pytest.fixture
    def procedure(self, tmp_path: Path) -> Procedure:
        return the_procedure(write(tmp_path, spoiled("  - {name: Tờ khai, originals: 1}\n", PAPERS)))

    def test_is_shortened_at_first(self, procedure: Procedure) -> None:
        assert "Giấy 9" not in compose(procedure, Aspect.DOCUMENTS, TODAY).text

    def test_says_that_there_is_more(self, procedure: Procedure) -> None:
        assert compose(procedure, Aspect.DOCUMENTS, TODAY).has_more

    def test_is_complete_when_everything_is_asked(self, procedure: Procedure) -> None:
        answer = compose(procedure, Aspect.DOCUMENTS, TODAY, everything=True)
        assert ("Giấy 10" in answer.text, answer.has_more) == (True, False)


CASES = """\
  cases:
  - {id: on_time, name: Đúng hạn, fees: [{name: Lệ phí, amount: 0, source: "1/2/A"}]}
  - {id: late, name: Quá hạn, fees: [{name: Lệ phí, amount: 50000, source: "1/2/A"}]}
  channels"""


class TestFeesThatDifferByCase:
    @pytest.fixture
    def procedure(self, tmp_path: Path) -> Procedure:
        return the_procedure(write(tmp_path, spoiled("  channels", CASES)))

    def test_are_shown_for_each_case_while_none_is_named(self, procedure: Procedure) -> None:
        text = compose(procedure, Aspect.FEE, TODAY).text
        assert ("không thu" in text, "50.000 đ" in text) == (True, True)

    def test_leave_the_case_open(self, procedure: Procedure) -> None:
        assert compose(procedure, Aspect.FEE, TODAY).open_case

    def test_are_those_of_the_named_case_alone(self, procedure: Procedure) -> None:
        text = compose(procedure, Aspect.FEE, TODAY, "late").text
        assert ("không thu" in text, "50.000 đ" in text) == (False, True)

    def test_do_not_open_the_case_for_other_aspects(self, procedure: Procedure) -> None:
        assert not compose(procedure, Aspect.WHERE, TODAY).open_case


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0 đ"), (8_000, "8.000 đ"), (20_000, "20.000 đ"), (1_250_000, "1.250.000 đ")]
)
def test_money(amount: int, text: str) -> None:
    assert money(amount) == text


def test_a_day_has_two_digits_for_day_and_month() -> None:
    assert day(date(2027, 1, 1)) == "01/01/2027"


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (Time(unit=Unit.SAME_DAY), "ngay trong ngày làm việc"),
        (Time(unit=Unit.WORKING_DAY, amount=5), "5 ngày làm việc"),
        (Time(unit=Unit.DAY, amount_max=30), "tối đa 30 ngày"),
        (Time(unit=Unit.MONTH, amount=1, amount_max=3), "1 đến 3 tháng"),
    ],
)
def test_durations(time: Time, text: str) -> None:
    assert duration(time) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("phải xác minh", "nếu phải xác minh"),
        ("Nếu phải xác minh", "nếu phải xác minh"),
        ("khi xin thêm bản sao", "khi xin thêm bản sao"),
        ("UBND yêu cầu", "nếu UBND yêu cầu"),
    ],
)
def test_a_condition_gets_one_introduction(text: str, expected: str) -> None:
    assert condition(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("nộp hồ sơ", "Nộp hồ sơ."), ("Ai?", "Ai?"), ("x.", "X.")])
def test_a_sentence_begins_large_and_ends(text: str, expected: str) -> None:
    assert sentence(text) == expected


@pytest.mark.parametrize(
    ("items", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a và b"), (["a", "b", "c"], "a, b và c")]
)
def test_items_are_joined_as_people_do(items: list[str], expected: str) -> None:
    assert joined(items) == expected


def test_the_faultless_file_is_answered_as_it_says(tmp_path: Path) -> None:
    assert compose(the_procedure(write(tmp_path, FILE)), Aspect.FEE, TODAY).text == (
        "Đăng ký nuôi rồng – lệ phí\n"
        "• Lệ phí nuôi rồng: 20.000 đ.\n"
        "Căn cứ mức thu: 85/2019/TT-BTC.\n"
        "Anh/chị hỏi tiếp được: giấy tờ cần có, nơi nộp.\n"
        "Nguồn: Cổng Dịch vụ công quốc gia, kiểm tra ngày 17/07/2026\n"
        "https://dichvucong.gov.vn/thu-tuc/1"
    )


class TestNextStep:
    """An answer ends, before its source, with what to do next."""

    @pytest.mark.parametrize(
        ("aspect", "last"),
        [
            (Aspect.DOCUMENTS, "Đủ giấy tờ thì nộp tại: Ủy ban nhân dân cấp xã."),
            (Aspect.DURATION, "Ngày hẹn trả ghi trên giấy tiếp nhận hồ sơ."),
            (Aspect.FORM, "Anh/chị tải mẫu ở trang nguồn hoặc lấy tại nơi nộp."),
        ],
    )
    def test_follows_a_known_fact(self, tmp_path: Path, aspect: Aspect, last: str) -> None:
        text = compose(the_procedure(write(tmp_path, FILE)), aspect, TODAY).text
        assert text.splitlines()[-3] == last

    def test_an_unknown_fact_says_itself_whom_to_ask(self, tmp_path: Path) -> None:
        answer = compose(the_procedure(write(tmp_path, FILE)), Aspect.DEADLINE, TODAY)
        assert (answer.is_unknown, "hỏi tiếp" in answer.text) == (True, False)

    def test_known_facts_are_not_marked_unknown(self, tmp_path: Path) -> None:
        assert not compose(the_procedure(write(tmp_path, FILE)), Aspect.FEE, TODAY).is_unknown


class TestManyPapersByCase:
    """A short answer lists the first case; the others are named, and one tap away."""

    @pytest.fixture
    def procedure(self, tmp_path: Path) -> Procedure:
        papers = ", ".join(f"{{name: Giấy số {number}}}" for number in range(1, 8))
        cases = f"  cases:\n  - {{id: wild, name: Rồng hoang, documents: [{papers}]}}\n"
        cases += f"  - {{id: tame, name: Rồng nhà, documents: [{papers.replace('số', 'nhà')}]}}\n"
        return the_procedure(write(tmp_path, spoiled("  aliases:\n", f"{cases}  aliases:\n")))

    def test_the_first_is_listed_and_the_other_named(self, procedure: Procedure) -> None:
        answer = compose(procedure, Aspect.DOCUMENTS, TODAY)
        assert (answer.has_more, answer.open_case) == (True, True)
        assert ("Giấy số 7" in answer.text, "Giấy nhà 1" in answer.text) == (True, False)
        assert "Trường hợp khác, giấy tờ khác: Rồng nhà." in answer.text

    def test_all_are_listed_after_more(self, procedure: Procedure) -> None:
        answer = compose(procedure, Aspect.DOCUMENTS, TODAY, everything=True)
        assert (answer.has_more, "Giấy nhà 7" in answer.text) == (False, True)

    def test_a_chosen_case_is_listed_alone(self, procedure: Procedure) -> None:
        text = compose(procedure, Aspect.DOCUMENTS, TODAY, "tame").text
        assert ("Giấy nhà 7" in text, "Giấy số 1" in text) == (True, False)
