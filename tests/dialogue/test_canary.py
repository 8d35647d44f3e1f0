"""A release on a share of the conversations, and going back without loading."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.registry import build_actions
from bot.catalogue.live import project_catalogue
from bot.conversations.messages import ConversationId, Turn
from bot.dialogue.engine import DialogueEngine, ReleaseRefused
from bot.dialogue.local_actions import LocalActions
from bot.training.releases import Release

CONVERSATIONS = [ConversationId(f"c{number}") for number in range(60)]


@pytest.fixture
async def engine(release: Release, archive: Path) -> DialogueEngine:
    engine = DialogueEngine(LocalActions(build_actions(project_catalogue())))
    await engine.activate("old", archive, release.sha256)
    return engine


async def answering(engine: DialogueEngine) -> list[str | None]:
    return [(await engine.respond(Turn(c, "web", "xin chào"))).release for c in CONVERSATIONS]


async def test_a_share_of_the_conversations_meets_the_canary_and_stays_with_it(
    engine: DialogueEngine, release: Release, archive: Path
) -> None:
    await engine.try_canary("new", 0.3, archive, release.sha256)
    first = await answering(engine)
    assert 5 <= first.count("new") <= 32
    assert await answering(engine) == first
    await engine.try_canary("new", 0.5, archive, release.sha256)
    more = await answering(engine)
    assert all(after == "new" for before, after in zip(first, more, strict=True) if before == "new")
    engine.end_canary()
    assert set(await answering(engine)) == {"old"}


async def test_a_wrong_canary_is_refused_and_nobody_meets_it(engine: DialogueEngine, archive: Path) -> None:
    with pytest.raises(ReleaseRefused):
        await engine.try_canary("new", 0.5, archive, "0" * 64)
    assert engine.canary is None
    assert set(await answering(engine)) == {"old"}


async def test_the_release_before_is_kept_so_that_going_back_needs_no_file(
    engine: DialogueEngine, release: Release, archive: Path, tmp_path: Path
) -> None:
    await engine.activate("new", archive, release.sha256)
    await engine.activate("old", tmp_path / "gone.tar.gz", release.sha256)
    assert engine.release == "old"
    with pytest.raises(ReleaseRefused):
        await engine.activate("third", tmp_path / "gone.tar.gz", release.sha256)
