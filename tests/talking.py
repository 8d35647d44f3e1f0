"""Talking to the assistant in tests: through the whole line, or with the dialogue engine alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.asking import Asker
from bot.conversations.messages import ConversationId, Turn, TurnResult
from bot.dialogue.engine import DialogueEngine
from bot.service import Service


@dataclass(frozen=True)
class Said:
    """What was answered; the fields are those of the main reply, which is the first one."""

    replies: list[dict[str, Any]]

    @property
    def main(self) -> dict[str, Any]:
        return self.replies[0]

    @property
    def outcome(self) -> str:
        return str(self.main["outcome"])

    @property
    def procedure(self) -> str | None:
        found: str | None = self.main["procedure"]
        return found

    @property
    def aspect(self) -> str | None:
        found: str | None = self.main["aspect"]
        return found

    @property
    def offers(self) -> list[str]:
        return list(self.main["offers"])

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in self.main["buttons"]]

    @property
    def text(self) -> str:
        return str(self.main["text"])


class Talk:
    """One citizen, talking to the service below the channels."""

    def __init__(self, service: Service) -> None:
        self._asker = Asker(service)

    async def __call__(self, text: str) -> Said:
        return Said(await self._asker.ask(text))


@dataclass
class Dialogue:
    """One conversation with the engine alone; the stored state travels here, as it does in a claim."""

    engine: DialogueEngine
    stored: str | None = None
    id: ConversationId = field(default_factory=lambda: ConversationId(uuid4().hex))

    async def say(self, text: str, payload: str | None = None) -> TurnResult:
        result = await self.engine.respond(Turn(self.id, "web", text, payload, self.stored))
        self.stored = result.dialogue
        return result

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(orjson.loads(self.stored or "[]"))

    @property
    def slots(self) -> dict[str, Any]:
        """The slots of the running session, without empty ones."""
        slots: dict[str, Any] = {}
        for event in self.events:
            if event["event"] in {"session_started", "restart"}:
                slots = {}
            elif event["event"] == "slot":
                slots[event["name"]] = event["value"]
        return {name: value for name, value in slots.items() if value is not None}

    def age(self, minutes: float) -> None:
        """Let the conversation so far lie that long ago."""
        aged = [{**event, "timestamp": event["timestamp"] - 60 * minutes} for event in self.events]
        self.stored = orjson.dumps(aged).decode()


Work = Callable[[CollectingDispatcher, Tracker], Awaitable[list[dict[str, Any]]]]


class Scripted(Action):
    """An action that does what a test says."""

    def __init__(self, name: str, work: Work) -> None:
        self._name, self.work = name, work

    def name(self) -> str:
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        return await self.work(dispatcher, tracker)
