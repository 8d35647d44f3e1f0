"""`python -m bot.sandbox FILE [PORT]`: serve the sandbox on loopback until standard input ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys

import uvicorn

from bot.sandbox.app import create_sandbox
from bot.sandbox.store import Store


async def serve(path: str, port: int) -> None:
    """Serve; print the address as the first line once it is ready."""
    # Named explicitly, because only then asyncio switches Nagle's algorithm off for its connections.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(256)
    config = uvicorn.Config(
        create_sandbox(Store(path)),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(BrokenPipeError):
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)

    async def until_input_ends() -> None:
        # The parent holds the other end: when it dies, by whatever cause, this ends too.
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        server.should_exit = True

    watching = asyncio.create_task(until_input_ends())
    await server.serve(sockets=[listener])
    watching.cancel()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
