"""Serving fakes on a port of this machine, inside the running loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


@asynccontextmanager
async def serving(app: Any, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve an ASGI application until the block ends; yield its address.

    Args:
        app: What to serve.
        port: 0 takes a free one.
        host: Loopback only, unless somebody asks for more.

    Raises:
        OSError: The port is taken.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        # Faults that are asked for look like errors to the server.
        log_level="critical",
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    # `serve` would take over the signals of the process.
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            raise OSError(f"port {port} cannot be served")
    try:
        yield f"http://{host}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
