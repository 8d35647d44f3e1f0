"""The application around the service: health, readiness, figures, and a question over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from bot.app import create_app
from bot.service import Service, build
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import releases
from bot.training.releases import Release

WEB_PATHS = {"/api/web/sessions", "/api/web/messages", "/api/web/events"}


@dataclass
class Running:
    """A started application with a client that needs no socket."""

    app: FastAPI
    service: Service
    http: httpx.AsyncClient


@asynccontextmanager
async def started(state_dir: Path, release: Release | None) -> AsyncIterator[Running]:
    settings = Settings(state_dir=state_dir)
    if release is not None:
        database = Database(settings.database_url)
        await migrate(database)
        async with database.write() as connection:
            await connection.execute(releases.insert().values(asdict(replace(release, state="active"))))
        await database.close()
    service = build(settings)
    app = create_app(service)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as http,
    ):
        yield Running(app, service, http)


@pytest.fixture(scope="module")
async def ready(tmp_path_factory: pytest.TempPathFactory, release: Release) -> AsyncIterator[Running]:
    async with started(tmp_path_factory.mktemp("ready"), release) as running:
        yield running


@pytest.fixture
async def without_release(tmp_path: Path) -> AsyncIterator[Running]:
    async with started(tmp_path, None) as running:
        yield running


@pytest.fixture
def without_database(ready: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    def refuse() -> None:
        raise OperationalError("SELECT 1", {}, OSError("connection refused"))

    monkeypatch.setattr(ready.service.database, "read", refuse)
    return ready


class TestReadiness:
    async def test_with_everything_there_the_service_is_ready(self, ready: Running, release: Release) -> None:
        response = await ready.http.get("/readyz")
        assert response.status_code == 200
        assert response.json() == {
            "ready": True,
            "database": True,
            "migrations": True,
            "release": True,
            "release_id": release.id,
        }

    async def test_an_edited_file_that_cannot_be_used_is_named(
        self, ready: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        problem = "offices.yml:3: hours.weekly.mon-fri: …"
        monkeypatch.setattr(type(ready.service.handoffs), "offices_problem", problem)
        response = await ready.http.get("/readyz")
        assert (response.status_code, response.json()["files"]) == (200, {"offices": problem})

    async def test_without_a_release_it_is_not(self, without_release: Running) -> None:
        response = await without_release.http.get("/readyz")
        assert (response.status_code, response.json()["ready"], response.json()["release"]) == (503, False, False)

    async def test_without_its_database_it_is_not(self, without_database: Running) -> None:
        response = await without_database.http.get("/readyz")
        assert (response.status_code, response.json()["ready"], response.json()["database"]) == (503, False, False)

    async def test_a_release_that_cannot_be_served_keeps_it_from_being_ready(
        self, tmp_path: Path, release: Release
    ) -> None:
        async with started(tmp_path, replace(release, sha256="0" * 64)) as running:
            response = await running.http.get("/readyz")
        assert (response.status_code, response.json()["release"]) == (503, False)


class TestHealth:
    async def test_the_process_is_alive(self, ready: Running) -> None:
        assert (await ready.http.get("/healthz")).status_code == 200

    async def test_it_is_alive_without_its_database_too(self, without_database: Running) -> None:
        assert (await without_database.http.get("/healthz")).status_code == 200


async def test_figures_are_in_the_format_of_prometheus(ready: Running, release: Release) -> None:
    response = await ready.http.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert f'motcua_release_info{{release="{release.id}"}} 1.0' in response.text


async def test_figures_name_no_citizen(ready: Running) -> None:
    text = (await ready.http.get("/metrics")).text
    labels = {
        line.split("{")[1].split("=")[0]
        for line in text.splitlines()
        if line.startswith("motcua_") and "{" in line
    }
    assert labels <= {"channel", "outcome", "error", "le", "release", "result", "system", "department", "stars"}


async def test_the_interface_description_has_the_web_channel(ready: Running) -> None:
    paths = (await ready.http.get("/api/openapi.json")).json()["paths"]
    assert paths.keys() >= WEB_PATHS


async def test_the_start_page_is_served(ready: Running) -> None:
    assert (await ready.http.get("/")).status_code == 200


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve an application that has its own start-up already behind it."""
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
        assert not task.done(), "the server did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def events(http: httpx.AsyncClient, headers: dict[str, str], count: int) -> list[dict[str, Any]]:
    """Return the first messages of the event stream."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(15), http.stream("GET", "/api/web/events?after=0", headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        kind = ""
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            kind = value if name == "event" else kind
            if name == "data" and kind == "message":
                found.append(orjson.loads(value))
            if len(found) == count:
                break
    return found


async def test_a_question_over_http_is_answered_on_the_event_stream(ready: Running) -> None:
    async with serving(ready.app) as address, httpx.AsyncClient(base_url=address, trust_env=False) as http:
        session = (await http.post("/api/web/sessions", json={"lang": "vi"})).json()
        headers = {"Authorization": f"Bearer {session['token']}"}
        question = {"client_msg_id": str(uuid4()), "kind": "text", "text": "đăng ký khai sinh lệ phí bao nhiêu"}
        accepted = await http.post("/api/web/messages", json=question, headers=headers)
        assert accepted.status_code == 202, accepted.text
        said, answered = await events(http, headers, 2)
    assert said["text"] == question["text"]
    assert answered["text"].startswith("Đăng ký khai sinh – lệ phí")
