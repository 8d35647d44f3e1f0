"""The event stream: stored messages by number, replayed from where the reader stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.channels.web_errors import UNAVAILABLE_ERRORS
from bot.channels.web_limits import OpenStreams
from bot.channels.web_rows import Head, KnowsStanding, read_head, shown
from bot.conversations.messages import ConversationId
from bot.conversations.states import State
from bot.conversations.transcript import Line, read_lines
from bot.conversations.typing import typing_name
from bot.conversations.wakeups import Wakeups
from bot.metrics import STREAMS
from bot.storage.database import Database

logger = logging.getLogger(__name__)

STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
LINES_AT_ONCE = 200
PING = b": ping\n\n"
TYPING = b'event: typing\ndata: {"from":"officer"}\n\n'
ERASED = b'event: end\ndata: {"reason":"erased"}\n\n'

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class StreamTimes:
    """The rhythm of streams, in seconds."""

    poll: float = 2.0
    """How often a reader looks by itself, should a wake-up be lost."""
    heartbeat: float = 15.0
    standing: float = 10.0
    """How often somebody who waits for a person is told of a new place."""
    longest: float = 600.0
    """Streams end and are opened again, so that deployments drain."""


class ConversationReader:
    """Reads conversations as they grow."""

    def __init__(
        self,
        database: Database,
        wakeups: Wakeups,
        streams: OpenStreams,
        times: StreamTimes | None = None,
        desk: KnowsStanding | None = None,
    ) -> None:
        self._database = database
        self._wakeups = wakeups
        self._streams = streams
        self._times = times or StreamTimes()
        self._desk = desk

    async def events(self, conversation_id: ConversationId, after: int, head: Head) -> AsyncIterator[bytes]:
        """Yield the state, all messages above `after`, then new ones until it is time to end."""
        yield b"retry: 1000\n\n" + _state(head)
        time = asyncio.get_running_loop().time
        end, beat = time() + self._times.longest, time() + self._times.heartbeat
        look = time() + self._times.standing
        with (
            self._wakeups.subscribe(conversation_id) as woken,
            self._wakeups.subscribe(typing_name(conversation_id, "officer")) as typing,
        ):
            while time() < end and not self._streams.is_stopping:
                was_woken = woken.is_set()
                woken.clear()
                lines = await self._lines(conversation_id, after)
                if lines:
                    after = lines[-1].seq
                    beat = time() + self._times.heartbeat
                    yield b"".join(map(_message, lines))
                if typing.is_set():
                    typing.clear()
                    if head.state is State.HUMAN and not lines:
                        yield TYPING
                is_due = time() >= beat
                # Those before in the queue move without a word in this conversation.
                may_have_moved = head.state is State.WAITING and time() >= look
                # A wake-up without a message tells of a new state, or of the end.
                if is_due or may_have_moved or (was_woken and not lines) or any(map(_tells_of_state, lines)):
                    look = time() + self._times.standing
                    following = await self._head(conversation_id, head)
                    if following is None:
                        yield ERASED
                        return
                    if following.shown() != head.shown():
                        yield _state(following)
                    elif is_due:
                        yield PING
                    beat = time() + self._times.heartbeat
                    head = following
                if len(lines) < LINES_AT_ONCE:
                    await _wait_for(woken, typing, min(self._times.poll, end - time(), beat - time()))

    async def poll(
        self,
        conversation_id: ConversationId,
        after: int,
        seconds: float,
        is_gone: Callable[[], Awaitable[bool]],
    ) -> Sequence[Line]:
        """Return messages above `after`, waiting for the first one at most `seconds`."""
        time = asyncio.get_running_loop().time
        end = time() + seconds
        with self._wakeups.subscribe(conversation_id) as woken:
            while True:
                woken.clear()
                lines = await read_lines(self._database, conversation_id, after)
                if lines or time() >= end or self._streams.is_stopping or await is_gone():
                    return lines
                await _wait(woken, min(self._times.poll, end - time()))

    async def _lines(self, conversation_id: ConversationId, after: int) -> Sequence[Line]:
        try:
            return await _undisturbed(read_lines(self._database, conversation_id, after, LINES_AT_ONCE))
        except UNAVAILABLE_ERRORS as error:
            # The stream stays open: the reader needs no second fault on top of the first.
            logger.warning("reading for a stream failed: %s", type(error).__name__)
            return ()

    async def _head(self, conversation_id: ConversationId, known: Head) -> Head | None:
        try:
            return await _undisturbed(read_head(self._database, conversation_id, self._desk))
        except UNAVAILABLE_ERRORS:
            return known


class EventStream(StreamingResponse):
    """The response of an event stream; its place is free again however it ends."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], streams: OpenStreams, session_id: str) -> None:
        super().__init__(events, headers=STREAM_HEADERS)
        self._streams = streams
        self._session_id = session_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream until it ends or the reader leaves."""
        STREAMS.inc()
        try:
            await super().__call__(scope, receive, send)
        finally:
            STREAMS.dec()
            self._streams.close(self._session_id)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(seconds, 0)):
            await event.wait()
    except TimeoutError:
        pass


async def _wait_for(woken: asyncio.Event, typing: asyncio.Event, seconds: float) -> None:
    """Wait for either event, at most `seconds`."""
    tasks = [asyncio.ensure_future(event.wait()) for event in (woken, typing)]
    try:
        await asyncio.wait(tasks, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _tells_of_state(line: Line) -> bool:
    return line.author == "system"


async def _undisturbed(reading: Coroutine[Any, Any, Found]) -> Found:
    """Return what a coroutine finds; it ends in peace even when the reader leaves meanwhile."""
    task = asyncio.ensure_future(reading)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return await asyncio.shield(task)


def _state(head: Head) -> bytes:
    return b"event: state\ndata: " + orjson.dumps(head.shown()) + b"\n\n"


def _message(line: Line) -> bytes:
    data = orjson.dumps(shown(line), option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return b"id: %d\nevent: message\ndata: %b\n\n" % (line.seq, data)
