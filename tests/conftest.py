"""One trained release for the session; a service, an engine and somebody to talk to."""

from __future__ import annotations

# isort: off
import rasa_as_served  # noqa: F401  must come before the first import of Rasa

# isort: on
import contextlib
import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from databases import postgresql_database
from talking import Dialogue, Talk

from actions.registry import build_actions
from bot.asking import throwaway_service
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.live import project_catalogue
from bot.dialogue.engine import DialogueEngine
from bot.dialogue.local_actions import LocalActions
from bot.service import Service
from bot.settings import PROJECT, Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.fingerprint import fingerprint
from bot.training.releases import Release

# What commands print is asserted line by line, and workers of the test run have no terminal to be measured.
os.environ.setdefault("COLUMNS", "200")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: begun last, they leave the other processor idle."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case of many bytes by how many they are: whole files do not belong into the report."""
    long = isinstance(val, bytes | str) and len(val) > 100
    return f"{argname}_of_{len(val)}" if long else None  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The curated catalogue."""
    return project_catalogue().current


@pytest.fixture(scope="session")
def release(request: pytest.FixtureRequest, catalogue: Catalogue) -> Release:
    """A release of the present data: of the developer's register, of an earlier run, or trained now."""
    kept = Path(request.config.cache.mkdir("motcua-release"))  # type: ignore[union-attr]
    wanted = fingerprint(PROJECT, catalogue)
    with (kept / "training.lock").open("w") as lock:
        # Tests run in several processes, and one of them trains for all.
        fcntl.flock(lock, fcntl.LOCK_EX)
        for state_dir in (PROJECT / "var", kept):
            if found := _registered(state_dir / "motcua.db", wanted):
                return found
        return _trained(kept, wanted)


def _trained(kept: Path, wanted: str) -> Release:
    environment = {name: value for name, value in os.environ.items() if name != "MOTCUA_DATABASE"}
    environment["MOTCUA_STATE_DIR"] = str(kept)
    subprocess.run(
        [sys.executable, "-m", "bot.cli", "train", "--no-activate"], cwd=PROJECT, env=environment, check=True
    )
    found = _registered(kept / "motcua.db", wanted)
    assert found, "the training registered nothing for the present data"
    return found


def _registered(path: Path, wanted: str) -> Release | None:
    """Return the release of that fingerprint in a register that is only read."""
    if not path.exists():
        return None
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT id, archive, sha256, fingerprint, state, created_at FROM releases WHERE fingerprint = ?",
            [wanted],
        ).fetchall()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    found = [Release(*row[:5], datetime.fromisoformat(row[5]), None) for row in rows]
    return next((item for item in found if (PROJECT / "models" / item.archive).exists()), None)


@pytest.fixture(scope="session")
def archive(release: Release) -> Path:
    """The file of the release."""
    return PROJECT / "models" / release.archive


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of this project with a state of their own."""
    return Settings(state_dir=tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
async def service(settings: Settings, release: Release) -> AsyncIterator[Service]:
    """Everything below the channels on a throw-away database; conversations do not meet."""
    async with throwaway_service(settings, release) as service:
        yield service


@pytest.fixture
def talk(service: Service) -> Talk:
    """Somebody who has said nothing yet."""
    return Talk(service)


@pytest.fixture(scope="session")
async def engine(release: Release, archive: Path) -> DialogueEngine:
    """The engine with the real actions; it keeps nothing between turns."""
    engine = DialogueEngine(LocalActions(build_actions(project_catalogue())))
    await engine.activate(release.id, archive, release.sha256)
    return engine


@pytest.fixture
def dialogue(engine: DialogueEngine) -> Dialogue:
    """A new conversation with the engine alone."""
    return Dialogue(engine)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database with all tables."""
    database = Database(f"sqlite:///{tmp_path / 'test.db'}", durable=False)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_of_each_kind(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database with all tables, once on each kind."""
    with contextlib.ExitStack() as stack:
        if request.param == "postgresql":
            url = stack.enter_context(postgresql_database("test"))
        else:
            url = f"sqlite:///{tmp_path / 'each.db'}"
        database = Database(url, durable=False)
        await migrate(database)
        yield database
        await database.close()
