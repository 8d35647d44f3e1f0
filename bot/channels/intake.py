"""From events of a platform to stored messages; what is stored may be acknowledged.

Every call is safe to repeat: messages are stored once by their id, other events leave a note of their
id in the transaction that does what they mean.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.attachments.attachments import Attachments
from bot.channels.arrivals import token_of, typed_code
from bot.channels.contacts import find_conversation, set_reachable, set_unreachable
from bot.channels.events import (
    Blocked,
    Command,
    Commanded,
    Event,
    HandedBack,
    Nothing,
    OfficerSaid,
    Pressed,
    Said,
    SentUnread,
    Unblocked,
    WithdrewConsent,
)
from bot.channels.keeping import is_first
from bot.channels.rate_limits import Rate, RateLimiter
from bot.channels.takeover import hand_back, note_takeover, take_over
from bot.channels.texts import clean_text
from bot.channels.wording import (
    CHOSEN_ALREADY,
    COMMAND_TEXTS,
    CONFIRM_ERASURE,
    ERASE,
    ERASURE_ORDERS,
    EXPIRED_BUTTON,
    KEEP,
    KEPT,
    RESEND,
)
from bot.conversations.holding import PlatformDesk
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.marks import marked
from bot.conversations.messages import Author, Button, ConversationId, Incoming, Kind, Outcome, Reply
from bot.conversations.saying import announce, give_up_waiting, say
from bot.conversations.states import State, StateConflict, read_state
from bot.conversations.wakeups import Wakeups
from bot.metrics import CHANNEL_EVENTS
from bot.privacy.erasure import erase_address
from bot.storage.database import Database
from bot.storage.tables import conversations, outbox
from bot.vietnamese.folding import words

ATTEMPTS = 5
ARRIVALS_OF_ADDRESS = Rate(10, 600)
"""Links from another channel that one person may try in ten minutes."""
RECENT_REPLIES = 30
"""How many earlier replies of a conversation keep their buttons alive, as in the dialogue."""

Topics = Callable[[str], str | None]
"""From the payload of a deep link to the text it stands for, or None for an unknown one."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the channel may show at once, beside the reply that comes later."""

    note: str = ""
    """A short line for whoever pressed a button."""
    chosen: str = ""
    """The words on the button that was pressed, when it counts."""
    erased: str = ""
    """The address whose data is gone; it is told so past the outbox, which would keep it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of ours, found again."""

    conversation_id: ConversationId
    title: str
    payload: str


