"""The live Rasa agent: loaded off the loop, checked, swapped as a whole, asked turn by turn."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot.conversations.messages import Turn, TurnResult
from bot.conversations.waiting import TurnWaits
from bot.dialogue.front import Front, Fronted, open_front
from bot.dialogue.graph_runner import SequentialRunner
from bot.dialogue.lean_processor import LeanProcessor
from bot.dialogue.local_actions import LocalActions, trust_local_results
from bot.dialogue.output import ReplyCollector
from bot.dialogue.rule_index import IndexedRulePolicy
from bot.dialogue.sentences import NOTHING_READABLE, SILENT, unsupported
from bot.dialogue.tracker_store import DialogueStore
from bot.dialogue.turn_lock import TurnLock
from bot.dialogue.turn_memory import TurnMemory, remembering
from bot.dialogue.typed_text import harmless
from bot.metrics import RELEASE

logger = logging.getLogger(__name__)

SMOKE = {
    "xin chào": "greet",
    "cảm ơn bạn nhiều": "thank",
    "đăng ký khai sinh cần giấy tờ gì": "ask_documents",
}
"""Phrases every release must understand before it serves: text → intent."""


class NoRelease(RuntimeError):
    """No release is being served yet."""


class ReleaseRefused(RuntimeError):
    """The archive is not the registered one, or it fails its smoke phrases."""


@dataclass(frozen=True, slots=True)
class _Serving:
    agent: Agent
    release: str
    share: float = 1.0


class DialogueEngine:
    """Answers turns with the active release and replaces it without dropping a turn."""

    def __init__(self, actions: LocalActions, front: Front = open_front) -> None:
        trust_local_results()
        self._front = front
        self._actions = actions
        self._locks = TurnLock()
        self._serving: _Serving | None = None
        self._canary: _Serving | None = None
        self._before: _Serving | None = None

    @property
    def release(self) -> str | None:
        """Id of the release being served, or None."""
        return self._serving.release if self._serving else None

    @property
    def canary(self) -> tuple[str, float] | None:
        """Id of the release that is tried, and its share of the conversations, or None."""
        return (self._canary.release, self._canary.share) if self._canary else None

    async def try_canary(
        self, release: str, share: float, archive: Path, sha256: str, smoke: Mapping[str, str] = SMOKE
    ) -> None:
        """Let a release answer a share of the conversations; each stays with the release it has met.

        Raises:
            ReleaseRefused: As for `activate`; the canary before goes on.
        """
        if self._canary and self._canary.release == release:
            self._canary = _Serving(self._canary.agent, release, share)
            return
        self._canary = _Serving(await self._checked(archive, sha256, smoke), release, share)

    def end_canary(self) -> None:
        """Let the serving release answer all conversations again; running turns end on the canary."""
        self._canary = None

    async def activate(self, release: str, archive: Path, sha256: str, smoke: Mapping[str, str] = SMOKE) -> None:
        """Load an archive, try the smoke phrases, then serve it; running turns end on the old one.

        Raises:
            ReleaseRefused: Wrong hash, unreadable archive, or a smoke phrase misunderstood; the
                release served before goes on.
        """
        held = self._held(release)
        agent = held if held is not None else await self._checked(archive, sha256, smoke)
        if self._serving and self._serving.release != release:
            # Going back must not wait for a load: the release served before stays in memory.
            self._before = self._serving
        if self._serving is not None:
            RELEASE.labels(self._serving.release).set(0)
        self._serving = _Serving(agent, release)
        RELEASE.labels(release).set(1)

    async def respond(self, turn: Turn) -> TurnResult:
        """Return the replies to one message; never empty, and no database is touched.

        Raises:
            NoRelease: Nothing is being served yet; the message is asked again later.
        """
        serving = self._chosen(turn.conversation_id)
        if serving is None:
            raise NoRelease
        front = self._front(turn) if turn.payload is None else Fronted(turn.text)
        text = turn.payload or front.command or harmless(front.text)
        if turn.unsupported:
            return TurnResult(
                (unsupported(turn.text),), turn.dialogue, release=serving.release, awaits=turn.awaits
            )
        if not any(character.isalnum() for character in text):
            return TurnResult((NOTHING_READABLE,), turn.dialogue, release=serving.release, awaits=turn.awaits)
        collector = ReplyCollector(turn.channel)
        memory = TurnMemory(turn.conversation_id, turn.dialogue, secret=front.secret)
        message = UserMessage(text, collector, turn.conversation_id, input_channel=turn.channel)
        with remembering(memory):
            await serving.agent.handle_message(message)
        if memory.waits_for is not None:
            raise TurnWaits(memory.waits_for)
        replies = tuple(reply for reply in collector.replies() if reply.text)
        if not replies:
            logger.error("a turn ended without a reply")
            replies = (SILENT,)
        return TurnResult(
            replies,
            memory.after or turn.dialogue,
            memory.understanding,
            serving.release,
            memory.awaits,
            front.stored_text,
            memory.wants,
        )

    async def parse(self, text: str) -> dict[str, Any]:
        """Return what the active release understands, without any conversation.

        Raises:
            NoRelease: Nothing is being served yet.
        """
        if self._serving is None:
            raise NoRelease
        parsed: dict[str, Any] = await self._serving.agent.parse_message(harmless(text))
        return parsed

    def _chosen(self, conversation_id: str) -> _Serving | None:
        """Return the release for a conversation: always the same one while a canary runs."""
        canary = self._canary
        if canary is None or self._serving is None:
            return self._serving
        place = int.from_bytes(hashlib.sha256(f"{canary.release}:{conversation_id}".encode()).digest()[:4], "big")
        return canary if place < canary.share * 2**32 else self._serving

    def _held(self, release: str) -> Agent | None:
        """Return the agent of a release that is in memory, checked when it was loaded."""
        held = (self._serving, self._before, self._canary)
        return next((one.agent for one in held if one and one.release == release), None)

    async def _checked(self, archive: Path, sha256: str, smoke: Mapping[str, str]) -> Agent:
        agent = await asyncio.to_thread(self._load, archive, sha256)
        for text, intent in smoke.items():
            found = (await agent.parse_message(text))["intent"]["name"]
            if found != intent:
                raise ReleaseRefused(f"{text!r} was understood as {found!r} instead of {intent!r}")
        return agent

    def _load(self, archive: Path, sha256: str) -> Agent:
        # An archive names classes to be imported: only one our own training made may be opened.
        try:
            found = hashlib.sha256(archive.read_bytes()).hexdigest()
        except OSError as error:
            raise ReleaseRefused(f"{archive.name} cannot be read") from error
        if found != sha256:
            raise ReleaseRefused(f"{archive.name} is not the registered archive")
        store = DialogueStore()
        agent = Agent(tracker_store=store, lock_store=self._locks, action_endpoint=self._actions)
        # Without Rasa's wrapper, which answers a failing database with an empty conversation.
        agent.tracker_store = store
        try:
            agent.load_model(archive)
        except Exception as error:
            raise ReleaseRefused(f"{archive.name} cannot be loaded: {type(error).__name__}") from error
        SequentialRunner.take_over(agent)
        IndexedRulePolicy.take_over(agent)
        LeanProcessor.take_over(agent)
        return agent
