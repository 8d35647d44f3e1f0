"""Messages in topics besides lines and cards: reminders, the end, notes, requests left out of hours."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from bot.channels.sending import NotTaken, UnknownOutcome
from bot.clock import now
from bot.conversations.outbox import RetryLater
from bot.handoff.copies import Copy
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import Handoff, Refused, Status
from bot.handoff.telegram.api import GroupApi, TopicGone
from bot.handoff.telegram.card import data, mention, moment, result_buttons
from bot.handoff.telegram.copies import CopyQueue, Row
from bot.handoff.telegram.digests import Digests
from bot.handoff.telegram.groups import Groups
from bot.handoff.telegram.topics import Topics
from bot.handoff.transcript import as_text, file_name
from bot.privacy.masking import mask

_SOON_CLOSED = timedelta(minutes=30)
"""After a reminder of closing time the office is closed for certain."""
MOST_LINES = 10_000
"""Of a file."""
ENDED = "Cuộc trò chuyện đã kết thúc. Kết quả là gì? Không chọn thì ghi “Khác”."


class Announcements:
    """Says what happened."""

    def __init__(
        self, desk: Handoffs, queue: CopyQueue, topics: Topics, groups: Groups, api: GroupApi, console: str | None
    ) -> None:
        self._desk = desk
        self._queue = queue
        self._topics = topics
        self._groups = groups
        self._api = api
        self._console = console
        self._digests = Digests(desk, queue, groups, api, console)

    async def show(self, handoff: Handoff, row: Row) -> int:
        """Post a reminder or a file; return its message."""
        if row.kind is Copy.TRANSCRIPT:
            return await self._transcript(handoff)
        text = await self._text(handoff, row)
        return await self._api.send(int(handoff.topic_chat or 0), int(handoff.topic_id or 0), text)

    async def _transcript(self, handoff: Handoff) -> int:
        desk = self._desk
        before = await desk.desk.before_move(handoff.id)
        lines = [*before, *await desk.desk.lines(handoff.id, limit=MOST_LINES)]
        text = as_text(handoff, lines, desk.offices.name(handoff.department), now())
        return await self._api.send_file(
            int(handoff.topic_chat or 0),
            int(handoff.topic_id or 0),
            file_name(handoff),
            text.encode(),
            "Toàn bộ cuộc trò chuyện đến lúc này.",
        )

    async def ended(self, handoff: Handoff, *, is_first: bool) -> None:
        """Show the end on the card, ask once for the result, and close the topic."""
        await self._topics.show_card(handoff)
        if is_first and handoff.officer_id is not None and handoff.first_answer_at is not None:
            await self._api.send(
                int(handoff.topic_chat or 0), int(handoff.topic_id or 0), ENDED, result_buttons(handoff.id)
            )
        try:
            await self._topics.close(handoff)
        except (RetryLater, NotTaken) as error:
            # Counted as an attempt, so that the question is not asked again.
            raise UnknownOutcome("closing a topic") from error

    async def note(self, handoff: Handoff, row: Row) -> str | None:
        """Return a colleague's note as a line; one written in this topic is there already."""
        if str(row.body.get("origin", "")).startswith("telegram:"):
            return None
        notes = await self._desk.desk.notes(handoff.id)
        written = [one for one in notes if one.kind == "note"]
        wanted = [one for one in written if one.id == row.body.get("note_id")] or written[-1:]
        if not wanted:
            return None
        one = wanted[0]
        return f"📝 <b>{escape(one.officer_name or 'Ghi chú')}:</b> {escape(mask(one.text), quote=False)}"

    async def erase(self, rows: Sequence[Row]) -> None:
        """Delete the topic of a citizen whose data was erased, with everything in it."""
        for row in rows:
            chat, thread = row.body.get("topic_chat"), row.body.get("topic_id")
            if row.kind is Copy.ERASED and chat and thread:
                await self._queue.claim([row])
                with contextlib.suppress(TopicGone):
                    await self._api.delete_topic(int(chat), int(thread))
        await self._queue.sent(rows)

    async def show_requests(self, rows: Sequence[Row]) -> None:
        """Post requests left out of hours in the group of their department, or bring them up to date."""
        if digests := [row for row in rows if row.kind is Copy.DIGEST]:
            await self._digests.show(digests)
        for row in rows:
            if row.kind is Copy.DIGEST:
                continue
            if row.kind is Copy.ERASED:
                await self.erase([row])
                continue
            await self._queue.claim([row])
            try:
                message_id = await self._show_request(row)
            except Refused:
                await self._queue.failed([row])
            except Exception:
                await self._queue.give_back([row], 2.0)
                raise
            else:
                await self._queue.sent([row], message_id)

    async def _show_request(self, row: Row) -> int | None:
        number = int(row.body["request_id"])
        request = await self._desk.contacts.find(number)
        group = self._groups.of(request.department)
        if group is None:
            return None
        due = f" Trả lời trước {moment(request.due_at, with_day=True)}." if request.due_at else ""
        how = "gọi điện (số xem trong bảng điều khiển)" if request.reply_by == "phone" else "nhắn tại đây"
        stand = {"open": "Chưa xử lý", "answered": "Đã trả lời", "unreachable": "Không liên lạc được"}
        department = escape(self._desk.offices.name(request.department))
        text = (
            f"<b>{request.number}</b> · Lời nhắn ngoài giờ · {department}\n"
            f"{escape(mask(request.question), quote=False)}\n"
            f"Cách trả lời: {how}. Thời gian mong muốn: {escape(request.wish or 'không nêu')}.{due}\n"
            f"<b>{stand.get(request.state, 'Đã huỷ')}</b>"
        )
        buttons: list[list[tuple[str, str]]] = []
        if request.state == "open":
            text += "\nTrả lời tin này để nhắn cho người dân."
            buttons.append([("Đã gọi", data("ld", number)), ("Không liên lạc được", data("lk", number))])
            if self._console:
                buttons.append([("Mở bảng điều khiển", f"{self._console}/console/desk")])
        shown = await self._queue.message_of(None, Copy.CONTACT, request_id=number)
        if shown is None:
            return await self._api.send(group, None, text, buttons)
        await self._api.edit(group, shown, text, buttons)
        return shown

    async def _text(self, handoff: Handoff, row: Row) -> str:
        minutes = row.body.get("minutes")
        match row.kind:
            case Copy.REMIND:
                called = await self._on_duty(handoff)
                return f"⏰ {handoff.number} đã chờ {minutes} phút, chưa có người nhận. {called}".strip()
            case Copy.ESCALATE:
                called = await self._supervisors(handoff)
                return f"⏰ {handoff.number} chờ lâu, đề nghị phụ trách xem. {called}".strip()
            case Copy.FIRST_ANSWER:
                called = await self._holder(handoff)
                return f"⏰ {handoff.number} đã nhận mà chưa trả lời. {called}".strip()
            case Copy.SILENT:
                is_high = bool(row.body.get("supervisor"))
                called = await self._supervisors(handoff) if is_high else await self._holder(handoff)
                return f"⏰ Người dân đang chờ trả lời ở {handoff.number}. {called}".strip()
            case Copy.WINDOW:
                is_held = handoff.status is Status.HUMAN
                called = await self._holder(handoff) if is_held else await self._on_duty(handoff)
                until = moment(datetime.fromisoformat(str(row.body["until"])), with_day=True)
                return f"⏰ {handoff.number}: Zalo chỉ còn cho trả lời người dân đến {until}. {called}".strip()
            case Copy.CLOSING:
                return await self._closing(handoff)
            case _:
                return f"{handoff.number}: {row.kind.value}"

    async def _closing(self, handoff: Handoff) -> str:
        hint = "hoặc hẹn mai bằng /xong hen_lai."
        window = await self._desk.desk.window(handoff)
        opens = self._desk.offices.hours(handoff.department, handoff.unit).next_open(now() + _SOON_CLOSED)
        if window is not None and window.is_open and (opens is None or window.closes_at < opens):
            # What is put off until the office opens again could not be answered any more.
            hint = f"Zalo chỉ cho trả lời đến {moment(window.closes_at, with_day=True)}, trước khi mở cửa lại."
        return (
            f"⏰ Sắp hết giờ làm việc, {handoff.number} còn mở. Anh/chị kết thúc bằng /xong, "
            f"{hint} {await self._holder(handoff)}"
        ).strip()

    async def _on_duty(self, handoff: Handoff) -> str:
        moment_now = now()
        return mention(
            {
                one.telegram_user: one.name
                for one in await self._desk.officers.all()
                if one.telegram_user is not None
                and one.disabled_at is None
                and one.duty_until is not None
                and one.duty_until > moment_now
                and one.is_responsible(handoff.department, handoff.unit)
            }
        )

    async def _supervisors(self, handoff: Handoff) -> str:
        return mention(
            {
                one.telegram_user: one.name
                for one in await self._desk.officers.all()
                if one.telegram_user is not None and one.disabled_at is None and one.is_supervisor
            }
        )

    async def _holder(self, handoff: Handoff) -> str:
        one = await self._desk.officers.of_id(handoff.officer_id) if handoff.officer_id else None
        return mention({one.telegram_user: one.name}) if one and one.telegram_user else ""
