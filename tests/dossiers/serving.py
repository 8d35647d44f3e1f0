"""ASGI applications of tests, reachable over real HTTP on a free port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from bot.clock import today_in_vietnam
from bot.dossiers.code import DossierCode, parse_code
from bot.sandbox.app import create_sandbox
from bot.sandbox.faults import Contract, Fault, Faults
from bot.sandbox.scenarios import Record
from bot.sandbox.store import Present, Store

PREFIXES = {Contract.NATIONAL: "H49.05", Contract.OPENCPS: "H49.31", Contract.IGATE: "H49.22"}


def code_of(record: Record) -> DossierCode:
    return parse_code(record.code, today_in_vietnam())


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=0
    )
    server = uvicorn.Server(config)
    server.capture_signals = _no_signals  # type: ignore[method-assign]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await serving
        listener.close()


class _no_signals:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


@dataclass
class Sandbox:
    url: str
    store: Store
    faults: Faults

    def record(self, contract: Contract, status: int) -> Record:
        return self.present(contract, status).record

    def present(self, contract: Contract, status: int) -> Present:
        for item in self.store.all():
            if item.record.unit == PREFIXES[contract] and item.status == status and not item.record.is_live:
                return item
        raise LookupError((contract, status))

    def heal(self) -> None:
        self.faults.set(None, Fault.NONE)


@asynccontextmanager
async def running_sandbox(store: Store | None = None) -> AsyncIterator[Sandbox]:
    store = store or Store(":memory:")
    app = create_sandbox(store)
    async with served(app) as url:
        yield Sandbox(url, store, app.state.faults)
    store.close()
