"""Words around a name that say whether, and what kind of, a place is meant."""

from __future__ import annotations

from collections.abc import Iterable

from bot.places.model import PlaceType
from bot.places.syllables import Form, Syllable, form_of, forms_of

_TYPES = {
    "phường": PlaceType.WARD, "p": PlaceType.WARD, "f": PlaceType.WARD,
    "xã": PlaceType.COMMUNE, "x": PlaceType.COMMUNE,
    "thị trấn": PlaceType.TOWNSHIP, "tt": PlaceType.TOWNSHIP,
    "đặc khu": PlaceType.SPECIAL_ZONE, "huyện đảo": PlaceType.DISTRICT,
    "huyện": PlaceType.DISTRICT, "h": PlaceType.DISTRICT,
    "thị xã": PlaceType.TOWN, "tx": PlaceType.TOWN,
    "thành phố": PlaceType.CITY, "tp": PlaceType.CITY,
    "quận": PlaceType.URBAN_DISTRICT, "q": PlaceType.URBAN_DISTRICT,
    "tỉnh": PlaceType.PROVINCE,
}  # fmt: skip
_TYPE_WORDS = tuple(
    sorted(((forms_of(word), kind) for word, kind in _TYPES.items()), key=lambda item: -len(item[0]))
)


def _table(words: Iterable[str]) -> dict[str, tuple[Form, ...]]:
    table: dict[str, tuple[Form, ...]] = {}
    for word in words:
        form = form_of(word)
        table[form.folded] = (*table.get(form.folded, ()), form)
    return table


_TYPE_ENDS = frozenset(forms[-1].folded for forms, _ in _TYPE_WORDS)
_LOCATIVE = _table(("ở", "tại", "quê", "thuộc", "đảo", "vùng", "trên"))
_VILLAGE = _table(("thôn", "khu", "xóm", "bản", "tổ", "ấp"))
_STREET = _table(("đường", "phố", "ngõ", "ngách", "cầu", "sông"))
_PERSON = _table(("anh", "chị", "em", "ông", "bà", "cô", "cháu", "chú", "bác", "tên", "bé"))
_OLD = _table(("cũ",))
_MOVES = _table(("đi", "về", "ra", "vào", "lên", "đến", "tới", "sang", "chuyển", "ở", "tại", "quê", "nay", "giờ"))
_BEFORE_NOW = frozenset(("cu", "bay", "hien", "thi"))
_NOW = frozenset(("nay", "gio"))
_BECOMES = frozenset(("thuoc", "la", "goi", "nhap", "ve", "ten", "doi", "chia"))


def _is_in(table: dict[str, tuple[Form, ...]], syllable: Syllable) -> bool:
    """Say whether a syllable is one of the words; without marks it may be."""
    form = syllable.form
    return any(form.may_be(word) for word in table.get(form.folded, ()))


def type_before(syllables: tuple[Syllable, ...], at: int) -> tuple[PlaceType, int] | None:
    """Return the type word that ends right before index `at`, and where it starts."""
    if at == 0 or syllables[at - 1].form.folded not in _TYPE_ENDS:
        return None
    for forms, kind in _TYPE_WORDS:
        start = at - len(forms)
        if start >= 0 and all(
            syllable.form.may_be(form) for syllable, form in zip(syllables[start:at], forms, strict=True)
        ):
            return kind, start
    return None


def locative_before(syllables: tuple[Syllable, ...], at: int) -> bool:
    """Say whether “ở”, “tại”, “quê” … stands right before."""
    return at > 0 and _is_in(_LOCATIVE, syllables[at - 1])


def village_before(syllables: tuple[Syllable, ...], at: int) -> bool:
    """Say whether the name is that of a village or quarter: “thôn”, “khu”, “khu phố”."""
    if at == 0:
        return False
    if _is_in(_VILLAGE, syllables[at - 1]):
        return True
    return at > 1 and syllables[at - 1].form.folded == "pho" and _is_in(_VILLAGE, syllables[at - 2])


def street_before(syllables: tuple[Syllable, ...], at: int) -> bool:
    """Say whether the name is that of a street or bridge."""
    return at > 0 and _is_in(_STREET, syllables[at - 1])


def person_before(syllables: tuple[Syllable, ...], at: int) -> bool:
    """Say whether the name is that of a person: “chị Hồng Hà”."""
    return at > 0 and _is_in(_PERSON, syllables[at - 1])


def old_after(syllables: tuple[Syllable, ...], at: int) -> bool:
    """Say whether “cũ” follows, or “ngày trước”, “trước đây”."""
    if at < len(syllables) and _is_in(_OLD, syllables[at]):
        return True
    pair = tuple(syllable.form.folded for syllable in syllables[at : at + 2])
    return pair in {("ngay", "truoc"), ("truoc", "day"), ("ngay", "xua"), ("hoi", "truoc")}


def becomes_after(syllables: tuple[Syllable, ...], at: int) -> bool:
    """Say whether “nay là”, “cũ giờ thuộc”, “bây giờ gọi” … follows."""
    following = [syllable.form.folded for syllable in syllables[at : at + 5]]
    while following[:1] and following[0] in _BEFORE_NOW:
        following = following[1:]
    if not following or following[0] not in _NOW:
        return False
    return any(word in _BECOMES for word in following[1:3])


def type_after(syllables: tuple[Syllable, ...], at: int) -> bool:
    """Say whether a type word starts at index `at`: “quận …”, “thành phố …”."""
    for width in (1, 2):
        found = type_before(syllables, at + width) if at + width <= len(syllables) else None
        if found and found[1] == at:
            return True
    return False


def moves_between(syllables: tuple[Syllable, ...], start: int, end: int) -> bool:
    """Say whether a word between two names makes them two places and not one address."""
    return any(_is_in(_MOVES, syllable) for syllable in syllables[start:end])
