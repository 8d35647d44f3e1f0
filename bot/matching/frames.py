"""The frame of a question: what is left when the words of the matter itself are blanked out.

"làm lại căn cước cho bố tôi mất mấy đồng" and "đổi biển xe hết mấy đồng" share the frame of a question
about a fee. Persons become one sign, numbers another, every run of other words a gap. The classifier
of aspects learns from frames what it would else have to learn for each procedure anew.
"""

from __future__ import annotations

from collections.abc import Iterator

GAP, PERSON, NUMBER, BORDER = "_", "@", "#", "|"
LONGEST = 3
"""Signs of the longest term."""

_WORD_LIST = """
ai an bang bao bat ben bi bieu biet buoc buu cac cach can cap cau chac chi chieu cho chua chuan chung co cong
cu cua cung da dang dau de den di dich dien dieu dinh do doi don dong du dua duoc duong gap gi giay gio giup
gom gui hai han hay hen het hieu ho hoac hoi hom hop huyen ke khac khai khi khong kia kien kiem kieu kip lai
lam lan lang lau lay le len luat luc luon luu ma mang mat mau may mien minh mo moi muon nao nay nen neu ngan
ngay nghi nghin ngoai nhan nhanh nhap nhieu nho nhu nhung nhe noi nop nua o online ok phai phan phat phi phong
phuong qua quan qui quyen quyet quy ra rang roi sao sau so som tai tap tay te thang thanh thay the them theo
thi thieu thoi thong thu thue thuc tien tiep tieu to toan ton tra tren tre trieu trinh tro trong tru truc
truoc truong tri tu tuan tuc tung tuoi tuyen uy va van vao vay ve vi viec vien vneid voi vssid vua vu xa xin
xong xu y gia nam
"""
_PERSON_LIST = """
anh ba bac bo cau cha chau chi chong chu con em me nguoi nha ong re ruot toi u vo
"""
_NUMBER_LIST = "mot hai bon bay tam chin muoi tram"
_WORDS, _PERSONS, _NUMBERS = (frozenset(text.split()) for text in (_WORD_LIST, _PERSON_LIST, _NUMBER_LIST))


def frame(stripped: str) -> list[str]:
    """Return the signs of a text without diacritics, between borders."""
    signs = [BORDER]
    for word in stripped.split():
        if word in _PERSONS:
            sign = PERSON
        elif word in _NUMBERS or word[0].isdigit():
            sign = NUMBER
        elif word in _WORDS:
            sign = word
        else:
            sign = GAP
        if sign not in (GAP, PERSON) or signs[-1] != sign:
            signs.append(sign)
    signs.append(BORDER)
    return signs


def frame_terms(stripped: str) -> Iterator[str]:
    """Yield runs of one to `LONGEST` signs; nothing when no word of a frame occurs."""
    signs = frame(stripped)
    if not any(sign in _WORDS for sign in signs):
        return
    for size in range(1, LONGEST + 1):
        for start in range(len(signs) - size + 1):
            yield " ".join(signs[start : start + size])
