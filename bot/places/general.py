"""Answers when no place is named: how many, the province's centre, hours, numbers."""

from __future__ import annotations

from bot.catalogue.answers.phrases import lower_first
from bot.catalogue.text import day
from bot.places import phrases
from bot.places.places import Places
from bot.places.topics import Topics


def general_answer(places: Places, topics: Topics) -> str:
    """Return the answer to a question about places that names none."""
    if topics.asks_province_centre:
        centre = places.centres_file.province
        return "\n".join([f"{centre.name}.", phrases.contact_lines(centre), phrases.anywhere(places)])
    if topics.asks_count or topics.asks_list:
        lines = [phrases.counts(places)]
        if topics.asks_list:
            lines.append(phrases.unit_names(places))
        lines.append(f"Mỗi đơn vị có một {phrases.CENTRE}.")
        return "\n".join(lines)
    if topics.asks_status:
        return _status(places)
    lines = [_detail(places, topics), phrases.anywhere(places), phrases.WHICH_UNIT]
    return "\n".join(line for line in lines if line)


def _status(places: Places) -> str:
    header = places.header
    until = header.kind_until
    return (
        f"{header.name} là {lower_first(header.status)} Căn cứ: Nghị quyết {header.legal}. "
        f"Trước đó, đến hết {day(until.last_day)}, là {until.kind} {header.name}."
    )


def _detail(places: Places, topics: Topics) -> str:
    if topics.asks_phone:
        return (
            f"Số điện thoại của các trung tâm và đường dây nóng: {phrases.UPDATING}. "
            + phrases.emergency_numbers(places.hotlines)
        )
    if topics.asks_hours:
        who = f" và của {topics.body}" if topics.body else ""
        return (
            f"Giờ làm việc, ngày nghỉ của các {phrases.CENTRE}{who}: {phrases.UPDATING}; "
            "anh/chị xem thông báo của trung tâm trước khi đi."
        )
    if topics.body:
        return f"Địa chỉ trụ sở {topics.body}: {phrases.UPDATING}."
    return f"Địa chỉ và giờ làm việc của từng trung tâm: {phrases.UPDATING}."
