"""The register of releases."""

from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue.catalogue import Catalogue
from bot.settings import PROJECT
from bot.storage.database import Database
from bot.training import provide
from bot.training.fingerprint import fingerprint
from bot.training.releases import Releases, UnknownRelease, new_release_id
from bot.training.trainer import Trained, TrainingFailed


@pytest.fixture
async def releases(database: Database) -> Releases:
    """A register with three releases, none of which serves."""
    releases = Releases(database)
    for name in ("one", "two", "three"):
        await releases.register(name, f"{name}.tar.gz", name * 8, f"made of {name}")
    return releases


async def states(releases: Releases) -> dict[str, str]:
    return {release.id: release.state for release in await releases.all()}


async def test_a_registered_release_does_not_serve(releases: Releases) -> None:
    assert await releases.active() is None


async def test_the_newest_comes_first(releases: Releases) -> None:
    assert [release.id for release in await releases.all()] == ["three", "two", "one"]


async def test_one_release_serves_at_a_time(releases: Releases) -> None:
    await releases.activate("one")
    await releases.activate("two")
    assert await states(releases) == {"one": "retired", "two": "active", "three": "trained"}


async def test_activating_the_serving_release_changes_nothing(releases: Releases) -> None:
    await releases.activate("one")
    await releases.activate("one")
    assert (await states(releases))["one"] == "active"


async def test_an_unknown_release_is_refused_and_the_serving_one_stays(releases: Releases) -> None:
    await releases.activate("one")
    with pytest.raises(UnknownRelease):
        await releases.activate("four")
    active = await releases.active()
    assert active
    assert active.id == "one"


async def test_rolling_back_returns_to_the_release_before(releases: Releases) -> None:
    for name in ("one", "three", "two"):
        await releases.activate(name)
    assert (await releases.rollback()).id == "three"


async def test_without_a_release_before_there_is_nothing_to_roll_back_to(releases: Releases) -> None:
    await releases.activate("one")
    with pytest.raises(UnknownRelease):
        await releases.rollback()


async def test_a_release_is_found_by_what_it_was_made_of(releases: Releases) -> None:
    found = await releases.with_fingerprint("made of two")
    assert found
    assert (found.id, found.archive, found.sha256) == ("two", "two.tar.gz", "two" * 8)


async def test_other_data_find_no_release(releases: Releases) -> None:
    assert await releases.with_fingerprint("made of four") is None


def test_ids_read_as_a_date_and_differ() -> None:
    first, second = new_release_id(), new_release_id()
    assert re.fullmatch(r"\d{8}-\d{4}-[0-9a-f]{4}", first)
    assert first != second


class TestProviding:
    @pytest.fixture
    def trainings(self, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
        made: list[Path] = []

        async def train(project: Path, archive: Path, **_: Any) -> Trained:
            await asyncio.to_thread(archive.write_bytes, b"model")
            made.append(archive)
            return Trained(archive, hashlib.sha256(b"model").hexdigest())

        monkeypatch.setattr(provide, "train", train)
        return made

    async def test_a_missing_release_is_trained_and_serves(
        self, database: Database, catalogue: Catalogue, tmp_path: Path, trainings: list[Path]
    ) -> None:
        found = await provide.provide_release(Releases(database), PROJECT, catalogue, tmp_path / "models")
        assert (found.state, found.fingerprint) == ("active", fingerprint(PROJECT, catalogue))
        assert [path.name for path in trainings] == [found.archive]

    async def test_an_existing_release_is_not_trained_again(
        self, database: Database, catalogue: Catalogue, tmp_path: Path, trainings: list[Path]
    ) -> None:
        first = await provide.provide_release(Releases(database), PROJECT, catalogue, tmp_path)
        again = await provide.provide_release(Releases(database), PROJECT, catalogue, tmp_path)
        assert (again.id, len(trainings)) == (first.id, 1)

    async def test_a_release_whose_file_is_gone_is_trained_again(
        self, database: Database, catalogue: Catalogue, tmp_path: Path, trainings: list[Path]
    ) -> None:
        first = await provide.provide_release(Releases(database), PROJECT, catalogue, tmp_path)
        (tmp_path / first.archive).unlink()
        again = await provide.provide_release(Releases(database), PROJECT, catalogue, tmp_path)
        assert again.id != first.id

    async def test_a_release_whose_file_was_changed_is_trained_again(
        self, database: Database, catalogue: Catalogue, tmp_path: Path, trainings: list[Path]
    ) -> None:
        first = await provide.provide_release(Releases(database), PROJECT, catalogue, tmp_path)
        (tmp_path / first.archive).write_bytes(b"other")
        again = await provide.provide_release(Releases(database), PROJECT, catalogue, tmp_path)
        assert again.id != first.id

    async def test_a_failed_training_leaves_the_serving_release(
        self, releases: Releases, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fail(*_: Any, **__: Any) -> Trained:
            raise TrainingFailed

        monkeypatch.setattr(provide, "train", fail)
        await releases.activate("one")
        with pytest.raises(TrainingFailed):
            await provide.provide_release(releases, PROJECT, catalogue, tmp_path)
        active = await releases.active()
        assert active
        assert active.id == "one"
