"""Answering where a dossier stands, asking for proof, and managing notices."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.dossier_memory import DossierMemory
from actions.dossier_replies import explain, say_brief, say_dossier, say_list, say_result, which_to_stop
from actions.replies import button, say
from actions.understanding import entity_value
from bot.clock import today_in_vietnam
from bot.conversations.messages import Outcome
from bot.dialogue.turn_memory import TurnMemory, current_memory
from bot.dossiers import sentences
from bot.dossiers.code import DossierCode, parse_code
from bot.dossiers.desk import Outcome as LookedUp
from bot.dossiers.desk import Question, Result
from bot.dossiers.dossiers import Dossiers
from bot.dossiers.finding import MOST_CODES, Problem
from bot.dossiers.proof import Proof
from bot.dossiers.recognition import Awaits, Task, notice_task
from bot.dossiers.watching.watches import TooManyWatches
from bot.dossiers.wording import APOLOGY_RULE, PORTAL
from bot.vietnamese.folding import words

AT_ONCE_SECONDS = 0.25
"""How long a turn waits by itself; after that it lets go and is run again with the answer."""
_LATE = re.compile(r"\b(?:qua hen|tre hen|qua ngay hen|qua han|tre han|cham tra)\b")
CANNOT_BE_TOLD = frozenset({"cli"})
"""Channels on which nothing can be said after a turn."""


class _Waits(Exception):
    """The turn ends here; it will be run again."""


@dataclass(slots=True)
class _Talk:
    """One message and what is done about it."""

    dispatcher: CollectingDispatcher
    tracker: Tracker
    memory: DossierMemory
    turn: TurnMemory | None
    codes: list[str]

    @property
    def channel(self) -> str:
        return str(self.tracker.get_latest_input_channel() or "cli")

    @property
    def text(self) -> str:
        return str((self.tracker.latest_message or {}).get("text") or "")


class AnswerDossier(Action):
    """Everything about dossiers; commands come from buttons and from what was recognised in the message."""

    def __init__(self, dossiers: Dossiers | None = None) -> None:
        """Args: `dossiers` None, as with `rasa run actions`: only says where to look oneself."""
        self._dossiers = dossiers
        self._tasks: dict[str, Callable[[_Talk], Coroutine[Any, Any, None]]] = {
            Task.LOOK_UP: self._look_up,
            Task.PROVE: self._prove,
            Task.PROOF_AGAIN: self._proof_again,
            Task.AGAIN: self._again,
            Task.WATCH: self._watch,
            Task.CONSENT: self._consent,
            Task.DECLINE: self._decline,
            Task.STOP: self._stop,
            Task.STOP_ALL: self._stop_all,
            Task.LIST: self._list,
        }

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_dossier"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Do what the command or the message wants."""
        if self._dossiers is None:
            say(dispatcher, sentences.NO_SYSTEM, Outcome.DOSSIER)
            return []
        codes = (entity_value(tracker, "codes") or "").split()
        talk = _Talk(dispatcher, tracker, DossierMemory(tracker), current_memory(tracker.sender_id), codes)
        task = entity_value(tracker, "task") or notice_task(talk.text)
        try:
            if task and task.startswith("problem:"):
                self._problem(talk, Problem(task.partition(":")[2]))
            else:
                await self._tasks.get(task or "", self._status)(talk)
        except _Waits:
            dispatcher.messages.clear()
            return []
        return list(talk.memory.events())

    # Looking up

    async def _look_up(self, talk: _Talk) -> None:
        """Answer for the codes of the message."""
        proof = self._proof(talk)
        then = talk.memory.question.get("then") if talk.memory.question.get("kind") == Awaits.CODE else None
        asked: list[DossierCode] = []
        for text in talk.codes[:MOST_CODES]:
            code = parse_code(text, today_in_vietnam())
            if (elsewhere := sentences.not_ours(code)) is not None:
                say(talk.dispatcher, elsewhere, Outcome.DOSSIER, sources=[PORTAL])
            else:
                asked.append(code)
        if len(asked) > 1:
            await self._several(talk, asked)
        elif asked:
            await self._one(talk, asked[0], proof, then=then)
        if len(talk.codes) > MOST_CODES:
            say(talk.dispatcher, sentences.TOO_MANY, Outcome.DOSSIER)

    async def _several(self, talk: _Talk, codes: list[DossierCode]) -> None:
        for code, result in zip(codes, await self._results(talk, codes, None), strict=True):
            if result.dossier is not None:
                talk.memory.remember(str(code))
            say_brief(talk.dispatcher, result, self._service.settings.hotline)

    async def _one(self, talk: _Talk, code: DossierCode, proof: Proof | None, *, then: str | None = None) -> None:
        """Answer for one dossier, and ask what is needed to go on."""
        result = (await self._results(talk, [code], proof))[0]
        memory, settings = talk.memory, self._service.settings
        if result.outcome is LookedUp.PROVEN:
            memory.remember(str(code))
            if proof is not None:
                memory.prove(str(code), settings.proof_minutes)
            if then == Task.WATCH:
                await self._ask_consent(talk, result)
                return
        elif result.outcome is LookedUp.FOUND:
            memory.remember(str(code))
            memory.ask(Awaits.PROOF, str(code), then=then)
        elif proof is None and result.outcome is LookedUp.NOT_FOUND:
            memory.ask(Awaits.CODE, then=then)
        elif proof is not None:
            # Also while it is locked: what is typed now is a proof again, and is not to be kept.
            memory.ask(Awaits.PROOF, str(code), then=then)
        if result.dossier is None:
            say_result(talk.dispatcher, result, settings.hotline)
        else:
            say_dossier(talk.dispatcher, result.dossier, can_watch=talk.channel not in CANNOT_BE_TOLD)

    async def _results(self, talk: _Talk, codes: list[DossierCode], proof: Proof | None) -> list[Result]:
        """Return the look-ups, or let the turn go until they are done."""
        desk, memory = self._service.desk, talk.memory
        questions = [
            Question(code, talk.channel, talk.tracker.sender_id, proof, has_proven=memory.has_proven(str(code)))
            for code in codes
        ]
        tasks = [desk.begin(question) for question in questions]
        if talk.turn is not None and not all(task.done() for task in tasks):
            seconds = 0.0 if any(desk.is_slow(code) for code in codes) else AT_ONCE_SECONDS
            _, pending = await asyncio.wait(tasks, timeout=seconds)
            if pending:
                talk.turn.waits_for = asyncio.gather(*tasks, return_exceptions=True)
                raise _Waits
        results = list(await asyncio.gather(*tasks))
        for question, result in zip(questions, results, strict=True):
            if result.outcome is LookedUp.UNAVAILABLE:
                desk.forget(question)
        return results

    async def _status(self, talk: _Talk) -> None:
        """Answer "hồ sơ của tôi đến đâu rồi": for the dossier of the session, or ask for the code."""
        if text := explain(talk.text):
            say(talk.dispatcher, text, Outcome.DOSSIER)
            return
        if talk.memory.codes:
            await self._one(talk, parse_code(talk.memory.codes[0], today_in_vietnam()), None)
            return
        talk.memory.ask(Awaits.CODE)
        late = f"{APOLOGY_RULE}\n" if _LATE.search(words(talk.text)) else ""
        say(talk.dispatcher, late + sentences.ASK_CODE, Outcome.DOSSIER)

    async def _again(self, talk: _Talk) -> None:
        """Answer for the dossier talked about before, or the latest one that is watched."""
        if not talk.memory.codes:
            watched = await self._service.watches.of(talk.tracker.sender_id)
            talk.memory.codes = [str(watch.code) for watch in reversed(watched)]
        await self._status(talk)

    def _problem(self, talk: _Talk, problem: Problem) -> None:
        """Say what is wrong with a code; ask about the one that was probably meant."""
        talk.memory.ask(Awaits.CODE, then=talk.memory.question.get("then"))
        buttons = []
        text = sentences.problem(problem)
        if talk.codes:
            buttons = [button(f"Mã {talk.codes[0]}", "dossier", task=Task.LOOK_UP, codes=talk.codes[0])]
        say(talk.dispatcher, text, Outcome.DOSSIER, buttons)

    # Proof

    async def _prove(self, talk: _Talk) -> None:
        memory = talk.memory
        code = memory.asked(Awaits.PROOF) or next(iter(memory.codes), None)
        proof = self._proof(talk)
        if code is None:
            memory.ask(Awaits.CODE)
            say(talk.dispatcher, sentences.PROOF_OF_WHICH, Outcome.DOSSIER)
        elif proof is None:
            await self._proof_again(talk)
        else:
            await self._one(talk, parse_code(code, today_in_vietnam()), proof, then=memory.question.get("then"))

    async def _proof_again(self, talk: _Talk) -> None:
        code = talk.memory.asked(Awaits.PROOF) or next(iter(talk.memory.codes), None)
        if code is None:
            talk.memory.ask(Awaits.CODE)
            say(talk.dispatcher, sentences.ASK_CODE, Outcome.DOSSIER)
            return
        talk.memory.ask(Awaits.PROOF, code, then=talk.memory.question.get("then"))
        say(talk.dispatcher, sentences.PROOF_AGAIN, Outcome.DOSSIER)

    @staticmethod
    def _proof(talk: _Talk) -> Proof | None:
        secret = talk.turn.secret if talk.turn else None
        return secret if isinstance(secret, Proof) else None

    # Notices

    async def _watch(self, talk: _Talk) -> None:
        """Begin to watch: code, then proof, then consent."""
        if talk.channel in CANNOT_BE_TOLD:
            say(talk.dispatcher, sentences.CANNOT_WATCH_HERE, Outcome.DOSSIER)
            return
        code = next(iter([*talk.codes, *talk.memory.codes]), None)
        if code is None:
            talk.memory.ask(Awaits.CODE, then=Task.WATCH)
            say(talk.dispatcher, sentences.ASK_CODE, Outcome.DOSSIER)
            return
        parsed = parse_code(code, today_in_vietnam())
        if (elsewhere := sentences.not_ours(parsed)) is not None:
            say(talk.dispatcher, elsewhere, Outcome.DOSSIER, sources=[PORTAL])
        else:
            await self._one(talk, parsed, self._proof(talk), then=Task.WATCH)

    async def _ask_consent(self, talk: _Talk, result: Result) -> None:
        code = str(result.code)
        watched = await self._service.watches.of(talk.tracker.sender_id)
        if result.dossier is not None and result.dossier.status.is_final:
            say(talk.dispatcher, sentences.NOTHING_TO_WATCH.format(code=code), Outcome.DOSSIER)
        elif any(watch.code == result.code for watch in watched):
            say(talk.dispatcher, sentences.ALREADY_WATCHING.format(code=code), Outcome.DOSSIER)
        else:
            talk.memory.ask(Awaits.CONSENT, code)
            buttons = [
                button(sentences.YES, "dossier", task=Task.CONSENT, codes=code),
                button(sentences.NO, "dossier", task=Task.DECLINE),
            ]
            text = sentences.ASK_CONSENT.format(code=code, days=self._service.settings.watch_days)
            say(talk.dispatcher, text, Outcome.DOSSIER, buttons)

    async def _consent(self, talk: _Talk) -> None:
        code = next(iter(talk.codes), None) or talk.memory.asked(Awaits.CONSENT)
        if code is None or not talk.memory.has_proven(code):
            # An old button: what was proven then counts no more.
            await self._watch(talk)
            return
        result = (await self._results(talk, [parse_code(code, today_in_vietnam())], None))[0]
        if result.dossier is None:
            talk.memory.ask(Awaits.CONSENT, code)
            say_result(talk.dispatcher, result, self._service.settings.hotline)
            return
        try:
            is_new = await self._service.watches.start(talk.tracker.sender_id, result.dossier)
        except TooManyWatches:
            text = sentences.TOO_MANY_WATCHES.format(number=self._service.settings.watches)
            say(talk.dispatcher, text, Outcome.DOSSIER)
            return
        text = sentences.WATCHING if is_new else sentences.ALREADY_WATCHING
        say(talk.dispatcher, text.format(code=code), Outcome.DOSSIER)

    async def _decline(self, talk: _Talk) -> None:
        say(talk.dispatcher, sentences.DECLINED, Outcome.DOSSIER)

    async def _stop(self, talk: _Talk) -> None:
        watched = await self._service.watches.of(talk.tracker.sender_id)
        if talk.codes or len(watched) == 1:
            await self._end_watches(talk, talk.codes or [str(watched[0].code)])
        elif watched:
            which_to_stop(talk.dispatcher, [str(watch.code) for watch in watched])
        else:
            say(talk.dispatcher, sentences.NOT_WATCHING, Outcome.DOSSIER)

    async def _stop_all(self, talk: _Talk) -> None:
        await self._end_watches(talk, None)

    async def _end_watches(self, talk: _Talk, codes: list[str] | None) -> None:
        ended = await self._service.watches.stop(talk.tracker.sender_id, codes)
        named = ", ".join(map(str, ended))
        text = sentences.STOPPED.format(codes=named) if ended else sentences.NOT_WATCHING
        say(talk.dispatcher, text, Outcome.DOSSIER)

    async def _list(self, talk: _Talk) -> None:
        watched = await self._service.watches.of(talk.tracker.sender_id)
        if watched:
            say_list(talk.dispatcher, watched)
        else:
            say(talk.dispatcher, sentences.NOT_WATCHING, Outcome.DOSSIER)

    @property
    def _service(self) -> Dossiers:
        assert self._dossiers is not None  # noqa: S101  checked in run
        return self._dossiers
