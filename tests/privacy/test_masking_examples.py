"""Sentences as people type them, and what is stored of them."""

from __future__ import annotations

import unicodedata

import pytest

from bot.privacy.masking import mask

MASKED = [
    ("cccd 001099012345", "cccd [CCCD]"),
    ("Số căn cước: 001 099 012 345.", "Số căn cước: [CCCD]."),
    ("001.099.012.345", "[CCCD]"),
    ("số 123456789012 ạ", "số [CCCD] ạ"),
    ("cccd001099012345ạ", "cccd[CCCD]ạ"),
    ("cccd 00109901234 thiếu một số", "cccd [CCCD] thiếu một số"),
    ("tk vneid 001099012345, quên mật khẩu", "tk vneid [CCCD], quên mật khẩu"),
    ("CMND 123456789 Đồng Nai", "CMND [CMND] Đồng Nai"),
    ("123456789 đồng ý không", "[CMND] đồng ý không"),
    ("123456789 Dong Trieu", "[CMND] Dong Trieu"),
    ("123456789 đ/c Hạ Long", "[CMND] đ/c Hạ Long"),
    ("cmnd 123.456.000", "cmnd [CMND]"),
    ("cmnd 022 111 111", "cmnd [CMND]"),
    ("111 112 234", "[CMND]"),
    ("phòng 5 101 234 567", "phòng 5 [CMND]"),
    ("cccd 0010990123456 thừa một số", "cccd [CCCD] thừa một số"),
    ("0010 9901 2345 6789", "[CCCD] 6789"),
    ("số 101 234.567 ạ", "số [CMND] ạ"),
    ("bhxh 22 1234 5678 101 234.567", "bhxh [BHXH] [CMND]"),
    ("gọi em 0912345678 nhé", "gọi em [SDT] nhé"),
    ("0912 345 678", "[SDT]"),
    ("0912.345.678", "[SDT]"),
    ("0912-345-678", "[SDT]"),
    ("02033.825.123", "[SDT]"),
    ("(0203) 3825 123", "[SDT]"),
    ("+84 912 345 678", "[SDT]"),
    ("(+84) 912 345 678", "[SDT]"),
    ("+84 300.000.000", "[SDT]"),
    ("0912.345.000", "[SDT]"),
    ("84912345678", "[SDT]"),
    ("0084 912 345 678", "[SDT]"),
    ("0 9 1 2 3 4 5 6 7 8", "[SDT]"),
    ("09\u200b12\u200b345\u2060678", "[SDT]"),
    ("０９１２３４５６７８", "[SDT]"),
    ("0️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "[SDT]\ufe0f\u20e3"),
    ("0912345678/0987654321", "[SDT]/[SDT]"),
    ("1.0912345678 2.001099012345", "1.[SDT] 2.[CCCD]"),
    ("05 0912 345 678", "05 [SDT]"),
    ("mẫu CT01 0912 345 678, 20.000 0912345678", "mẫu CT01 [SDT], 20.000 [SDT]"),
    ("0912 345 678 123/2015/NĐ-CP", "[SDT] 123/2015/NĐ-CP"),
    ("0912 345 678 đ", "[SDT] đ"),
    ("0 912 345 678", "[SDT]"),
    ("sđt 912345678", "sđt [SDT]"),
    ("0912345678 10 giờ", "[SDT] 10 giờ"),
    ("001 099 012 345 0912 345 678", "[CCCD] [SDT]"),
    ("thư: Nguyen.A+1@gmail.com.", "thư: [EMAIL]."),
    ("abc @gmail.com", "[EMAIL]"),
    ("abc＠quangninh.gov.vn", "[EMAIL]"),
    ("0912345678@zalo.vn", "[EMAIL]"),
    ("...@vn.vn, a@b.vn", "...@vn.vn, [EMAIL]"),
    ("4111 1111 1111 1111", "[THE]"),
    ("4111-1111-1111-1111 20 ngày", "[THE] 20 ngày"),
    ("378282246310005", "[THE]"),
    ("9704 1234 5678 9012", "[THE]"),
    ("thẻ ATM 1234 5678 9012 3456", "thẻ ATM [THE]"),
    ("bhxh 2212345678", "bhxh [BHXH]"),
    ("mã số bảo hiểm: 22 1234 5678", "mã số bảo hiểm: [BHXH]"),
    ("bhxh 2212345678, 2287654321", "bhxh [BHXH], [BHXH]"),
    ("bảo hiểm xã hội gọi 0912345678", "bảo hiểm xã hội gọi [SDT]"),
    ("GD4222212345678", "[BHYT]"),
    ("gd 4 22 22 123 45678", "[BHYT]"),
    ("thẻ bhyt 2212345678", "thẻ bhyt [BHYT]"),
    ("hộ chiếu B1234567 và C12345678", "hộ chiếu [HOCHIEU] và [HOCHIEU]"),
    ("Ho Chieu số của tôi: c 1234567", "Ho Chieu số của tôi: [HOCHIEU]"),
    ("stk 19034567890123 vcb", "stk [STK] vcb"),
    ("so tai khoan 1903 4567 890 123", "so tai khoan [STK]"),
    ("stk 12345678 500.000 đồng", "stk [STK] 500.000 đồng"),
    ("tài khoản 12345678901", "tài khoản [STK]"),
]

KEPT = [
    "H49.22.05-261008-0975",
    "H49-261105-0123",
    "000.00.22.H49-261008-0975",
    "h49 22 261103 42",
    "h49 261103042, h4922261103 0042, h49 22 26110342",
    "H49.22 – 261105 – 0123",
    "H49.22_261105_0123, H49.22.261105.0123",
    "G15.99-260914-1500271",
    "00321/2026/00417",
    "1.001193 2.000635",
    "1.001193.000.00.00.H49",
    "123/2015/NĐ-CP, 66.7/2025/NQ-CP, 60/2014/QH13, 1679/NQ-UBTVQH15",
    "CT01, TK01, KQ.G15.000031, khóa tài khoản.Mã: KQ.G01.000153Trường hợp",
    "20.000 đ, 1.500.000.000 đồng, 100000000 đồng, 2 tỷ, 500000000 vnd, 120000000đ",
    "vốn 100.000.000 hoặc 1 500 000 000",
    "mẫu số 02 15.000.000 đồng, 01 100.000.000 đ",
    "123456789 đồng chị ơi, 123.456.789 dong anh oi",
    "25 000 000 000 đ, 1 234 567 890 đồng",
    "VND 500000000, $100000000",
    "12/05/2026, 2026-11-24, 24.11.2026, 20261124, 8h30, 08:30",
    "05.11.2026 - 06.11.2026 08:30",
    "05 11 2026 08 30",
    "1900xxxx 19001234 1900 1234 18001096 113/114/115 113 114 115",
    "14A-123.45",
    "hộ chiếu mẫu TK01, thời hạn 10 năm",
    "mua 2 @ 20.000, nhắn @DichVuCong hoặc Zalo @quangninh.gov.vn",
    "550e8400-e29b-41d4-a716-446655440000 3f2504e04f8911d39a0c0305e82c3301",
    '"confidence": 0.9876543216054321, 9.876543216054321e-05, "at": 1764000000.1234567',
    "B1234567",
    "2212345678",
    "1234567890123",
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_personal_data_is_replaced(text: str, expected: str, form: str) -> None:
    assert mask(unicodedata.normalize(form, text)) == unicodedata.normalize(form, expected)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("text", KEPT)
def test_other_numbers_stay(text: str, form: str) -> None:
    text = unicodedata.normalize(form, text)
    assert mask(text) is text


def test_an_escaped_letter_before_a_number_is_not_torn_apart() -> None:
    assert mask(r'{"text": "s\u00e0912345678"}') == r'{"text": "s\u00e0[CMND]"}'
