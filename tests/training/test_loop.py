"""The whole loop with real trainings: a correction goes live and back, a poisoned batch does not."""

from __future__ import annotations

import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.asking import throwaway_service
from bot.service import Service, activate
from bot.settings import PROJECT, Settings
from bot.training import provide
from bot.training.examples import Examples, Label, NewExample, add_example, change_example
from bot.training.gate.gate import find_report
from bot.training.promotion import NotPromoted, Promotion
from bot.training.releases import Release
from bot.training.runs import Run, Runs
from bot.training.sync import sync_from_files
from bot.training.trainer import Trained

pytestmark = pytest.mark.long

SWAPPED = 200
WORDS = "cây xà cừ đổ chắn đường thì báo ai"


class FewQuestions(Settings):
    """Settings with every 32nd golden question: what is tested here is the loop, not the release.

    Two trainings on the same data differ in some answers; with few questions that is no loss.
    """

    @property
    def golden(self) -> Path:
        path = self.state_dir / "golden.jsonl"
        if not path.exists():
            lines = super().golden.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text("".join(lines[::32]), encoding="utf-8")
        return path


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory, release: Release) -> AsyncIterator[Service]:
    """One service for all: the serving release is asked its questions once."""
    before = set((PROJECT / "models").iterdir())
    settings = FewQuestions(state_dir=tmp_path_factory.mktemp("loop"))
    async with throwaway_service(settings, release) as service:
        await service.releases.register(release.id, release.archive, release.sha256, release.fingerprint)
        await service.releases.activate(release.id)
        await sync_from_files(service.database, PROJECT / "data" / "nlu")
        yield service
    for path in set((PROJECT / "models").iterdir()) - before:
        path.unlink()


async def train(service: Service) -> Run:
    runs = Runs(service.database)
    number = await runs.request("ha")
    claimed = await runs.claim()
    assert claimed
    await service.runner.carry_out(claimed)
    run = await runs.get(number)
    assert run
    return run


async def test_a_correction_is_learned_examined_promoted_and_taken_back(
    service: Service, release: Release
) -> None:
    label = Label("petition")
    async with service.database.write() as connection:
        for text in (WORDS, "cây xà cừ đổ ra đường báo cho ai"):
            new = NewExample(text, label, use="evaluation", origin="live", was_right=False)
            await add_example(connection, new, "ha")
    run = await train(service)
    assert run.state == "green", run.message
    report = await find_report(service.database, run.release_id)
    assert report.against == release.id
    assert report.report["learned"] == 2
    promotion = Promotion(service.database, service.settings.models_dir)
    served = await promotion.promote(run.release_id)
    await activate(service, served)
    assert (await service.engine.parse(WORDS))["intent"]["name"] == "petition"
    assert (await promotion.roll_back()).id == release.id


async def test_a_poisoned_batch_is_stopped_by_the_gate(
    service: Service, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model of the serving release stands in for the one trained from the batch.

    So no answer gets worse, as with so much good data that the bad is outvoted: only the data tell.
    """
    chosen = random.Random(1).sample(await Examples(service.database).all("training"), SWAPPED)
    labels = [example.label for example in chosen]
    async with service.database.write() as connection:
        for example, label in zip(chosen, [*labels[1:], labels[0]], strict=True):
            await change_example(connection, example.id, intent=label.intent, procedure=label.procedure)

    async def train_the_same(_: Path, archive: Path, **__: object) -> Trained:
        shutil.copy(PROJECT / "models" / release.archive, archive)
        return Trained(archive, release.sha256)

    monkeypatch.setattr(provide, "train", train_the_same)
    run = await train(service)
    assert (run.state, "đổi nghĩa" in run.message) == ("red", True), run.message
    report = (await find_report(service.database, run.release_id)).report
    assert report["broken_count"] == 0
    # Without the examination of the data this release would be green.
    assert report["reasons"] == report["data"]["reasons"]
    group = report["data"]["groups"][0]
    assert group["contradicted"] > 0.8 * group["changed"]
    suspicious = report["data"]["suspicious"][0]
    assert suspicious["was"] == suspicious["others"] != suspicious["label"]
    assert suspicious["nearest"]
    promotion = Promotion(service.database, service.settings.models_dir)
    with pytest.raises(NotPromoted, match="không đạt"):
        await promotion.promote(run.release_id)
    assert (await service.releases.active()).id == release.id
    await promotion.promote(run.release_id, override_reason="đã xem từng câu, nhãn cũ mới là sai")
    assert (await service.releases.active()).id == run.release_id
    await service.releases.activate(release.id)
