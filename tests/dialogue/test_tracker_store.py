"""Rasa's memory: with the turn inside one, on the database outside, and never silently empty."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.dialogue.tracker_store import DialogueStore
from bot.dialogue.turn_memory import TurnMemory, current_memory, remembering
from bot.settings import PROJECT
from bot.storage.database import Database
from bot.storage.tables import dialogue_states


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(PROJECT / "domain.yml"))


@pytest.fixture
def store(domain: Domain, database: Database) -> DialogueStore:
    return DialogueStore(domain, database=database)


def conversation(domain: Domain, said: str = "xin chào", code: str = "1.001193") -> DialogueStateTracker:
    events = [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        UserUttered(said, {"name": "greet", "confidence": 1.0}),
        SlotSet("procedure", code),
    ]
    return DialogueStateTracker.from_events("c1", events, domain.slots)


async def stored(database: Database) -> list[str]:
    async with database.read() as connection:
        return list(await connection.scalars(select(dialogue_states.c.events)))


class TestOutsideATurn:
    async def test_a_saved_conversation_is_found_again(self, store: DialogueStore, domain: Domain) -> None:
        await store.save(conversation(domain))
        found = await store.retrieve("c1")
        assert found
        assert found.get_slot("procedure") == "1.001193"

    async def test_an_unknown_conversation_is_none(self, store: DialogueStore) -> None:
        assert await store.retrieve("c2") is None

    async def test_saving_again_replaces(self, store: DialogueStore, domain: Domain, database: Database) -> None:
        await store.save(conversation(domain))
        await store.save(conversation(domain, code="1.000894"))
        (only,) = await stored(database)
        assert "1.001193" not in only

    async def test_all_conversations_are_listed(self, store: DialogueStore, domain: Domain) -> None:
        await store.save(conversation(domain))
        assert list(await store.keys()) == ["c1"]

    async def test_personal_numbers_are_masked_on_the_way_in(
        self, store: DialogueStore, domain: Domain, database: Database
    ) -> None:
        await store.save(conversation(domain, "cccd của tôi là 012345678901"))
        (only,) = await stored(database)
        assert "012345678901" not in only


class TestInsideATurn:
    async def test_the_state_of_the_turn_is_read(
        self, store: DialogueStore, domain: Domain, database: Database
    ) -> None:
        await store.save(conversation(domain))
        (before,) = await stored(database)
        with remembering(TurnMemory("c9", before)):
            found = await store.retrieve("c9")
        assert found
        assert found.get_slot("procedure") == "1.001193"

    async def test_saving_goes_into_the_turn_and_not_to_the_database(
        self, store: DialogueStore, domain: Domain, database: Database
    ) -> None:
        with remembering(TurnMemory("c1", None)) as memory:
            await store.save(conversation(domain))
        assert memory.after is not None
        assert await stored(database) == []

    async def test_what_was_saved_in_the_turn_is_read_in_it(self, store: DialogueStore, domain: Domain) -> None:
        with remembering(TurnMemory("c1", None)):
            await store.save(conversation(domain))
            found = await store.retrieve("c1")
        assert found

    async def test_a_new_conversation_begins_empty(self, store: DialogueStore) -> None:
        with remembering(TurnMemory("c1", None)):
            assert await store.retrieve("c1") is None

    async def test_a_turn_is_no_memory_of_another_conversation(self) -> None:
        with remembering(TurnMemory("c1", None)):
            assert current_memory("c2") is None

    async def test_after_the_turn_nothing_is_remembered(self) -> None:
        with remembering(TurnMemory("c1", None)):
            pass
        assert current_memory("c1") is None

    async def test_a_damaged_state_is_an_error(self, store: DialogueStore) -> None:
        with remembering(TurnMemory("c1", '[{"event": "unknown"}]')), pytest.raises(KeyError):
            await store.retrieve("c1")


class TestADatabaseThatFails:
    @pytest.fixture
    async def broken(self, store: DialogueStore, database: Database) -> DialogueStore:
        async with database.write() as connection:
            await connection.execute(text("ALTER TABLE dialogue_states RENAME TO gone"))
        return store

    async def test_is_an_error_and_not_an_empty_conversation(self, broken: DialogueStore) -> None:
        with pytest.raises(SQLAlchemyError):
            await broken.retrieve("c1")

    async def test_is_an_error_when_saving(self, broken: DialogueStore, domain: Domain) -> None:
        with pytest.raises(SQLAlchemyError):
            await broken.save(conversation(domain))

    async def test_does_not_touch_a_turn_that_carries_its_state(
        self, broken: DialogueStore, domain: Domain
    ) -> None:
        with remembering(TurnMemory("c1", None)) as memory:
            await broken.save(conversation(domain))
        assert memory.after


async def test_a_store_finds_the_database_of_the_settings_by_itself(
    domain: Domain, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_DATABASE", f"sqlite:///{database.url.database}")
    store = DialogueStore(domain, host="ignored")
    await store.save(conversation(domain))
    assert len(await stored(database)) == 1
    assert store._database
    await store._database.close()
