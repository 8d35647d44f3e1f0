"""The index over names: the same for every spelling, and honest about how much of a message it covers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.index.keys import syllables
from bot.catalogue.index.search import NamedProcedure, NameIndex
from bot.catalogue.index.spelling import repaired
from bot.vietnamese.folding import strip_marks

FISH = "Cấp giấy phép nuôi cá cảnh trong bể kính"
BIRD = "Cấp lại giấy phép nuôi chim cảnh"
TREE = "Đăng ký trồng cây quý ở kỳ nghỉ"
PROCEDURES = [
    NamedProcedure("1.000001", (FISH, "nuôi cá cảnh")),
    NamedProcedure("1.000002", (BIRD,), former_codes=("9.000002",)),
    NamedProcedure("1.000003", (TREE, "trồng cây"), life_events=("sinh con",), is_curated=True),
]


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(PROCEDURES)


def codes(index: NameIndex, query: str) -> list[str]:
    return [match.code for match in index.search(query)]


@pytest.mark.parametrize(
    "query",
    [
        "nuôi cá cảnh",
        "nuoi ca canh",
        "NUÔI CÁ CẢNH",
        unicodedata.normalize("NFD", "nuôi cá cảnh"),
        "  nuôi,  cá - cảnh?! ",
    ],
)
def test_every_spelling_finds_the_same_with_the_same_score(index: NameIndex, query: str) -> None:
    assert index.search(query) == index.search("nuôi cá cảnh")


@given(st.lists(st.sampled_from(f"{FISH} {BIRD} {TREE} xin hỏi lệ phí đk gplx".split()), max_size=12))
def test_marks_never_change_what_is_found(words: list[str]) -> None:
    index = NameIndex(PROCEDURES)
    assert index.search(" ".join(words)) == index.search(strip_marks(" ".join(words)))


def test_open_i_and_y_are_one_letter(index: NameIndex) -> None:
    assert syllables("kỹ lý mỹ quý") == syllables("kĩ lí mĩ quí")


def test_a_proper_name_comes_before_a_life_event() -> None:
    index = NameIndex([*PROCEDURES, NamedProcedure("1.000004", ("Sinh con",))])
    assert codes(index, "sinh con")[:2] == ["1.000004", "1.000003"]


def test_a_former_code_finds_the_procedure(index: NameIndex) -> None:
    assert codes(index, "9.000002") == ["1.000002"]


@pytest.mark.parametrize("query", ["", "   ", "???", "xyzzy"])
def test_nothing_is_found_for_nothing(index: NameIndex, query: str) -> None:
    assert index.search(query) == []


def test_an_index_of_nothing_finds_nothing() -> None:
    assert NameIndex([]).search("nuôi cá") == []


def test_a_procedure_stands_once_however_many_names_match(index: NameIndex) -> None:
    assert codes(index, "nuôi cá cảnh").count("1.000001") == 1


class TestCover:
    def test_words_of_a_question_are_no_subject(self, index: NameIndex) -> None:
        assert index.search("nuôi cá cảnh thì cần giấy tờ gì vậy ạ")[0].of_query == 1.0

    def test_an_unknown_subject_lowers_the_share_of_the_message(self, index: NameIndex) -> None:
        assert index.search("nuôi cá cảnh pizza")[0].of_query < index.search("nuôi cá cảnh")[0].of_query

    def test_a_part_of_a_name_covers_a_part_of_it(self, index: NameIndex) -> None:
        match = index.search("trong bể kính")[0]
        assert (match.code, 0 < match.of_name < 1) == ("1.000001", True)

    def test_the_whole_name_covers_all(self, index: NameIndex) -> None:
        match = index.search(FISH)[0]
        assert (match.code, match.of_query, match.of_name) == ("1.000001", 1.0, 1.0)


KNOWN = {"phep": 0, "giay": 1, "nuoi": 2}


class TestSpelling:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [("phepj", ["phep"]), ("giayy", ["giay"]), ("nuoif", ["nuoi"]), ("giayphep", ["giay", "phep"])],
    )
    def test_a_slip_is_repaired(self, typed: str, meant: list[str]) -> None:
        assert repaired(typed, KNOWN) == meant

    @pytest.mark.parametrize("word", ["nuoc", "phim", "ab", "2026", "khongcotuanay", "wifi"])
    def test_anything_else_stays(self, word: str) -> None:
        assert repaired(word, KNOWN) == [word]
