"""Answers about places, from a finding."""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalogue.answers.phrases import joined
from bot.places import phrases
from bot.places.finding import MOST_CANDIDATES, Doubt, FindingKind, PlaceFinding
from bot.places.general import general_answer
from bot.places.model import Unit
from bot.places.places import District, FormerCommune, Places
from bot.places.topics import Topics

PORTAL = "https://dichvucong.gov.vn"
ELSEWHERE = (
    "Tôi chỉ có thông tin nơi nộp ở Quảng Ninh. Thủ tục ở nơi khác có thể khác về nơi nộp và lệ phí; "
    f"anh/chị tra tại Cổng Dịch vụ công quốc gia ({PORTAL}) và chọn tỉnh, thành phố cần làm."
)


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """What to say about a place, and which units to offer."""

    text: str
    candidates: tuple[Unit, ...] = ()
    sources: tuple[str, ...] = ()
    is_elsewhere: bool = False
    """Only another province was named, and nothing is known about it."""


def compose_answer(places: Places, finding: PlaceFinding, text: str) -> PlaceAnswer:
    """Return the answer to a message about places.

    Args:
        places: What is known.
        finding: What the message names.
        text: The message, for what it asks about the place.
    """
    topics = Topics(text)
    if topics.asks_province_centre and finding.kind is not FindingKind.OTHER_PROVINCE:
        return PlaceAnswer(general_answer(places, topics))
    if finding.kind is FindingKind.UNIT:
        return _unit(places, finding, topics)
    if finding.kind is FindingKind.AMBIGUOUS:
        return PlaceAnswer(f"{_doubt(finding)} {_which(finding)}", finding.units[:MOST_CANDIDATES])
    if finding.kind is FindingKind.FORMER_DISTRICT and finding.district:
        lines = [phrases.district_ended(finding.district), phrases.district_units(finding.district)]
        lines.append("Anh/chị ở xã, phường nào?")
        return PlaceAnswer("\n".join(lines), finding.units[:MOST_CANDIDATES])
    if finding.kind is FindingKind.OTHER_PROVINCE:
        return PlaceAnswer(ELSEWHERE, sources=(PORTAL,), is_elsewhere=True)
    return PlaceAnswer(general_answer(places, topics))


def unit_answer(places: Places, unit: Unit) -> PlaceAnswer:
    """Return the answer about a unit chosen with a button."""
    return _unit(places, PlaceFinding(FindingKind.UNIT, (unit,)), Topics(""))


def _unit(places: Places, finding: PlaceFinding, topics: Topics) -> PlaceAnswer:
    unit = finding.units[0]
    lines = []
    if finding.former:
        lines.append(phrases.became(finding.former))
    elif finding.district and finding.district.entry.type != unit.type:
        lines.append(f"{phrases.capital(finding.district.full_name)} cũ nay là {unit.full_name}.")
    if topics.asks_parts:
        parts = [commune for commune in places.former_communes if _took(unit, commune)]
        lines.append(f"{phrases.capital(unit.full_name)} gồm địa bàn cũ của {phrases.former_listed(parts)}.")
    lines.append(f"Nơi nhận hồ sơ ở {unit.full_name}: {phrases.centre_name(unit)}.")
    lines.append(phrases.contact_lines(places.centre_of(unit), topics.body or ""))
    lines.append(phrases.anywhere(places))
    others = [meaning for meaning in finding.meanings if isinstance(meaning, FormerCommune) and meaning.is_divided]
    candidates: tuple[Unit, ...] = ()
    if others and not finding.former:
        candidates = tuple(other for other in others[0].units if other is not unit)
        lines.append(
            f"Lưu ý: một phần {others[0].full_name} cũ nay thuộc {phrases.units_listed(candidates)}; "
            "nếu nhà ở phần đó, anh/chị chọn lại."
        )
    return PlaceAnswer("\n".join(lines), candidates)


def _took(unit: Unit, commune: FormerCommune) -> bool:
    return any(unit is other for other in commune.units)


def _is_same_place(finding: PlaceFinding, commune: FormerCommune) -> bool:
    """Say whether a former commune lies in the unit that has its name today."""
    return any(isinstance(meaning, Unit) and commune.units == (meaning,) for meaning in finding.meanings)


def _doubt(finding: PlaceFinding) -> str:
    if finding.doubt is Doubt.DIVIDED and finding.former:
        return phrases.divided(finding.former)
    if finding.doubt is Doubt.DOUBLE_NAME:
        meanings = []
        for meaning in finding.meanings:
            if isinstance(meaning, Unit):
                meanings.append(f"{meaning.full_name} hiện nay")
            elif isinstance(meaning, FormerCommune) and not _is_same_place(finding, meaning):
                units = phrases.units_listed(meaning.units, " hoặc ")
                meanings.append(f"{meaning.full_name} cũ của {meaning.district.name} (nay thuộc {units})")
            elif isinstance(meaning, District):
                meanings.append(f"{meaning.full_name} cũ (nay chia thành nhiều đơn vị)")
        return f"Tên này có thể là {joined(meanings, ' hoặc ')}."
    return "Anh/chị nhắc đến nhiều nơi."


def _which(finding: PlaceFinding) -> str:
    shown = finding.units[:MOST_CANDIDATES]
    if finding.doubt is Doubt.DIVIDED:
        return "Nhà anh/chị nay thuộc đơn vị nào?"
    more = "…" if len(finding.units) > len(shown) else ""
    return f"Anh/chị hỏi nơi nào hiện nay: {phrases.units_listed(shown, ' hay ')}{more}?"
