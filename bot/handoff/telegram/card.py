"""What officers read in a topic: the card at its top, and lines below it. All of it masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from bot.attachments.attachments import Attachment
from bot.channels.splitting import shorten
from bot.clock import VIETNAM
from bot.handoff.copies import EARLIER_LINES
from bot.handoff.lines import DeskLine
from bot.handoff.model import END_WORDS, REASON_WORDS, RESULT_WORDS, Handoff, Status
from bot.handoff.telegram.api import Buttons
from bot.handoff.windows import Window
from bot.privacy.masking import mask

CHANNELS = {"web": "Trang web", "telegram": "Telegram", "zalo": "Zalo"}
LINE_UNITS = 200
"""Of one of the lines before the request."""
LONGEST_LINE, LONGEST_MESSAGE = 3_000, 3_500
"""Units of one line, and of a message with several; Telegram takes 4,096 after parsing."""
WHO = {"citizen": "Người dân", "bot": "Trợ lý", "system": "Hệ thống", "officer": "Cán bộ"}


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a card shows."""

    handoff: Handoff
    department: str
    """Its name."""
    procedure: str | None
    """Its name."""
    officer: str | None
    """Who holds it."""
    place: int | None
    window: Window | None
    """How long the citizen can be answered, where the platform limits it."""
    earlier: Sequence[DeskLine]
    console: str | None
    """Address of the page with everything."""


def data(verb: str, handoff_id: int, *more: str | int) -> str:
    """Return what a button sends back."""
    return ":".join(("o", verb, str(handoff_id), *map(str, more)))


def topic_name(handoff: Handoff, procedure: str | None) -> str:
    """Return the name of a topic; nothing in it tells who the citizen is."""
    mark = "✓ " if handoff.status is Status.ENDED else ""
    about = f" · {shorten(procedure, 60)}" if procedure else ""
    return f"{mark}{handoff.number} · {CHANNELS.get(handoff.channel, handoff.channel)}{about}"


def card(seen: Seen) -> str:
    """Return the card as HTML."""
    handoff = seen.handoff
    channel = CHANNELS.get(handoff.channel, handoff.channel)
    rows = [f"<b>{handoff.number}</b> · {escape(channel)} · {escape(seen.department)}"]
    about = f"Thủ tục: {seen.procedure}. " if seen.procedure else ""
    rows.append(escape(f"{about}Lý do: {REASON_WORDS[handoff.reason]}."))
    if handoff.dossier:
        rows.append(escape(f"Hồ sơ: {handoff.dossier}"))
    rows.append(escape(_stand(seen)))
    if seen.window is not None and handoff.status is not Status.ENDED:
        rows.append(window_line(seen.window))
    if handoff.summary:
        rows.append(escape(f"Trợ lý đã hiểu: {shorten(mask(handoff.summary), 600)}"))
    if seen.earlier:
        rows += ["", "<b>Trước đó</b>"]
        rows += [_earlier(one) for one in seen.earlier[-EARLIER_LINES:]]
    return "\n".join(rows)


def window_line(window: Window) -> str:
    """Return until when a citizen on Zalo can be answered."""
    closes = moment(window.closes_at, with_day=True)
    if not window.is_open:
        return f"⛔ Zalo: đã hết hạn trả lời từ {closes}"
    mark = "⚠ Zalo: sắp hết hạn, " if window.is_soon else "Zalo: "
    if window.closes_at == window.free_until:
        return f"{mark}trả lời được đến {closes}"
    free = f"miễn phí đến {moment(window.free_until, with_day=True)}, " if window.is_free else ""
    return f"{mark}trả lời {free}tính phí đến {closes}"


def card_buttons(seen: Seen) -> Buttons:
    """Return the buttons below the card."""
    handoff = seen.handoff
    rows: list[list[tuple[str, str]]] = []
    if handoff.status is Status.WAITING:
        rows.append([("Nhận", data("c", handoff.id)), ("Chuyển", data("t", handoff.id))])
    elif handoff.status is Status.HUMAN:
        rows.append([("Kết thúc", data("f", handoff.id)), ("Chuyển", data("t", handoff.id))])
    if seen.console:
        rows.append([("Xem đầy đủ", seen.console)])
    return rows


def result_buttons(handoff_id: int) -> Buttons:
    """Return the buttons that ask what came out of it."""
    titles = [(words, data("r", handoff_id, result.value)) for result, words in RESULT_WORDS.items()]
    return [titles[number : number + 2] for number in range(0, len(titles), 2)]


def line(one: DeskLine, file: Attachment | None = None, link: str | None = None) -> str:
    """Return one line of the conversation as HTML."""
    who = WHO[one.author]
    if one.author == "officer" and one.officer_name:
        who = f"{who} {one.officer_name}"
    text = escape(shorten(mask(one.text), LONGEST_LINE), quote=False)
    if file is not None and file.state in {"ready", "wanted"}:
        name = escape(file.name or "xem tệp", quote=False)
        text = f'{text}\n📎 <a href="{escape(link)}">{name}</a>' if link else f"{text}\n📎 {name}"
    return f"<i>{moment(one.at)}</i> <b>{escape(who)}:</b> {text}"


def joined(lines: Sequence[str]) -> tuple[str, int]:
    """Return as many lines as fit into one message, and how many those are; at least one."""
    text, taken = lines[0], 1
    for following in lines[1:]:
        if len(text) + len(following) + 1 > LONGEST_MESSAGE:
            break
        text = f"{text}\n{following}"
        taken += 1
    return text, taken


def moment(at: datetime, *, with_day: bool = False) -> str:
    """Return a time of day in Việt Nam, with the day when it matters."""
    local = at.astimezone(VIETNAM)
    return f"{local:%H:%M ngày %d/%m/%Y}" if with_day else f"{local:%H:%M}"


def mention(names: Mapping[int, str]) -> str:
    """Return people by Telegram account so that they are notified."""
    return " ".join(f'<a href="tg://user?id={user}">{escape(name)}</a>' for user, name in names.items())


def _stand(seen: Seen) -> str:
    handoff = seen.handoff
    if handoff.status is Status.ENDED:
        why = END_WORDS[handoff.end_reason] if handoff.end_reason else "Đã kết thúc"
        result = f" ({RESULT_WORDS[handoff.result_code]})" if handoff.result_code else ""
        at = f" lúc {moment(handoff.ended_at)}" if handoff.ended_at else ""
        return f"{why}{at}{result}."
    since = f"Chờ từ {moment(handoff.requested_at)}" if handoff.requested_at else "Đang chờ"
    if handoff.status is Status.HUMAN:
        return f"{since}. Người phụ trách: {seen.officer or 'cán bộ trên Zalo'}."
    return f"{since}, vị trí {seen.place}." if seen.place else f"{since}."


def _earlier(one: DeskLine) -> str:
    text = shorten(" ".join(mask(one.text).split()), LINE_UNITS)
    return f"{moment(one.at)} <b>{WHO[one.author]}:</b> {escape(text, quote=False)}"