class Intake:
    """Takes the events of one channel."""

    def __init__(
        self,
        channel: str,
        database: Database,
        inbox: Inbox,
        wakeups: Wakeups,
        originals: OriginalTexts,
        topics: Topics = lambda _: None,
        desk: PlatformDesk | None = None,
        kept: Attachments | None = None,
    ) -> None:
        self.channel = channel
        self._database = database
        self._inbox = inbox
        self._wakeups = wakeups
        self._originals = originals
        self._topics = topics
        self._kept = kept
        self._desk = desk
        self._arrivals = RateLimiter(ARRIVALS_OF_ADDRESS)

    async def take(self, event: Event) -> Taken:
        """Store what an event means; when this returns, the platform may forget it.

        Raises:
            SQLAlchemyError: It was not stored; the platform must repeat it.
        """
        CHANNEL_EVENTS.labels(self.channel, type(event).__name__).inc()
        match event:
            case Nothing():
                return Taken()
            case Said(is_late=True):
                await self._said_to_officer(event)
            case Said() if words(event.text) in ERASURE_ORDERS:
                await self._confirm_erasure(event)
            case Said() if self._desk and (token := typed_code(event.text)):
                await self._arrived(event, self._desk, token)
            case Said() if event.is_edit or event.quoted:
                if not await self._said_to_officer(event):
                    await self._said_with_file(event, Kind.TEXT, clean_text(event.text))
            case Said():
                await self._said_with_file(event, Kind.TEXT, clean_text(event.text))
            case SentUnread():
                await self._said_with_file(event, Kind.UNSUPPORTED, event.what.value)
            case Commanded():
                await self._commanded(event)
            case Pressed():
                return await self._pressed(event)
            case Blocked():
                await self._blocked(event)
            case Unblocked():
                await self._unblocked(event)
            case OfficerSaid():
                await self._officer_said(event)
            case HandedBack():
                await self._handed_back(event)
            case WithdrewConsent():
                return Taken(erased=event.address if await self.erase(event.address) else "")
        return Taken()

    async def erase(self, address: str) -> bool:
        """Delete everything a citizen said on this channel; say whether there was anything."""
        return await erase_address(self._database, self._wakeups, self._originals, self.channel, address)

    async def _said(self, address: str, event_id: str, kind: Kind, text: str) -> bool:
        message = Incoming(self.channel, address, event_id, kind, text)
        return (await self._inbox.accept(message)).duplicate

    async def _said_with_file(self, event: Said | SentUnread, kind: Kind, text: str) -> None:
        """Store a message; its file is only wanted while a person is there to look at it."""
        if event.file is None and not event.album:
            await self._said(event.address, event.event_id, kind, text)
            return
        conversation_id = await self._inbox.open(self.channel, event.address)
        async with self._database.read() as connection:
            held = await read_state(connection, conversation_id)
        is_for_bot = held is None or held.state is State.BOT
        event_id = event.album if is_for_bot and event.album else event.event_id
        accepted = await self._inbox.accept(Incoming(self.channel, event.address, event_id, kind, text))
        if event.file is not None and self._kept is not None and not is_for_bot:
            source = dict(event.file.source)
            await self._kept.want(accepted.conversation_id, accepted.inbox_id, source, event.file.name)

    async def _said_to_officer(self, event: Said) -> bool:
        """Store a correction, or an answer to a certain message, with its marks; False when the bot is there."""
        conversation_id = await self._inbox.open(self.channel, event.address)
        async with self._database.read() as connection:
            held = await read_state(connection, conversation_id)
        if held is None or held.state is State.BOT:
            return False
        text = marked(clean_text(event.text), quoted=clean_text(event.quoted), is_edit=event.is_edit)
        await self._said_with_file(event, Kind.TEXT, text)
        return True

    async def _commanded(self, event: Commanded) -> None:
        if event.command is Command.ERASE:
            await self._confirm_erasure(event)
            return
        if event.command is Command.START and self._desk and (token := token_of(event.argument)):
            await self._arrived(event, self._desk, token)
            return
        text = COMMAND_TEXTS[event.command]
        if event.command is Command.START and event.argument:
            text = self._topics(event.argument) or text
        elif event.argument:
            text = f"{text} {clean_text(event.argument)}"
        await self._said(event.address, event.event_id, Kind.TEXT, text)

    async def _confirm_erasure(self, event: Commanded | Said) -> None:
        conversation_id = await self._inbox.open(self.channel, event.address)
        await self._reply_once(conversation_id, event.event_id, "erasure", CONFIRM_ERASURE)

    async def _pressed(self, event: Pressed) -> Taken:
        choice = await find_choice(self._database, self.channel, event.address, event.choice_id)
        if choice is None:
            return Taken(note=EXPIRED_BUTTON)
        if choice.payload.startswith("@"):
            return await self._pressed_ours(event, choice)
        message = Incoming(self.channel, event.address, event.event_id, Kind.CHOICE, choice.title, event.choice_id)
        accepted = await self._inbox.accept(message, choice.conversation_id)
        return Taken(note=CHOSEN_ALREADY) if accepted.duplicate else Taken(chosen=choice.title)

    async def _pressed_ours(self, event: Pressed, choice: Choice) -> Taken:
        order, _, about = choice.payload.partition(" ")
        if order == ERASE:
            await self.erase(event.address)
            return Taken(chosen=choice.title, erased=event.address)
        if order == KEEP:
            is_new = await self._reply_once(choice.conversation_id, event.event_id, "keep", KEPT)
        elif order == RESEND and (body := await self._stored(choice.conversation_id, int(about))):
            is_new = await self._reply_once(choice.conversation_id, event.event_id, "resend", _again(body))
        else:
            return Taken(note=EXPIRED_BUTTON)
        return Taken(chosen=choice.title) if is_new else Taken(note=CHOSEN_ALREADY)

    async def _stored(self, conversation_id: ConversationId, outbox_id: int) -> dict[str, Any] | None:
        async with self._database.read() as connection:
            body: dict[str, Any] | None = await connection.scalar(
                select(outbox.c.body).where(outbox.c.id == outbox_id, outbox.c.conversation_id == conversation_id)
            )
        return body

    async def _reply_once(self, conversation_id: ConversationId, event_id: str, kind: str, reply: Reply) -> bool:
        """Write a reply of the channel itself; say whether the event was new."""
        async with self._database.write() as connection:
            if not await is_first(connection, self.channel, event_id, kind):
                return False
            await say(connection, conversation_id, reply)
            await announce(connection, self._wakeups, self.channel, conversation_id)
        self._wakeups.outgoing(self.channel)
        return True

    async def _blocked(self, event: Blocked) -> None:
        async with self._database.write() as connection:
            if not await is_first(connection, self.channel, event.event_id, "blocked"):
                return
            if conversation_id := await find_conversation(connection, self.channel, event.address):
                await set_unreachable(connection, conversation_id)
                await give_up_waiting(connection, conversation_id)
                if self._desk is not None:
                    await self._desk.unreachable(connection, conversation_id)

    async def _unblocked(self, event: Unblocked) -> None:
        async with self._database.write() as connection:
            if not await is_first(connection, self.channel, event.event_id, "unblocked"):
                return
            if conversation_id := await find_conversation(connection, self.channel, event.address):
                await set_reachable(connection, conversation_id)

    async def _arrived(self, event: Commanded | Said, desk: PlatformDesk, token: str) -> None:
        """Carry on here what was begun on another channel."""
        conversation_id = await self._inbox.open(self.channel, event.address)
        if self._arrivals.take(event.address) > 0:
            # Guessing: as good as a wrong link, and cheaper.
            token = ""

        async def write(connection: AsyncConnection) -> None:
            await desk.arrive(connection, conversation_id, self.channel, token)

        await self._with_desk(desk, conversation_id, event.event_id, "arrived", write)

    async def _with_desk(
        self,
        desk: PlatformDesk,
        conversation_id: ConversationId,
        event_id: str,
        kind: str,
        write: Callable[[AsyncConnection], Awaitable[None]],
    ) -> None:
        """Write what an event means for the desk, once, again when somebody else was faster."""
        for attempt in range(ATTEMPTS):
            try:
                async with self._database.write() as connection:
                    if not await is_first(connection, self.channel, event_id, kind):
                        return
                    await write(connection)
            except StateConflict:
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            desk.wake(conversation_id, self.channel)
            return

    async def _echoed(self, event: OfficerSaid, desk: PlatformDesk) -> None:
        conversation_id = await self._inbox.open(self.channel, event.address)
        reply = Reply(clean_text(event.text), Outcome.HANDOFF, author=Author.OFFICER)

        async def write(connection: AsyncConnection) -> None:
            await desk.echoed(
                connection,
                conversation_id,
                event.officer,
                reply,
                sent_as=event.platform_message_id,
                origin=f"{self.channel}:{event.event_id}",
            )
            await note_takeover(connection, conversation_id, event.officer)

        await self._with_desk(desk, conversation_id, event.event_id, "officer", write)

    async def _officer_said(self, event: OfficerSaid) -> None:
        if self._desk is not None:
            await self._echoed(event, self._desk)
            return
        conversation_id = await self._inbox.open(self.channel, event.address)
        reply = Reply(clean_text(event.text), Outcome.HANDOFF, author=Author.OFFICER)
        async with self._database.write() as connection:
            if not await is_first(connection, self.channel, event.event_id, "officer"):
                return
            await take_over(connection, conversation_id, event.officer)
            if reply.text:
                await say(connection, conversation_id, reply, sent_as=event.platform_message_id)
            await self._wakeups.announce_reply(connection, conversation_id)
        self._wakeups.reply(conversation_id)

    async def _handed_back(self, event: HandedBack) -> None:
        if (desk := self._desk) is not None:
            async with self._database.read() as connection:
                found = await find_conversation(connection, self.channel, event.address)
            if found is None:
                return
            known = found

            async def write(connection: AsyncConnection) -> None:
                await desk.handed_back(connection, known)
                await note_takeover(connection, known, None)

            await self._with_desk(desk, known, event.event_id, "handed_back", write)
            return
        async with self._database.write() as connection:
            if not await is_first(connection, self.channel, event.event_id, "handed_back"):
                return
            if conversation_id := await find_conversation(connection, self.channel, event.address):
                await hand_back(connection, conversation_id)


async def find_choice(database: Database, channel: str, address: str, choice_id: str) -> Choice | None:
    """Return the button with this id in the conversation of this address, and in no other."""
    statement = (
        select(conversations.c.id, outbox.c.body)
        .join(outbox, outbox.c.conversation_id == conversations.c.id)
        .where(conversations.c.channel == channel, conversations.c.address == address)
        .order_by(outbox.c.seq.desc())
        .limit(RECENT_REPLIES)
    )
    async with database.read() as connection:
        for row in await connection.execute(statement):
            for button in row.body.get("buttons", ()):
                if button["id"] == choice_id:
                    return Choice(ConversationId(row.id), button["title"], button["payload"])
    return None


def _again(body: dict[str, Any]) -> Reply:
    """Return a stored reply as a new one; its old buttons stay valid beside the new ones."""
    return Reply(
        body["text"],
        Outcome(body["outcome"]),
        tuple(Button(button["title"], button["payload"]) for button in body["buttons"]),
        body["procedure"],
        body["aspect"],
        tuple(body["offers"]),
        tuple(body["sources"]),
    )
