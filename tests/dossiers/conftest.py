from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from serving import PREFIXES, Sandbox, running_sandbox

from bot.clock import now
from bot.conversations.wakeups import Wakeups
from bot.dossiers.dossiers import Dossiers
from bot.dossiers.register import Register, build_register
from bot.dossiers.sandbox_process import sandbox_systems
from bot.dossiers.settings import DossierSettings
from bot.sandbox.faults import Contract
from bot.sandbox.scenarios import VIETNAM
from bot.sandbox.store import Store
from bot.storage.database import Database


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat a failed request at once."""
    monkeypatch.setattr("bot.dossiers.adapters.http._PAUSE", (0.0, 0.01))


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """The sandbox over HTTP, with a dossier of each status for each contract."""
    store = Store(":memory:")
    _add_every_status(store)
    async with running_sandbox(store) as sandbox:
        yield sandbox


def _add_every_status(store: Store) -> None:
    pattern = next(item.record for item in store.all() if not item.record.is_live)
    moment = now().astimezone(VIETNAM)
    for contract, unit in PREFIXES.items():
        for status in range(1, 11):
            number = 500 + status
            record = replace(
                pattern,
                code=f"{unit}-{moment - timedelta(days=1):%y%m%d}-{number:04}",
                unit=unit,
                steps=((0.0, status),),
                received=moment - timedelta(days=1),
                due=moment + timedelta(days=3),
                agency=f"Nơi thử {contract.value}",
                note="Thiếu giấy chứng sinh của Nguyễn Canh Gác",
            )
            store.add(record)


@pytest.fixture
async def register(sandbox: Sandbox) -> AsyncIterator[Register]:
    register = build_register(sandbox_systems(sandbox.url))
    yield register
    await register.close()


@pytest.fixture
async def make_dossiers(sandbox: Sandbox, database: Database) -> AsyncIterator[Callable[..., Dossiers]]:
    """Everything below the dialogue, on an empty database, with settings as given."""
    made: list[Dossiers] = []

    def make(**settings: object) -> Dossiers:
        values = {"sandbox_url": sandbox.url, "_env_file": None, **settings}
        made.append(Dossiers(DossierSettings(**values), database, Wakeups(database), "k" * 32))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for dossiers in made:
        await dossiers.close()


@pytest.fixture(params=list(Contract), ids=lambda contract: contract.value)
def contract(request: pytest.FixtureRequest) -> Contract:
    found: Contract = request.param
    return found
