"""The register of releases."""

from __future__ import annotations

import re

import pytest

from bot.storage.database import Database
from bot.training.examples import Label
from bot.training.releases import Releases, UnknownRelease, new_release_id


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


async def test_what_was_taught_is_kept_until_the_release_cannot_serve_again(releases: Releases) -> None:
    lesson = {"00ff": frozenset({Label("ask_fee", "1.001193")})}
    await releases.register("four", "four.tar.gz", "4" * 64, "f", "code", lesson)
    assert await releases.lesson_of("four") == lesson
    await releases.forget_lessons(["one", "four"])
    assert (await releases.lesson_of("four"), await releases.code_of("four")) == (None, "code")
