"""Officers' acts in a group: taken durably before Telegram may forget them, each once.

Whatever changes a conversation is one transaction of the desk, known by the id of the message, so an
update that comes twice does nothing. What is said back to the officer is a courtesy that may be lost.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

from bot.attachments.attachments import Attachments, Checked
from bot.attachments.attachments import Refused as FileRefused
from bot.attachments.fetching import FetchFile
from bot.channels.keeping import Keeping
from bot.channels.splitting import split_text
from bot.channels.telegram.parse import Update
from bot.handoff.checks import doubt_about
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import Handoff, Officer, Reason, Refused, Result, Status, Why
from bot.handoff.telegram import wording
from bot.handoff.telegram.api import Buttons, GroupApi
from bot.handoff.telegram.card import data
from bot.handoff.telegram.commands import Commands
from bot.handoff.telegram.copies import PLACE, CopyQueue
from bot.handoff.telegram.courtesies import Courtesies
from bot.handoff.telegram.groups import Groups
from bot.handoff.telegram.reading import Pressed, Written, command, read_pressed, read_written
from bot.handoff.telegram.topics import Topics

logger = logging.getLogger(__name__)

_DAY = timedelta(days=1)

FETCH_SECONDS = 6.0
"""Telegram waits for our answer meanwhile."""
LEAST_CHANGE = 3
"""Characters; what changes less is a typing error."""
PART_UNITS = 1_900
"""Of one message; below the longest text of the desk."""
QUOTE_LENGTH = 80


class OfficerUpdates:
    """Takes the updates of groups."""

    def __init__(
        self,
        *,
        desk: Handoffs,
        groups: Groups,
        topics: Topics,
        queue: CopyQueue,
        api: GroupApi,
        keeping: Keeping,
        kept: Attachments,
        fetch: FetchFile,
        commands: Commands,
    ) -> None:
        self._desk = desk
        self._groups = groups
        self._topics = topics
        self._queue = queue
        self._api = api
        self._keeping = keeping
        self._kept = kept
        self._fetch = fetch
        self._commands = commands
        self._locks: dict[tuple[int, int | None], asyncio.Lock] = {}
        self.courtesies = Courtesies(api)

    async def take(self, update: Update, content: dict[str, Any]) -> None:
        """Do what an update means; afterwards Telegram may forget it.

        Raises:
            SQLAlchemyError: Nothing was stored; Telegram must repeat it.
        """
        if update.callback_query is not None:
            pressed = read_pressed(content["callback_query"])
            if pressed is not None and pressed.chat_id in self._groups.all():
                async with self._lock(pressed.chat_id, pressed.thread):
                    await self._press(pressed)
        elif update.message is not None or update.edited_message is not None:
            name = "message" if update.message is not None else "edited_message"
            written = read_written(content[name], is_edit=name == "edited_message")
            if written.chat_id in self._groups.all():
                async with self._lock(written.chat_id, written.thread):
                    await self._write(written)
        elif update.my_chat_member is not None:
            await self._member(update)

    def _lock(self, chat_id: int, thread: int | None) -> asyncio.Lock:
        """Let the updates of one topic wait for each other; those of others do not."""
        if len(self._locks) > 2_000:
            self._locks = {key: lock for key, lock in self._locks.items() if lock.locked()}
        return self._locks.setdefault((chat_id, thread), asyncio.Lock())

    async def _member(self, update: Update) -> None:
        member = update.my_chat_member
        if member is None or member.chat.id in self._groups.all():
            return
        if member.new_chat_member.status not in {"left", "kicked"}:
            self.courtesies.leave(member.chat.id)

    async def _write(self, written: Written) -> None:
        if written.moved_to is not None:
            await self._groups.moved(written.chat_id, written.moved_to)
            return
        if written.is_bot or (written.service and written.service not in {"closed", "reopened"}):
            return
        officer = await self._officer(written)
        if officer is None:
            return
        try:
            if written.thread is None:
                await self._outside(written, officer)
            else:
                await self._in_topic(written, officer)
        except Refused as refusal:
            self.say(written, refusal.sentence)

    async def _officer(self, written: Written) -> Officer | None:
        """Return the officer who wrote, or tell whoever it was, once a day, why nothing is passed on."""
        officer = await self._desk.officers.of_telegram(written.person) if written.person else None
        if officer is None and (written.text or written.file) and written.thread is not None:
            hint = f"telegram:hint:{written.person or 'hidden'}"
            if await self._keeping.get(hint) is None:
                await self._keeping.put(hint, True, _DAY)
                text = wording.NOT_LISTED.format(user=written.person) if written.person else wording.HIDDEN
                self.say(written, text)
        return officer

    async def _outside(self, written: Written, officer: Officer) -> None:
        """The General topic: orders about everything, and answers to requests left out of hours."""
        order = command(written.text, self._api.client.username)
        if order is not None:
            if order[0]:
                await self._commands.outside(self, written, officer, *order)
        elif written.quoted_text.startswith("LH-") and written.text and not written.is_edit:
            number = int(written.quoted_text[3:9])
            await self._desk.contacts.answer(number, officer, written.text, origin=written.origin)

    async def _in_topic(self, written: Written, officer: Officer) -> None:
        handoff = await self._topics.find(written.chat_id, written.thread or 0)
        if handoff is None:
            if command(written.text, self._api.client.username):
                self.say(written, wording.NO_HANDOFF)
            return
        if written.service == "closed":
            if handoff.status in {Status.HUMAN, Status.WAITING}:
                await self._desk.desk.finish(handoff.id, officer)
            return
        if written.service == "reopened":
            if handoff.status is Status.ENDED and handoff.conversation_id is not None:
                await self._desk.desk.begin(handoff.conversation_id, officer, Reason.OFFICER)
            return
        if written.text.startswith("//"):
            if not written.is_edit:
                await self._desk.desk.note(handoff.id, officer, written.text[2:], origin=written.origin)
            return
        if order := command(written.text, self._api.client.username):
            if order[0] and not written.is_edit:
                await self._commands.in_topic(self, written, officer, handoff, *order)
            return
        if written.text.startswith("/"):
            self.say(written, wording.command_list())
            return
        await self._speak(written, officer, handoff)

    async def _speak(self, written: Written, officer: Officer, handoff: Handoff) -> None:
        """Pass on to the citizen what an officer wrote."""
        if written.has_unsendable and written.file is None:
            self.say(written, wording.UNSENDABLE)
            return
        if written.is_edit and await self._edit(written, officer, handoff):
            return
        checked = None
        if written.file is not None:
            checked = await self._file(written)
            if checked is None:
                return
        try:
            await self.answer(written, officer, handoff, await self._quoting(written, handoff), checked)
        except Refused as refusal:
            if checked is not None:
                await self._kept.files.delete([checked.id])
            if refusal.why is not Why.CONFIRM:
                raise
            buttons = [[(wording.SEND, data("s", handoff.id)), (wording.DROP, data("x", handoff.id))]]
            self.say(written, refusal.sentence, buttons)

    async def answer(
        self,
        written: Written,
        officer: Officer,
        handoff: Handoff,
        text: str,
        checked: Checked | None = None,
        *,
        confirmed: bool = False,
    ) -> None:
        """Say something to the citizen; see `Desk.answer`."""
        doubt = doubt_about(text, self._desk.settings.trusted_links)
        if doubt and not confirmed:
            raise Refused(Why.CONFIRM, f"{doubt} Vẫn gửi?")
        # Looked at as a whole, then sent in parts: Telegram's messages are longer than the desk's.
        first, *following = split_text(text, PART_UNITS) or [""]
        sent = await self._desk.desk.answer(
            handoff.id, officer, first, origin=written.origin, confirmed=True, place=PLACE, file=checked
        )
        for number, part in enumerate(following, 2):
            await self._desk.desk.answer(
                handoff.id, officer, part, origin=f"{written.origin}:{number}", confirmed=True, place=PLACE
            )
        if checked is not None and not sent.is_new:
            # The update came twice, and so did the file.
            await self._kept.files.delete([checked.id])

    async def _edit(self, written: Written, officer: Officer, handoff: Handoff) -> bool:
        """Send a correction, once for a message; say whether the message was known at all.

        An edit may come before the message itself; then it is the message.
        """
        before = await self._desk.desk.line_of(written.origin)
        if before is None:
            return False
        if before == written.text or abs(len(before) - len(written.text)) + _differing(before, written.text) <= (
            LEAST_CHANGE
        ):
            return True
        origin = f"{written.origin}:edit"
        try:
            text = wording.EDITED + written.text
            sent = await self._desk.desk.answer(handoff.id, officer, text, origin=origin, place=PLACE)
        except Refused as refusal:
            if refusal.why is not Why.CONFIRM:
                raise
            self.say(written, wording.EDIT_HELD)
        else:
            if not sent.is_new:
                self.say(written, wording.EDIT_LATE)
        return True

    async def _quoting(self, written: Written, handoff: Handoff) -> str:
        """Return the text with what it answers, where that is not simply the last thing the citizen said."""
        if written.quoted is None:
            return written.text
        numbers = await self._queue.lines_in(handoff.id, written.quoted)
        if len(numbers) != 1:
            return written.text
        lines = [one for one in await self._desk.desk.lines(handoff.id, numbers[0] - 1) if one.author == "citizen"]
        if not lines or lines[0].seq != numbers[0] or len(lines) == 1:
            return written.text
        quote = " ".join(lines[0].text.split())
        short = quote if len(quote) <= QUOTE_LENGTH else f"{quote[: QUOTE_LENGTH - 1]}…"
        return f"> {short}\n{written.text}"

    async def _file(self, written: Written) -> Checked | None:
        """Fetch and check a file, or tell the officer why it is not passed on."""
        if written.file is None:
            return None
        most = self._kept.limits.megabytes * 1_000_000
        try:
            if written.file.size > most:
                raise self._kept.refused("size")
            async with asyncio.timeout(FETCH_SECONDS):
                content = await self._fetch({"file_id": written.file.id}, most)
            return await self._kept.check(content, written.file.name, written.text)
        except FileRefused as refusal:
            self.say(written, refusal.sentence)
        except Exception as error:
            logger.warning("an officer's file was not fetched: %s", type(error).__name__)
            self.say(written, wording.NOT_FETCHED)
        return None

    async def _press(self, pressed: Pressed) -> None:
        officer = await self._desk.officers.of_telegram(pressed.person)
        if officer is None:
            self.courtesies.answer(pressed, wording.NOT_LISTED.format(user=pressed.person))
            return
        note = ""
        try:
            note = await self._pressed(pressed, officer)
        except Refused as refusal:
            note = refusal.sentence
        except ValueError:
            logger.info("a button with unknown data was pressed")
        self.courtesies.answer(pressed, note)

    async def _pressed(self, pressed: Pressed, officer: Officer) -> str:
        verb, number, *more = pressed.words
        if verb in {"ld", "lk"}:
            request = await self._desk.contacts.close(int(number), officer, reached=verb == "ld")
            return f"{request.number}: đã ghi."
        handoff = await self._desk.desk.find(int(number))
        if (handoff.topic_chat, handoff.topic_id) != (str(pressed.chat_id), str(pressed.thread)):
            return wording.NO_HANDOFF
        match verb:
            case "c":
                await self._desk.desk.claim(handoff.id, officer)
                return f"Anh/chị đã nhận {handoff.number}."
            case "f":
                await self._desk.desk.finish(handoff.id, officer)
                return f"Đã kết thúc {handoff.number}."
            case "r":
                await self._desk.desk.finish(handoff.id, officer, Result(more[0]))
                self.courtesies.replace(pressed, f"Kết quả: {more[0]}")
                return "Đã ghi kết quả."
            case "t":
                names = self._desk.offices.names.items()
                rows = [
                    [(name, data("d", handoff.id, department))]
                    for department, name in names
                    if department != handoff.department
                ]
                self.courtesies.post(pressed.chat_id, pressed.thread, wording.CHOOSE_DEPARTMENT, rows)
                return ""
            case "d":
                await self._desk.desk.transfer(handoff.id, officer, department=more[0])
                return f"Đã chuyển tới {self._desk.offices.name(more[0])}."
            case "s" | "x":
                return await self._decide(pressed, officer, handoff, sends=verb == "s")
            case _:
                raise ValueError(verb)

    async def _decide(self, pressed: Pressed, officer: Officer, handoff: Handoff, *, sends: bool) -> str:
        """A held text: its words are only in the chat, so they come from there."""
        held = pressed.quoted
        if held is None or not (held.text or held.file):
            return wording.SOURCE_GONE
        if held.person != pressed.person:
            return wording.ONLY_AUTHOR
        if not sends:
            self.courtesies.replace(pressed, wording.DROPPED)
            return wording.DROPPED
        checked = await self._file(held) if held.file is not None else None
        if held.file is not None and checked is None:
            return wording.NOT_FETCHED
        text = await self._quoting(held, handoff)
        await self.answer(held, officer, handoff, text, checked, confirmed=True)
        self.courtesies.replace(pressed, wording.SENT)
        return wording.SENT

    def say(self, to: Written, text: str, buttons: Buttons = ()) -> None:
        """Answer an officer's message, soon; nobody else gets it."""
        self.courtesies.say(to, text, buttons)


def _differing(before: str, after: str) -> int:
    return sum(one != other for one, other in zip(before, after, strict=False))
