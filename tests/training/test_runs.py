from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.catalogue.live import project_catalogue
from bot.clock import now
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.training_tables import training_runs
from bot.training import runner as runner_module
from bot.training.examples import Examples, Label, NewExample, add_example
from bot.training.golden import read_golden
from bot.training.promotion import NotPromoted, Promotion, find_canary
from bot.training.releases import Release, Releases
from bot.training.runner import Runner
from bot.training.runs import Runs
from bot.training.trainer import TrainingFailed

pytestmark = pytest.mark.long


@pytest.fixture
def runner(database: Database, tmp_path: Path) -> Runner:
    return Runner(database, Settings(state_dir=tmp_path), lambda: project_catalogue().current)


async def start(runner: Runner) -> int:
    runs = Runs(runner.database)
    number = await runs.request("ha")
    run = await runs.claim()
    assert run
    await runner.carry_out(run)
    return number


async def test_one_run_at_a_time_and_the_same_wish_is_not_doubled(database: Database) -> None:
    runs = Runs(database)
    first = await runs.request("ha")
    assert await runs.request("lan") == first
    assert (await runs.claim()).id == first
    await runs.request("lan")
    assert await runs.claim() is None


async def test_a_run_of_a_lost_process_is_given_up(database: Database) -> None:
    runs = Runs(database)
    lost = await runs.request("ha")
    await runs.claim()
    async with database.write() as connection:
        await connection.execute(update(training_runs).values(alive_at=now() - timedelta(minutes=2)))
    following = await runs.request("lan")
    assert (await runs.claim()).id == following
    assert (await runs.get(lost)).state == "failed"


async def test_a_scheduled_run_waits_and_a_daily_one_comes_back(database: Database) -> None:
    runs = Runs(database)
    later = await runs.request("ha", now() + timedelta(hours=1))
    assert await runs.claim() is None
    assert await runs.cancel(later)
    daily = await runs.request("ha", now() - timedelta(minutes=1), repeat_daily=True)
    run = await runs.claim()
    assert run.id == daily
    await runs.finish(run, "skipped")
    waiting = [r for r in await runs.newest() if r.state == "waiting"]
    assert [(r.repeat_daily, r.start_after) for r in waiting] == [(True, run.start_after + timedelta(days=1))]


async def test_nothing_is_trained_when_nothing_changed(runner: Runner, release: Release) -> None:
    releases = Releases(runner.database)
    await releases.register(release.id, release.archive, release.sha256, release.fingerprint)
    await releases.activate(release.id)
    run = await Runs(runner.database).get(await start(runner))
    assert (run.state, run.release_id) == ("skipped", release.id)


async def test_a_crash_and_bad_data_end_as_words_and_touch_nothing(
    runner: Runner, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> None:
        raise TrainingFailed("MemoryError")

    monkeypatch.setattr(runner_module, "train_release", crash)
    run = await Runs(runner.database).get(await start(runner))
    assert (run.state, run.message) == ("failed", "MemoryError")
    golden = read_golden(runner.settings.golden)[0].turns[0]
    async with runner.database.write() as connection:
        await add_example(connection, NewExample(golden, Label("ask_fee"), origin="live"), "ha")
    run = await Runs(runner.database).get(await start(runner))
    assert run.state == "failed"
    assert "bộ câu kiểm tra" in run.message
    assert await Releases(runner.database).active() is None


async def test_cancelling_ends_the_work(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    began, killed = asyncio.Event(), []

    async def endless(*_: object) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            killed.append(True)

    monkeypatch.setattr(runner_module, "train_release", endless)
    task = asyncio.create_task(start(runner))
    await began.wait()
    number = (await Runs(runner.database).newest())[0].id
    assert await Runs(runner.database).cancel(number)
    await task
    assert (await Runs(runner.database).get(number)).state == "cancelled"
    assert killed == [True]


async def test_only_examined_and_intact_releases_are_promoted(
    database: Database, release: Release, tmp_path: Path, archive: Path
) -> None:
    releases, promotion = Releases(database), Promotion(database, tmp_path)
    shutil.copy(archive, tmp_path / release.archive)
    await releases.register("new", release.archive, release.sha256, "f")
    with pytest.raises(NotPromoted, match="chưa được chấm"):
        await promotion.promote("new")
    with pytest.raises(NotPromoted, match="lý do"):
        await promotion.promote("new", override_reason="ngắn")
    await promotion.promote("new", override_reason="đã xem từng câu bị hỏng")
    assert (await releases.active()).id == "new"
    (tmp_path / release.archive).write_bytes(b"something else")
    with pytest.raises(NotPromoted, match="bị sửa"):
        await promotion.promote("new", override_reason="đã xem từng câu bị hỏng")


async def test_a_canary_is_a_row_that_a_promotion_ends(
    database: Database, release: Release, tmp_path: Path, archive: Path
) -> None:
    releases, promotion = Releases(database), Promotion(database, tmp_path)
    shutil.copy(archive, tmp_path / release.archive)
    for name in ("old", "new"):
        await releases.register(name, release.archive, release.sha256, name)
    await releases.activate("old")
    with pytest.raises(NotPromoted, match="50"):
        await promotion.start_canary("new", 0.9, override_reason="thử nghiệm trong tuần")
    await promotion.start_canary("new", 0.1, override_reason="thử nghiệm trong tuần")
    assert (await find_canary(database)).share == 0.1
    await promotion.promote("new", override_reason="thử nghiệm trong tuần")
    assert await find_canary(database) is None
    assert (await promotion.roll_back()).id == "old"


async def test_what_has_expired_is_deleted_before_anything_is_taught(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise TrainingFailed("enough seen")

    monkeypatch.setattr(runner_module, "train_release", fail)
    yesterday = (now() - timedelta(days=2)).date()
    async with runner.database.write() as connection:
        new = NewExample("câu đã hết hạn giữ", Label("greet"), expires_on=yesterday, origin="live")
        await add_example(connection, new, "ha")
        await add_example(connection, NewExample("câu còn hạn", Label("greet"), origin="live"), "ha")
    await start(runner)
    kept = {example.text for example in await Examples(runner.database).all()}
    assert "câu còn hạn" in kept
    assert "câu đã hết hạn giữ" not in kept
