"""What a start and the command line do with a fresh release: nothing serves unexamined but the first."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue.catalogue import Catalogue
from bot.clock import now
from bot.commands import context
from bot.console.audit import read_trail
from bot.settings import PROJECT, Settings
from bot.storage.database import Database
from bot.training import replacing
from bot.training.fingerprint import code_fingerprint
from bot.training.gate.child_process import ScoringFailed
from bot.training.gate.gate import GateReport, _keep
from bot.training.releases import Release, Releases
from bot.training.replacing import replace_by
from bot.training.trainer import TrainingFailed

CONTENT = b"model"


class Examiner:
    """Stands in for the examination and writes down what it was asked."""

    def __init__(self, verdict: str = "green") -> None:
        self.verdict, self.asked = verdict, list[str]()

    async def __call__(self, database: Database, _s: Any, _c: Any, candidate: Release, _p: Any) -> GateReport:
        self.asked.append(candidate.id)
        if self.verdict == "broken":
            raise ScoringFailed("no memory")
        active = await Releases(database).active()
        against = active.id if active else None
        reasons = ["mất 9 câu"] if self.verdict == "red" else []
        report = {"verdict": self.verdict, "reasons": reasons, "groups": []}
        async with database.write() as connection:
            await _keep(connection, candidate.id, against, report)
        return GateReport(candidate.id, against, self.verdict, report, now())


@pytest.fixture
def examiner(monkeypatch: pytest.MonkeyPatch) -> Examiner:
    examiner = Examiner()
    monkeypatch.setattr(replacing, "examine", examiner)
    return examiner


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(Settings, "models_dir", tmp_path)
    (tmp_path / "model.tar.gz").write_bytes(CONTENT)
    return Settings(state_dir=tmp_path, database=f"sqlite:///{tmp_path / 'test.db'}")


async def registered(database: Database, name: str, code: str | None = None) -> Release:
    releases = Releases(database)
    digest = hashlib.sha256(CONTENT).hexdigest()
    await releases.register(name, "model.tar.gz", digest, f"made of {name}", code)
    return next(release for release in await releases.all() if release.id == name)


async def replaced(database: Database, settings: Settings, catalogue: Catalogue, fresh: Release) -> str:
    return (await replace_by(database, settings, catalogue, fresh, lambda *_: None)).served.id


async def test_the_first_release_serves_at_once(
    database: Database, settings: Settings, catalogue: Catalogue, examiner: Examiner
) -> None:
    assert await replaced(database, settings, catalogue, await registered(database, "first")) == "first"
    assert examiner.asked == []


@pytest.mark.parametrize(("verdict", "served"), [("green", "new"), ("red", "old")])
async def test_the_next_one_serves_only_when_the_gate_is_green(
    database: Database, settings: Settings, catalogue: Catalogue, examiner: Examiner, verdict: str, served: str
) -> None:
    await replaced(database, settings, catalogue, await registered(database, "old"))
    examiner.verdict = verdict
    fresh = await registered(database, "new")
    result = await replace_by(database, settings, catalogue, fresh, lambda *_: None)
    assert (result.served.id, bool(result.reasons)) == (served, verdict == "red")
    assert (await Releases(database).active()).id == served
    # Asked again, the report is still at hand.
    await replaced(database, settings, catalogue, fresh)
    assert examiner.asked == ["new"]


async def test_what_has_served_before_may_serve_again(
    database: Database, settings: Settings, catalogue: Catalogue, examiner: Examiner
) -> None:
    for name in ("old", "new"):
        await replaced(database, settings, catalogue, await registered(database, name))
    examiner.verdict = "red"
    old = next(release for release in await Releases(database).all() if release.id == "old")
    assert await replaced(database, settings, catalogue, old) == "old"


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for the training; return the fingerprints that were trained."""
    made: list[str] = []

    async def train_release(releases: Releases, project: Path, _c: Any, wanted: str, *_: Any) -> Release:
        made.append(wanted)
        code = await asyncio.to_thread(code_fingerprint, project)
        digest = hashlib.sha256(CONTENT).hexdigest()
        await releases.register(f"trained-{len(made)}", "model.tar.gz", digest, wanted, code)
        return next(release for release in await releases.all() if release.fingerprint == wanted)

    monkeypatch.setattr(context, "train_release", train_release)
    return made


async def served_before(settings: Settings, code: str) -> None:
    database = Database(settings.database_url)
    await context.migrate(database)
    await registered(database, "before", code)
    await Releases(database).activate("before")
    await database.close()


async def test_a_first_start_trains_and_serves_without_an_examination(
    settings: Settings, examiner: Examiner, trained: list[str]
) -> None:
    assert (await context.release_to_serve(settings)).id == "trained-1"
    assert (await context.release_to_serve(settings)).id == "trained-1"
    assert (len(trained), examiner.asked) == (1, [])


@pytest.mark.parametrize(("verdict", "served"), [("green", "trained-1"), ("red", "before"), ("broken", "before")])
async def test_a_start_with_changed_data_comes_up_and_serves_what_the_gate_allows(
    settings: Settings, examiner: Examiner, trained: list[str], verdict: str, served: str
) -> None:
    await served_before(settings, code_fingerprint(PROJECT))
    examiner.verdict = verdict
    assert (await context.release_to_serve(settings)).id == served
    assert (len(trained), examiner.asked) == (1, ["trained-1"])


async def test_a_start_with_new_code_serves_at_once_and_writes_it_down(
    settings: Settings, examiner: Examiner, trained: list[str]
) -> None:
    await served_before(settings, "code of last year")
    assert (await context.release_to_serve(settings)).id == "trained-1"
    assert (len(trained), examiner.asked) == (1, [])
    database = Database(settings.database_url)
    entries, _ = await read_trail(database)
    await database.close()
    assert [(e.action, e.subject, e.before) for e in entries] == [("promote", "trained-1", {"release": "before"})]


async def test_trying_out_the_present_data_leaves_what_serves(
    settings: Settings, examiner: Examiner, trained: list[str]
) -> None:
    await served_before(settings, code_fingerprint(PROJECT))
    assert (await context.matching_release(settings)).id == "trained-1"
    assert (await context.matching_release(settings)).id == "trained-1"
    database = Database(settings.database_url)
    assert (await Releases(database).active()).id == "before"
    await database.close()
    assert (len(trained), examiner.asked) == (1, [])


@pytest.mark.parametrize("damage", ["gone", "changed"])
async def test_a_release_whose_file_is_gone_or_changed_is_trained_again(
    settings: Settings, trained: list[str], damage: str
) -> None:
    await context.matching_release(settings)
    archive = settings.models_dir / "model.tar.gz"
    if damage == "gone":
        archive.unlink()
    else:
        archive.write_bytes(b"other")
    await context.matching_release(settings)
    assert len(trained) == 2


async def test_a_failed_training_leaves_the_serving_release(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> Release:
        raise TrainingFailed

    monkeypatch.setattr(context, "train_release", fail)
    await served_before(settings, code_fingerprint(PROJECT))
    with pytest.raises(TrainingFailed):
        await context.release_to_serve(settings)
    database = Database(settings.database_url)
    assert (await Releases(database).active()).id == "before"
    await database.close()
