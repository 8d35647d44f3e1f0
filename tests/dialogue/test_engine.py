"""Releases, turns and what happens when something goes wrong in one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from sqlalchemy import func, select
from talking import Dialogue, Scripted, Talk

from actions.session import StartSession
from bot.conversations.messages import ConversationId, Outcome, Reply, Turn
from bot.dialogue.engine import DialogueEngine, NoRelease, ReleaseRefused
from bot.dialogue.local_actions import LocalActions
from bot.dialogue.sentences import SILENT, UNSUPPORTED
from bot.service import Service
from bot.storage.tables import inbox, outbox
from bot.training.releases import Release

QUESTION = "đăng ký khai sinh cần giấy tờ gì"
LIMIT_SECONDS = 0.2


def texts(replies: tuple[Reply, ...]) -> list[str]:
    return [reply.text for reply in replies]


class TestWithoutARelease:
    async def test_a_turn_is_refused(self) -> None:
        with pytest.raises(NoRelease):
            await DialogueEngine(LocalActions([])).respond(Turn(ConversationId("c"), "web", "xin chào"))

    async def test_nothing_is_understood(self) -> None:
        with pytest.raises(NoRelease):
            await DialogueEngine(LocalActions([])).parse("xin chào")

    def test_none_is_named(self) -> None:
        assert DialogueEngine(LocalActions([])).release is None


class TestTurns:
    async def test_a_reply_names_the_release(self, dialogue: Dialogue, release: Release) -> None:
        assert (await dialogue.say("xin chào")).release == release.id

    async def test_what_was_understood_is_reported(self, dialogue: Dialogue) -> None:
        understanding = (await dialogue.say(QUESTION)).understanding
        assert understanding["intent"] == "ask_documents"
        assert understanding["candidates"][0]["code"] == "1.001193"

    async def test_a_picture_is_answered_by_a_sentence(self, engine: DialogueEngine) -> None:
        turn = Turn(ConversationId("c"), "web", "", unsupported=True, dialogue="[]")
        result = await engine.respond(turn)
        assert (result.replies, result.dialogue) == ((UNSUPPORTED,), "[]")

    async def test_personal_numbers_are_not_stored(self, dialogue: Dialogue) -> None:
        await dialogue.say(f"tôi là 012345678901, sđt 0901234567, {QUESTION}")
        assert [part for part in ("012345678901", "0901234567") if part in (dialogue.stored or "")] == []

    async def test_conversations_do_not_meet(self, engine: DialogueEngine) -> None:
        one, other = Dialogue(engine), Dialogue(engine)
        await one.say(QUESTION)
        await other.say("xin chào")
        assert "procedure" not in other.slots

    async def test_a_long_conversation_stays_small(self, dialogue: Dialogue) -> None:
        sizes = []
        for _ in range(100):
            await dialogue.say("đăng ký khai sinh lệ phí bao nhiêu")
            sizes.append(len((dialogue.stored or "").encode()))
        assert sizes[99] <= 1.2 * sizes[1]

    async def test_the_procedure_survives_sixty_turns_about_other_things(self, dialogue: Dialogue) -> None:
        await dialogue.say(QUESTION)
        for _ in range(60):
            await dialogue.say("cảm ơn bạn nhiều")
        (reply,) = (await dialogue.say("lệ phí bao nhiêu")).replies
        assert (reply.procedure, reply.aspect) == ("1.001193", "fee")


class Script:
    """What `action_answer` does in the tests below."""

    def __init__(self) -> None:
        self.action = Scripted("action_answer", self.nothing)
        self.calls = 0

    async def nothing(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        return []


@pytest.fixture(scope="module")
def script() -> Script:
    return Script()


@pytest.fixture(scope="module")
async def scripted(release: Release, archive: Path, script: Script) -> DialogueEngine:
    """An engine whose only working action does what the script says."""
    actions: list[Action] = [script.action, StartSession()]
    engine = DialogueEngine(LocalActions(actions, limit_seconds=LIMIT_SECONDS))
    await engine.activate(release.id, archive, release.sha256)
    return engine


async def raise_error(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    dispatcher.utter_message(text="nửa câu")
    raise ZeroDivisionError


async def hang(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    await asyncio.sleep(60)
    return []


async def say_nothing(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    return []


async def say_blank(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    dispatcher.utter_message(text="  ")
    return []


async def say_two(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    dispatcher.utter_message(text="một", json_message={"outcome": "answer"})
    dispatcher.utter_message(text="hai", json_message={"outcome": "clarify"})
    return []


class TestAnActionThatFails:
    @pytest.mark.parametrize("work", [raise_error, hang], ids=["raises", "hangs"])
    async def test_becomes_one_sentence_with_the_outcome_error(
        self, scripted: DialogueEngine, script: Script, work: Any
    ) -> None:
        script.action.work = work
        (reply,) = (await Dialogue(scripted).say(QUESTION)).replies
        assert reply.outcome is Outcome.ERROR
        assert "trục trặc" in reply.text

    async def test_that_is_unknown_becomes_a_sentence_too(self, scripted: DialogueEngine) -> None:
        (reply,) = (await Dialogue(scripted).say("x", "/none_of_these")).replies
        assert reply.outcome is Outcome.ERROR

    async def test_leaves_the_conversation_usable(self, scripted: DialogueEngine, script: Script) -> None:
        dialogue = Dialogue(scripted)
        script.action.work = raise_error
        await dialogue.say(QUESTION)
        script.action.work = say_two
        assert texts((await dialogue.say(QUESTION)).replies) == ["một", "hai"]

    @pytest.mark.parametrize("work", [say_nothing, say_blank], ids=["nothing", "blanks"])
    async def test_to_speak_is_made_up_for(self, scripted: DialogueEngine, script: Script, work: Any) -> None:
        script.action.work = work
        assert (await Dialogue(scripted).say(QUESTION)).replies == (SILENT,)

    async def test_by_returning_rubbish_becomes_a_sentence(self, scripted: DialogueEngine, script: Script) -> None:
        async def rubbish(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Any]:
            return ["no event"]

        script.action.work = rubbish
        (reply,) = (await Dialogue(scripted).say(QUESTION)).replies
        assert reply.outcome is Outcome.ERROR


async def test_each_reply_keeps_its_own_outcome(scripted: DialogueEngine, script: Script) -> None:
    script.action.work = say_two
    replies = (await Dialogue(scripted).say(QUESTION)).replies
    assert [reply.outcome for reply in replies] == [Outcome.ANSWER, Outcome.CLARIFY]


async def test_a_rejected_action_reaches_rasa_as_a_rejection() -> None:
    async def reject(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        raise ActionExecutionRejection("action_answer")

    actions = LocalActions([Scripted("action_answer", reject)])
    call = {"next_action": "action_answer", "tracker": {"sender_id": "c", "slots": {}}, "domain": {}}
    with pytest.raises(Exception, match="action_answer"):
        await actions.request(json=call)


async def test_a_failed_validation_keeps_no_unchecked_value() -> None:
    actions = LocalActions([Scripted("validate_form", raise_error)])
    tracker = {
        "sender_id": "c",
        "slots": {"code": "H05-1"},
        "latest_message": {},
        "events": [{"event": "slot", "name": "code", "value": "H05-1"}],
    }
    result = await actions.request(json={"next_action": "validate_form", "tracker": tracker, "domain": {}})
    assert result["events"] == [SlotSet("code", None)]


async def test_two_messages_of_one_conversation_are_answered_one_by_one(
    scripted: DialogueEngine, script: Script
) -> None:
    running = overlaps = 0

    async def count(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        nonlocal running, overlaps
        running += 1
        overlaps += running > 1
        await asyncio.sleep(0.01)
        running -= 1
        dispatcher.utter_message(text="xong")
        return []

    script.action.work = count
    dialogue = Dialogue(scripted)
    await asyncio.gather(*(dialogue.say(QUESTION) for _ in range(4)))
    assert overlaps == 0


async def test_a_turn_that_runs_while_a_release_is_swapped_keeps_its_slots(
    scripted: DialogueEngine, script: Script, release: Release, archive: Path
) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def set_slot(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="đặt")
        return [SlotSet("procedure", "1.001193")]

    async def wait(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        entered.set()
        await go_on.wait()
        dispatcher.utter_message(text="xong")
        return [SlotSet("aspect", "fee")]

    dialogue = Dialogue(scripted)
    script.action.work = set_slot
    await dialogue.say(QUESTION)
    script.action.work = wait
    scripted._actions._limit = 30
    turn = asyncio.create_task(dialogue.say(QUESTION))
    await entered.wait()
    await scripted.activate("another", archive, release.sha256)
    go_on.set()
    result = await turn
    scripted._actions._limit = LIMIT_SECONDS
    assert dialogue.slots == {"procedure": "1.001193", "aspect": "fee"}
    assert result.release == release.id


def copied(archive: Path, folder: Path, *, upto: int | None = None, extra: bytes = b"") -> Path:
    """Return a copy that lacks its end, or has something more."""
    copy = folder / "copy.tar.gz"
    copy.write_bytes(archive.read_bytes()[:upto] + extra)
    return copy


def digest(archive: Path) -> str:
    return hashlib.sha256(archive.read_bytes()).hexdigest()


class TestRefusedReleases:
    @asynccontextmanager
    async def refused(self, engine: DialogueEngine, *activation: Any, match: str) -> AsyncIterator[None]:
        before = engine.release
        with pytest.raises(ReleaseRefused, match=match):
            await engine.activate("refused", *activation)
        yield
        assert engine.release == before
        (reply,) = (await Dialogue(engine).say("xin chào")).replies
        assert reply.outcome is Outcome.SMALLTALK

    async def test_a_missing_archive(self, engine: DialogueEngine, tmp_path: Path) -> None:
        async with self.refused(engine, tmp_path / "no.tar.gz", "0" * 64, match="cannot be read"):
            pass

    async def test_an_archive_of_another_hash(self, engine: DialogueEngine, archive: Path) -> None:
        async with self.refused(engine, archive, "0" * 64, match="not the registered"):
            pass

    async def test_a_changed_archive(
        self, engine: DialogueEngine, archive: Path, release: Release, tmp_path: Path
    ) -> None:
        changed = copied(archive, tmp_path, extra=b"\0")
        async with self.refused(engine, changed, release.sha256, match="not the registered"):
            pass

    @pytest.mark.parametrize("part", [0, 1000, 100_000], ids=["empty", "a head", "a part"])
    async def test_a_torn_archive_with_a_fitting_hash(
        self, engine: DialogueEngine, archive: Path, tmp_path: Path, part: int
    ) -> None:
        torn = copied(archive, tmp_path, upto=part)
        async with self.refused(engine, torn, digest(torn), match="cannot be loaded"):
            pass

    async def test_a_release_that_misunderstands_a_smoke_phrase(
        self, engine: DialogueEngine, archive: Path, release: Release
    ) -> None:
        smoke = {"xin chào": "greet", "cảm ơn bạn nhiều": "goodbye"}
        async with self.refused(engine, archive, release.sha256, smoke, match="cảm ơn bạn nhiều"):
            pass


async def test_a_swap_under_load_loses_and_doubles_no_turn(
    service: Service, release: Release, archive: Path
) -> None:
    async def citizen() -> list[str]:
        talk = Talk(service)
        return [(await talk("xin chào")).outcome for _ in range(6)]

    async def swaps() -> None:
        for name in ("second", "third", release.id):
            await service.engine.activate(name, archive, release.sha256)

    *outcomes, _ = await asyncio.gather(*(citizen() for _ in range(8)), swaps())
    assert outcomes == [["smalltalk"] * 6] * 8
    async with service.database.read() as connection:
        doubled = await connection.scalar(
            select(func.count()).select_from(
                select(outbox.c.inbox_id)
                .group_by(outbox.c.inbox_id, outbox.c.part)
                .having(func.count() > 1)
                .subquery()
            )
        )
        waiting = await connection.scalar(select(func.count()).select_from(inbox).where(inbox.c.status != "done"))
    assert (doubled, waiting) == (0, 0)


def test_replies_keep_what_they_are_about() -> None:
    from bot.dialogue.output import to_reply

    custom = {"outcome": "answer", "procedure": "1.001193", "aspect": "fee", "offers": ["1"], "sources": ["u"]}
    reply = to_reply({"text": " a ", "custom": custom, "buttons": [{"title": "b", "payload": "/c"}]})
    assert orjson.loads(orjson.dumps(reply.stored())) == {
        "text": "a", "buttons": [{"id": "", "title": "b", "payload": "/c"}], **custom,
    }  # fmt: skip


def test_an_unknown_outcome_is_an_error() -> None:
    from bot.dialogue.output import to_reply

    with pytest.raises(ValueError, match="success"):
        to_reply({"text": "a", "custom": {"outcome": "success"}})
