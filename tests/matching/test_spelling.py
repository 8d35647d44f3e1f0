"""Slips are mended by what training knows; what is known and fits stays."""

from __future__ import annotations

import pytest

from bot.matching.spelling import Speller
from bot.matching.tfidf import DualTfidf
from bot.vietnamese.folding import strip_marks
from bot.vietnamese.normaliser import normalise

KNOWN = [
    "đăng ký khai sinh cho con mất bao lâu",
    "đăng ký kết hôn cần giấy tờ gì",
    "làm sổ đỏ mất bao lâu thì xong",
    "đổi sổ đỏ hết bao nhiêu tiền",
    "nộp hồ sơ ở phường nào",
    "xin trích lục khai sinh bao lâu thì có",
    "đổi căn cước bao lâu",
    "tách thửa bao lâu",
    "xây nhà chờ bao lâu mới được phép",
    "sang tên bao lâu",
    "xin sổ đỏ",
    "mất sổ đỏ",
    "tách sổ đỏ",
    "sửa sổ đỏ",
]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return DualTfidf.fit([normalise(text) for known in KNOWN for text in (known, strip_marks(known))]).speller


@pytest.mark.parametrize(
    ("typed", "accented"),
    [
        ("đăng ký khai snih", "đăng ký khai sinh"),
        ("đăng ký khaisinh", "đăng ký khai sinh"),
        ("dangkykethon", "dang ky ket hon"),
        ("làm xổ đỏ", "làm sổ đỏ"),
        ("làm sổ đỏ mất bao nâu thì xong", "làm sổ đỏ mất bao lâu thì xong"),
    ],
)
def test_slips_are_mended(speller: Speller, typed: str, accented: str) -> None:
    mended = speller.repair(normalise(typed))
    assert (mended.accented, mended.stripped) == (accented, strip_marks(accented))


@pytest.mark.parametrize("text", [*KNOWN, "tôi ở phường Hồng Gai", "mẫu CT01", "h49.22", "", "🙂"])
def test_what_is_known_or_can_be_vietnamese_stays(speller: Speller, text: str) -> None:
    message = normalise(text)
    assert speller.repair(message) == message


def test_pieces_keep_their_places(speller: Speller) -> None:
    message = normalise("đăng ký khaisinh")
    assert speller.repair(message).pieces == message.pieces
