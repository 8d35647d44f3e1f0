"""Child: citizens who ask over HTTP, each with one open event stream.

Usage: python -m benchmarks.load '{"port": …, "conversations": …, "seconds": …, …}'

As light as Python allows (httptools on bare protocols, uvloop), because it shares the processors
with what it measures. Prints `{"at": "begin"}`, `{"at": "end"}` and then its report, a line each.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from secrets import token_hex
from typing import Any

import httptools
import orjson
import uvloop

ANSWER_SECONDS = 15.0
HOST = "127.0.0.1"


@dataclass(slots=True)
class Counts:
    """What all citizens saw together."""

    measuring: bool = False
    stopping: bool = False
    turns_left: int | None = None
    milliseconds: list[float] = field(default_factory=list)
    accepted_milliseconds: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)

    def error(self, what: str) -> None:
        """Count a failure by its name."""
        self.errors[what] = self.errors.get(what, 0) + 1


class Connection(asyncio.Protocol):
    """One kept-alive HTTP/1.1 connection with one request at a time."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._body = bytearray()
        self._done: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport  # type: ignore[assignment]

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent; servers close connections that idle for seconds."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_lost(self, error: Exception | None) -> None:
        """Let whoever waits know."""
        if self._done and not self._done.done():
            self._done.set_exception(ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Collect a body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Hand over a response."""
        if self._done and not self._done.done():
            self._done.set_result((self._parser.get_status_code(), bytes(self._body)))

    def send(self, head: bytes, body: bytes) -> asyncio.Future[tuple[int, bytes]]:
        """Send a request; the future gets status and body."""
        if self._transport is None or not self.is_open:
            raise ConnectionError("not connected")
        self._body.clear()
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return self._done

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.close()


class Stream(Connection):
    """An event stream that tells when a question was answered."""

    def __init__(self) -> None:
        super().__init__()
        self._waited_for = ""
        self._is_heard = False
        self.answered: asyncio.Future[None] | None = None

    def open(self, token: bytes) -> None:
        """Ask for the stream."""
        if self._transport is None:
            raise ConnectionError("not connected")
        self._transport.write(
            b"GET /api/web/events?after=0 HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
            b"Authorization: Bearer %b\r\n\r\n" % token
        )

    def expect(self, client_msg_id: str) -> asyncio.Future[None]:
        """Return a future that is done when the first reply to this message arrives."""
        self._waited_for, self._is_heard = client_msg_id, False
        self.answered = asyncio.get_running_loop().create_future()
        return self.answered

    def on_body(self, body: bytes) -> None:
        """Look for our own message, then for the reply that follows it."""
        self._body += body
        while (end := self._body.find(b"\n\n")) >= 0:
            event = bytes(self._body[:end])
            del self._body[: end + 2]
            if b"event: message" in event:
                self._message(orjson.loads(event.partition(b"data: ")[2]))

    def connection_lost(self, error: Exception | None) -> None:
        """Let whoever waits know."""
        if self.answered and not self.answered.done():
            # Cancelled, not failed: at the end nobody waits for it any more.
            self.answered.cancel("the stream ended")

    def _message(self, message: dict[str, Any]) -> None:
        if message["from"] == "citizen":
            self._is_heard = self._is_heard or message.get("client_msg_id") == self._waited_for
        elif self._is_heard and self.answered and not self.answered.done():
            self.answered.set_result(None)


async def citizen(port: int, questions: list[str], counts: Counts) -> None:
    """Ask until told to stop; the next question goes out when the answer has arrived."""
    loop = asyncio.get_running_loop()
    _, posts = await loop.create_connection(Connection, HOST, port)
    _, stream = await loop.create_connection(Stream, HOST, port)
    try:
        head = b"POST /api/web/%b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        status, body = await posts.send(head % b"sessions", b"{}")
        if status != 201:
            counts.error(f"session {status}")
            return
        token = orjson.loads(body)["token"].encode()
        stream.open(token)
        head = head % b"messages" + b"Authorization: Bearer %b\r\n" % token
        for text in cycle(questions):
            if counts.stopping or counts.turns_left == 0:
                return
            if counts.turns_left is not None:
                counts.turns_left -= 1
            if not posts.is_open:
                _, posts = await loop.create_connection(Connection, HOST, port)
            await _ask(posts, stream, head, text, counts)
    except (ConnectionError, TimeoutError) as error:
        if not counts.stopping:
            counts.error(type(error).__name__)
    finally:
        posts.close()
        stream.close()


async def _ask(posts: Connection, stream: Stream, head: bytes, text: str, counts: Counts) -> None:
    client_msg_id = token_hex(8)
    body = orjson.dumps({"client_msg_id": client_msg_id, "text": text})
    answered = stream.expect(client_msg_id)
    started = time.perf_counter()
    async with asyncio.timeout(ANSWER_SECONDS):
        status, _ = await posts.send(head, body)
        accepted = time.perf_counter()
        if status != 202:
            counts.error(f"message {status}")
            await asyncio.sleep(0.1)
            return
        try:
            await answered
        except asyncio.CancelledError:
            if answered.cancelled():
                raise ConnectionError("the stream ended") from None
            raise
    # A turn counts where it ends: otherwise slow turns would not fit into the window.
    if counts.measuring:
        counts.milliseconds.append((time.perf_counter() - started) * 1000)
        counts.accepted_milliseconds.append((accepted - started) * 1000)


async def _run(plan: dict[str, Any]) -> dict[str, Any]:
    counts = Counts(turns_left=plan.get("turns"))
    questions: list[str] = plan["questions"]
    tasks = []
    for number in range(plan["conversations"]):
        start = number * 7 % len(questions)
        own = list(islice(cycle(questions), start, start + len(questions)))
        tasks.append(asyncio.create_task(citizen(plan["port"], own, counts)))
    if counts.turns_left is not None:
        counts.measuring = True
        await asyncio.gather(*tasks)
        return {"turns": len(counts.milliseconds), "errors": counts.errors}
    await asyncio.sleep(plan["warm_seconds"])
    print('{"at": "begin"}', flush=True)
    cpu, started = time.process_time(), time.perf_counter()
    counts.measuring = True
    await asyncio.sleep(plan["seconds"])
    counts.measuring = False
    seconds = time.perf_counter() - started
    cpu = time.process_time() - cpu
    print('{"at": "end"}', flush=True)
    counts.stopping = True
    await asyncio.wait(tasks, timeout=ANSWER_SECONDS)
    return {
        "seconds": seconds,
        "milliseconds": counts.milliseconds,
        "accepted_milliseconds": counts.accepted_milliseconds,
        "errors": counts.errors,
        "cpu_seconds": cpu,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_run(json.loads(sys.argv[1])))), flush=True)
