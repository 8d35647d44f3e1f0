"""Reading what a platform posts: a limit on size and time first, everything else later."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

LARGEST_BYTES = 1 << 20
READ_SECONDS = 5.0


class TooLarge(ValueError):
    """The body is larger than any that a platform sends."""


class NotRead(RuntimeError):
    """The sender went away, or took too long."""


async def read_body(request: Request) -> bytes:
    """Return the raw bytes of a request.

    Raises:
        TooLarge: More than 1 MiB was declared or sent.
        NotRead: It did not arrive whole within five seconds.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:12]) > LARGEST_BYTES:
        raise TooLarge
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > LARGEST_BYTES:
                    raise TooLarge
                chunks.append(chunk)
    except (TimeoutError, ClientDisconnect) as error:
        raise NotRead from error
    return b"".join(chunks)
