"""Sentences about places, with what is confirmed and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from bot.catalogue.answers.phrases import joined
from bot.catalogue.text import day
from bot.places.finding import MOST_CANDIDATES
from bot.places.model import Contact, Hotline, PlaceType, Unit
from bot.places.places import District, FormerCommune, Places

UPDATING = "đang cập nhật"
CENTRE = "Trung tâm Phục vụ hành chính công"
DISTRICTS_ENDED = "01/07/2025"
WHICH_UNIT = "Anh/chị cho biết tên xã, phường (cũ hoặc mới) để tôi chỉ đúng trung tâm."


def capital(text: str) -> str:
    """Return text with a capital first letter."""
    return text[:1].upper() + text[1:]


def centre_name(unit: Unit) -> str:
    """Return the name of a commune's service centre."""
    return f"{CENTRE} {unit.full_name}"


def units_listed(units: Iterable[Unit], last: str = " và ") -> str:
    """Return `phường A, phường B và xã C`."""
    return joined((unit.full_name for unit in units), last)


def former_listed(communes: Iterable[FormerCommune]) -> str:
    """Return `phường A, xã B và xã C`."""
    return joined(commune.full_name for commune in communes)


def anywhere(places: Places) -> str:
    """Say that a dossier is not tied to the boundary."""
    return (
        "Anh/chị nộp hồ sơ được tại bất kỳ trung tâm nào ở Quảng Ninh, không phụ thuộc nơi ở "
        f"(Nghị định {places.centres_file.legal})."
    )


def contact_lines(contact: Contact, also: str = "") -> str:
    """Return address, hours and phone: each only when confirmed."""
    owner = f"trung tâm và {also}" if also else "trung tâm"
    if not contact.confirmed:
        return f"Địa chỉ, giờ làm việc và điện thoại của {owner}: {UPDATING}."
    parts = (
        ("Địa chỉ", contact.address),
        ("Giờ làm việc", contact.hours),
        ("Điện thoại", contact.phone),
    )
    lines = [f"{title}: {value or UPDATING}." for title, value in parts]
    return "\n".join([*lines, f"Địa chỉ của {also}: {UPDATING}."] if also else lines)


def became(former: FormerCommune) -> str:
    """Return `Phường Hồng Hải (thành phố Hạ Long cũ) nay thuộc phường Hạ Long.`"""
    return (
        f"{capital(former.full_name)} ({former.district.type} {former.district.name} cũ) "
        f"nay thuộc {former.units[0].full_name}."
    )


def divided(former: FormerCommune) -> str:
    """Say among which units a former commune was divided."""
    return (
        f"{capital(former.full_name)} ({former.district.type} {former.district.name} cũ) đã được chia: "
        f"mỗi phần nay thuộc {units_listed(former.units, ' hoặc ')}."
    )


def district_ended(district: District) -> str:
    """Say when a district ended."""
    ended = f"Cấp huyện không còn từ {DISTRICTS_ENDED}"
    if district.joined:
        joined_name = f"{district.joined.type} {district.joined.name}"
        since = day(district.entry.ended_on)
        return f"{ended}; {district.full_name} đã nhập vào {joined_name} từ {since}."
    return f"{ended}, nên {district.full_name} cũng không còn."


def district_units(district: District) -> str:
    """Name today's units in a former district, at most eight."""
    units = district.units
    shown = units[:MOST_CANDIDATES]
    if len(units) <= len(shown):
        return f"Địa bàn đó nay thuộc {len(units)} đơn vị: {units_listed(units)}."
    listed = ", ".join(unit.full_name for unit in shown)
    return f"Địa bàn đó nay thuộc {len(units)} đơn vị, trong đó có: {listed}…"


def counts(places: Places) -> str:
    """Say how many units of each type there are."""
    number = {kind: sum(unit.type is kind for unit in places.units) for kind in PlaceType}
    zones = [unit.name for unit in places.units if unit.type is PlaceType.SPECIAL_ZONE]
    return (
        f"Quảng Ninh có {len(places.units)} đơn vị cấp xã: {number[PlaceType.WARD]} phường, "
        f"{number[PlaceType.COMMUNE]} xã và {number[PlaceType.SPECIAL_ZONE]} đặc khu ({joined(zones)}), "
        f"theo Nghị quyết {places.units_file.source.legal}. Không còn cấp huyện."
    )


def unit_names(places: Places) -> str:
    """List all units by type."""
    lines = []
    for kind in (PlaceType.WARD, PlaceType.COMMUNE, PlaceType.SPECIAL_ZONE):
        names = ", ".join(unit.name for unit in places.units if unit.type is kind)
        lines.append(f"{capital(kind)}: {names}.")
    return "\n".join(lines)


def emergency_numbers(hotlines: Iterable[Hotline]) -> str:
    """List emergency numbers as general information."""
    numbers = ", ".join(f"{line.number} ({line.name.lower()})" for line in hotlines if line.emergency)
    return f"Số khẩn cấp chung: {numbers}."
