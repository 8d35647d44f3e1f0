from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest
import scipy.sparse
from console_support import Browser, browser_of
from fastapi import FastAPI
from rasa.core.agent import Agent

from bot.app import create_app
from bot.asking import Asker
from bot.console.auth.roles import Role
from bot.dialogue.engine import DialogueEngine
from bot.service import Service, build, running
from bot.settings import PROJECT, Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training import likeness
from bot.training.releases import Release, Releases
from bot.training.review.collect import Collector
from bot.training.sync import sync_from_files

MANY = 500
SignIn = Callable[[Role], Awaitable[Browser]]
Say = Callable[..., Awaitable[str]]


@pytest.fixture(scope="session")
async def filled_database(tmp_path_factory: pytest.TempPathFactory, release: Release) -> Path:
    """The file of a database with the examples and the serving release, to be copied."""
    path = tmp_path_factory.mktemp("template") / "console.db"
    database = Database(f"sqlite:///{path}", durable=False)
    await migrate(database)
    releases = Releases(database)
    await releases.register(release.id, release.archive, release.sha256, release.fingerprint)
    await releases.activate(release.id)
    await sync_from_files(database, PROJECT / "data" / "nlu")
    await database.close()
    return path


@pytest.fixture(scope="session")
def agents() -> dict[str, Agent]:
    """Models that were loaded, by the digest of their archive."""
    return {}


@pytest.fixture(scope="session")
def cut_texts() -> dict[tuple[str, ...], scipy.sparse.csr_matrix]:
    """Rows of many texts by the texts: each service of its own compares with the same examples."""
    return {}


@pytest.fixture(autouse=True)
def cut_once(cut_texts: dict[tuple[str, ...], scipy.sparse.csr_matrix], monkeypatch: pytest.MonkeyPatch) -> None:
    rows_of = likeness.rows_of

    def remembered(texts: Sequence[str]) -> scipy.sparse.csr_matrix:
        if len(texts) < MANY:
            return rows_of(texts)
        if tuple(texts) not in cut_texts:
            cut_texts[tuple(texts)] = rows_of(texts)
        return cut_texts[tuple(texts)]

    monkeypatch.setattr(likeness, "rows_of", remembered)


@pytest.fixture
async def service(
    tmp_path: Path,
    release: Release,
    filled_database: Path,
    agents: dict[str, Agent],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Service]:
    """A service of its own, with the release of the session registered and serving; its model is loaded once."""
    load = DialogueEngine._load

    def load_once(engine: DialogueEngine, archive: Path, sha256: str) -> Agent:
        agent = agents.get(sha256) or agents.setdefault(sha256, load(engine, archive, sha256))
        # The actions of this service, not of the one that loaded it.
        agent.action_endpoint = agent.processor.action_endpoint = engine._actions
        return agent

    monkeypatch.setattr(DialogueEngine, "_load", load_once)
    shutil.copy(filled_database, tmp_path / "console.db")
    database = Database(f"sqlite:///{tmp_path / 'console.db'}", durable=False)
    async with running(build(Settings(state_dir=tmp_path), database), release) as service:
        yield service


@pytest.fixture
def app(service: Service) -> FastAPI:
    return create_app(service)


@pytest.fixture
def sign_in(app: FastAPI, service: Service) -> SignIn:
    async def sign_in(role: Role) -> Browser:
        return await browser_of(app, service, role.value, role)

    return sign_in


@pytest.fixture
async def admin(sign_in: SignIn) -> Browser:
    return await sign_in(Role.ADMIN)


@pytest.fixture
async def trainer(sign_in: SignIn) -> Browser:
    return await sign_in(Role.TRAINER)


@pytest.fixture
def say(service: Service, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Let a citizen say something in a new conversation, and put it into the inbox."""
    from datetime import timedelta

    monkeypatch.setattr("bot.training.review.collect.SETTLED", timedelta(0))

    async def say(*texts: str) -> str:
        asker = Asker(service)
        for text in texts:
            await asker.ask(text)
        while await Collector(service.database).collect():
            pass
        assert asker._conversation
        return asker._conversation

    return say
