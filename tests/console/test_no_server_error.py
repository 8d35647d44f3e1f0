"""Schemathesis against the console: whatever is sent, the server answers and does not fail."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from console_support import browser_of
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from bot.app import create_app
from bot.console.app import PUBLIC
from bot.console.auth.roles import Role
from bot.console.auth.sessions import COOKIE
from bot.service import build, running
from bot.settings import PROJECT, Settings
from bot.storage.database import Database
from bot.training.releases import Release
from bot.training.sync import sync_from_files

pytestmark = pytest.mark.long

EXAMPLES = int(os.environ.get("MOTCUA_API_EXAMPLES", "12"))
"""Requests for each route; CI takes few, a release check many."""


class Running:
    """A console in a thread with a loop of its own, for a tester that is not asynchronous."""

    def __init__(self, folder: Path, release: Release) -> None:
        self.loop = asyncio.new_event_loop()
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._folder, self._release = folder, release
        self.app: FastAPI | None = None
        self.headers: dict[str, str] = {}
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self._ready.wait(60)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        import uvicorn

        database = Database(f"sqlite:///{self._folder / 'api.db'}", durable=False)
        async with running(build(Settings(state_dir=self._folder), database), self._release) as service:
            await service.releases.register(
                self._release.id, self._release.archive, self._release.sha256, self._release.fingerprint
            )
            await sync_from_files(database, PROJECT / "data" / "nlu")
            self.app = create_app(service)
            browser = await browser_of(self.app, service, "admin", Role.ADMIN)
            token = next(iter(browser.client.cookies.values()))
            self.headers = {"cookie": f"{COOKIE}={token}", "x-csrf-token": browser.csrf}
            listening = socket.socket()
            listening.bind(("127.0.0.1", 0))
            self.port = listening.getsockname()[1]
            server = uvicorn.Server(uvicorn.Config(self.app, lifespan="off", log_config=None, ws="none"))
            task = asyncio.create_task(server.serve([listening]))
            self._ready.set()
            await self._over.wait()
            server.should_exit = True
            await task

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._over.set)
        self.thread.join(20)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, release: Release) -> Iterator[Running]:
    running_console = Running(tmp_path_factory.mktemp("api"), release)
    yield running_console
    running_console.stop()


@pytest.fixture
def api_schema(console: Running) -> schemathesis.BaseSchema:
    assert console.app
    mounted = next(r.app for r in console.app.routes if getattr(r, "path", "") == "/console")
    schema = mounted.openapi()
    # Signing out would end the session of the tester.
    schema["paths"] = {f"/console{path}": item for path, item in schema["paths"].items() if path != "/logout"}
    loaded = schemathesis.openapi.from_dict(schema)
    loaded.config.update(base_url=f"http://127.0.0.1:{console.port}")
    return loaded


schema = schemathesis.pytest.from_fixture("api_schema")


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_nothing_makes_the_server_fail(case: schemathesis.Case, console: Running) -> None:
    response = case.call(headers=console.headers)
    case.validate_response(response, checks=[not_a_server_error])
    if case.path.removeprefix("/console") not in PUBLIC:
        # Otherwise only the door would be tested.
        assert response.status_code not in (401, 403), response.text
