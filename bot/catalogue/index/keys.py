"""Keys of the index: the same syllables whatever the spelling, and which of them carry a subject."""

from __future__ import annotations

import re

from bot.vietnamese.folding import strip_marks, words
from bot.vietnamese.normaliser import clean, normalise_once

_OPEN_Y = re.compile(r"\b(qu|[hklmst])y\b")
"""“kỹ” and “kĩ”, “lý” and “lí” are one syllable; the normaliser leaves both (vietnamese-nlu.md §2.1)."""

_FUNCTION = """
    a ah ai anh ay ba bac ban bao bay bi biet bo boi bua bn cac cai can cach chac chang chao chau chi cho chu
    chuan chua chung co con cong cua cung cu da dang dau day de den di dinh do doi don dong duoc em gi giay gio
    giup gui ha han hay het hien ho hoac hoan hoi hoi hom huong i in is it j ke khi khong kia kieu la lai lam lan
    lau le len lien lieu luc luon mang mat may mau minh moi mong mot muon nam nao nay neu ngay nghe nghin nguoi
    nha nhan nhanh nhat nhe nhieu nhu nhung nho nhi noi nop nua o oi ong phai phi qua quy ra rang ro roi sao se
    so ta tai tat tham thang thay the them theo thi thoi tien tin tim to toi tot tra tren trieu trinh trong truoc
    tu tuc tung vay va van ve vi viec voi vua xem xin xong vui long
"""
FUNCTION = frozenset(_FUNCTION.split())
"""Syllables of questions and of politeness; they say nothing about the subject by themselves."""


def syllables(text: str) -> list[str]:
    """Return the syllables of a text without marks, abbreviations written out.

    Args:
        text: A message or a name, in any Unicode form, with or without diacritics.
    """
    # Once for the abbreviations as typed, once more so that “đk” and “dk” end in the same words.
    spelled_out = normalise_once(clean(text)).accented
    bare = normalise_once(strip_marks(spelled_out)).accented
    return _OPEN_Y.sub(r"\1i", words(bare)).split()
