"""Generated personal data, and generated codes, dates and amounts that only look like it."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass

from hypothesis import strategies as st

from bot.vietnamese.folding import strip_marks

DIGITS = "0123456789"
_SENTENCES = (
    "em muốn hỏi thủ tục đăng ký khai sinh cho con",
    "Anh chị kiểm tra giúp hồ sơ cấp đổi giấy phép",
    "ông bà nội tôi nộp ở Trung tâm Phục vụ hành chính công phường Hồng Gai",
    "lấy kết quả khi nào ạ, xin cảm ơn rất nhiều",
    "Nhờ hỗ trợ (gấp): xác nhận tình trạng hôn nhân!",
)
WIDE = str.maketrans(DIGITS, "０１２３４５６７８９")


@dataclass(frozen=True)
class Personal:
    """A piece of personal data as somebody typed it."""

    text: str
    labels: tuple[str, ...]


def luhn_digit(digits: str) -> str:
    """Return the check digit, worked out the way the standard puts it, not the way the product does."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """Return words of citizens, composed or decomposed, with or without marks, in any case."""
    text = draw(st.sampled_from(_SENTENCES))
    change = draw(
        st.sampled_from((str, str.upper, strip_marks, str.lower, lambda text: unicodedata.normalize("NFD", text)))
    )
    return change(text)


def _digits(length: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=length, max_size=length)


@st.composite
def _written(draw: st.DrawFn, digits: str, groupings: tuple[str, ...], joiners: str = " .-") -> str:
    """Return digits in one piece or in groups; sometimes full-width or with invisible signs."""
    grouping = draw(st.sampled_from(groupings))
    joiner = draw(st.sampled_from(joiners))
    parts, position = [], 0
    for length in map(int, grouping.split("-")) if grouping else (len(digits),):
        parts.append(digits[position : position + length])
        position += length
    text = joiner.join(parts)
    disguise = draw(st.sampled_from(("none", "none", "wide", "invisible")))
    if disguise == "wide":
        text = text.translate(WIDE)
    if disguise == "invisible":
        at = draw(st.integers(1, len(text) - 1))
        text = text[:at] + draw(st.sampled_from(("\u200b", "\u200d\u2060", "\ufeff"))) + text[at:]
    return text


@st.composite
def citizen_ids(draw: st.DrawFn) -> Personal:
    digits = "0" + draw(_digits(11))
    groupings = ("", "3-3-3-3", "4-4-4", "3-9", "6-6", "3-1-2-6")
    return Personal(draw(_written(digits, groupings)), ("[CCCD]",))


@st.composite
def any_twelve_digits(draw: st.DrawFn) -> Personal:
    return Personal(draw(_digits(12)), ("[CCCD]", "[SDT]"))


@st.composite
def old_ids(draw: st.DrawFn) -> Personal:
    digits = draw(_digits(8)) + draw(st.sampled_from("123456789"))
    return Personal(draw(_written(digits, ("", "3-3-3"), " .")), ("[CMND]",))


@st.composite
def phones(draw: st.DrawFn) -> Personal:
    rest = draw(st.sampled_from("35789")) + draw(_digits(8))
    kind = draw(st.sampled_from(("0", "84", "+84", "+84 ", "(+84) ", "0084", "84 0")))
    if kind == "0":
        groupings = ("", "4-3-3", "3-3-4", "4-6", "4-2-2-2", "2-2-2-2-2", "1-3-3-3", "5-5", "3-4-3")
        return Personal(draw(_written("0" + rest, groupings)), ("[SDT]",))
    return Personal(kind + draw(_written(rest, ("", "3-3-3", "2-3-4"))), ("[SDT]",))


@st.composite
def landlines(draw: st.DrawFn) -> Personal:
    digits = "02" + draw(_digits(9))
    return Personal(draw(_written(digits, ("", "4-7", "3-8", "5-3-3", "4-4-3", "3-4-4"))), ("[SDT]",))


@st.composite
def cards(draw: st.DrawFn) -> Personal:
    length = draw(st.integers(13, 19))
    digits = draw(st.sampled_from("3456")) + draw(_digits(length - 2))
    digits += luhn_digit(digits)
    fours = {13: "4-4-4-1", 15: "4-6-5", 16: "4-4-4-4", 19: "4-4-4-4-3"}
    # Thirteen digits behind two letters may as well be a health insurance card.
    return Personal(draw(_written(digits, ("", fours.get(length, "")), " -")), ("[THE]", "[BHYT]"))


@st.composite
def health_cards(draw: st.DrawFn) -> Personal:
    letters = draw(st.sampled_from(("GD", "HS", "DN", "te", "Ht")))
    digits = draw(st.sampled_from("12345")) + draw(_digits(12))
    return Personal(
        letters + draw(st.sampled_from(("", " "))) + draw(_written(digits, ("", "1-2-10", "1-2-2-3-5"))),
        ("[BHYT]",),
    )


@st.composite
def emails(draw: st.DrawFn) -> Personal:
    name = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)
    local = draw(name) + draw(st.sampled_from((".", "_", "-", "+", ""))) + draw(name)
    domain = draw(st.sampled_from(("gmail.com", "Yahoo.com.vn", "quangninh.gov.vn", "ten-mien.vn")))
    return Personal(f"{local}@{domain}", ("[EMAIL]",))


def personal() -> st.SearchStrategy[Personal]:
    """Return any personal data that is known without a cue."""
    numbers = (
        citizen_ids(),
        any_twelve_digits(),
        old_ids(),
        phones(),
        landlines(),
        cards(),
        health_cards(),
    )
    return st.one_of(*numbers, emails())


@st.composite
def announced(draw: st.DrawFn) -> tuple[str, str, str]:
    """Return a cue, a number that is personal only behind it, and the label."""
    kind = draw(st.sampled_from(("[BHXH]", "[BHYT]", "[STK]", "[HOCHIEU]", "[THE]")))
    cues = {
        "[BHXH]": ("bhxh", "Mã số BHXH của tôi là", "sổ bảo hiểm xã hội số", "so bao hiem:"),
        "[BHYT]": ("thẻ BHYT", "bảo hiểm y tế của em", "the bhyt so"),
        "[STK]": ("stk", "số tài khoản của em:", "So tai khoan", "STK ngân hàng MB"),
        "[HOCHIEU]": ("hộ chiếu", "Ho chieu so:", "passport no.", "HỘ CHIẾU của tôi"),
        "[THE]": ("số thẻ", "thẻ ATM của em là", "the ngan hang"),
    }
    if kind == "[HOCHIEU]":
        number = draw(st.sampled_from("BCPKbc")) + draw(st.integers(7, 8).flatmap(_digits))
    elif kind == "[STK]":
        number = draw(st.integers(8, 16).flatmap(_digits))
    elif kind == "[THE]":
        number = draw(_digits(16))
    else:
        number = draw(_written(draw(_digits(10)), ("", "2-4-4"), " "))
        if " " in number and number.startswith("0"):
            number = number.replace(" ", "")
    return draw(st.sampled_from(cues[kind])), number, kind


@st.composite
def dossier_codes(draw: st.DrawFn) -> str:
    date = draw(st.dates(dt.date(2018, 1, 1), dt.date(2039, 12, 31))).strftime("%y%m%d")
    units = ("H49", "H49.22", "H49.22.05", "000.00.22.H49", "h49.22", "G22.99.08", "H38.07", "G15.99")
    unit = draw(st.sampled_from(units))
    number = draw(st.integers(4, 7).flatmap(_digits))
    joiner = draw(st.sampled_from(("-", "-", " - ", " – ", "–")))
    return f"{unit}{joiner}{date}{joiner}{number}"


@st.composite
def sloppy_dossier_codes(draw: st.DrawFn) -> str:
    date = draw(st.integers(18, 39)), draw(st.integers(1, 12)), draw(st.integers(1, 28))
    joiner = draw(st.sampled_from((" ", ".", "_", "-")))
    parts = [draw(st.sampled_from(("h49", "H49"))), draw(st.sampled_from(("22", "05", f"22{joiner}05")))]
    parts += ["{:02}{:02}{:02}".format(*date), str(draw(st.integers(1, 9999)))]
    return joiner.join(parts)


@st.composite
def amounts(draw: st.DrawFn) -> str:
    joiner = draw(st.sampled_from((".", ",", "", " ")))
    # In one piece and not round, eleven or twelve digits are masked in spite of the currency.
    value = draw(st.integers(1_000, 999_999_999_999 if joiner else 9_999_999_999))
    return f"{value:,}".replace(",", joiner) + draw(
        st.sampled_from((" đ", "đ", " đồng", "đồng", " vnd", "VNĐ", " dong", "d", " ₫", " đ/năm"))
    )


@st.composite
def moments(draw: st.DrawFn) -> str:
    # A form of writing only; the zone plays no part.
    moment = draw(st.datetimes(dt.datetime(1930, 1, 1), dt.datetime(2099, 12, 31)))  # noqa: DTZ001
    days = ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", "%Y%m%d")
    times = ("%H:%M %d/%m/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H", "%Y-%m-%dT%H:%M:%S", "%Hh%M")
    form = draw(st.sampled_from(days + times))
    return moment.strftime(form)


def lookalikes() -> st.SearchStrategy[str]:
    """Return codes, amounts, dates and public numbers that must stay."""
    number = st.integers
    return st.one_of(
        dossier_codes(),
        sloppy_dossier_codes(),
        amounts(),
        moments(),
        st.builds("{}.{:06}".format, number(1, 3), number(0, 99_999)),
        st.builds("{}.{:06}.000.00.00.H49".format, number(1, 3), number(0, 99_999)),
        st.builds("{}/{}/NĐ-CP".format, number(1, 400), number(1945, 2030)),
        st.builds("{}.{}/2025/NQ-CP".format, number(1, 99), number(1, 9)),
        st.builds("{}/{}/QH{}".format, number(1, 400), number(2005, 2030), number(11, 16)),
        st.builds("{}/NQ-UBTVQH{}".format, number(1, 9999), number(11, 16)),
        st.builds("KQ.G{:02}.{:06}".format, number(0, 99), number(0, 999_999)),
        st.builds("14{}-{:03}.{:02}".format, st.sampled_from("ABCK"), number(0, 999), number(0, 99)),
        st.builds("{}{:04}".format, st.sampled_from(("1900", "1900 ", "1800", "1800.")), number(0, 9999)),
        st.sampled_from(("113", "114", "115", "113/114/115", "CT01", "TK01", "2 tỷ", "00321/2026/00417")),
    )
