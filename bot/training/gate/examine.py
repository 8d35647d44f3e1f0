"""Inside the examining process: loads one release, asks it every question, prints how far it is."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from actions.registry import build_actions
from bot.catalogue.live import LiveCatalogue
from bot.conversations.messages import ConversationId, Turn
from bot.dialogue.engine import DialogueEngine
from bot.dialogue.local_actions import LocalActions
from bot.dossiers.front import read_first
from bot.training.gate.questions import Part, Question, question_of
from bot.training.golden import Golden, judge

SAID_EVERY = 50
DOSSIER_INTENT = "dossier_status"
"""What clerks call a message about a dossier."""


async def examine(request: dict[str, Any]) -> dict[str, Any]:
    """Return the results of each question by its digest."""
    live = LiveCatalogue(Path(request["catalogue"]))
    engine = DialogueEngine(LocalActions(build_actions(live)), read_first)
    await engine.activate(request["release"], Path(request["archive"]), request["sha256"])
    results: dict[str, Any] = {}
    questions = [question_of(item) for item in request["questions"]]
    for number, question in enumerate(questions):
        ask = _understand if question.part is Part.LIVE else _converse
        results[question.digest] = await ask(engine, question)
        if number % SAID_EVERY == 0:
            print(f"{number}/{len(questions)}", flush=True)
    parsed = {text: await _parsed(engine, text) for text in request["unlabelled"]}
    return {"results": results, "parsed": parsed}


async def _converse(engine: DialogueEngine, question: Question) -> list[dict[str, Any]]:
    """Hold the conversation and judge each turn as the golden set is judged."""
    dialogue: str | None = None
    awaits: str | None = None
    replies: list[list[dict[str, Any]]] = []
    for text in question.turns:
        turn = Turn(ConversationId(question.id), "cli", text, dialogue=dialogue, awaits=awaits)
        answer = await engine.respond(turn)
        dialogue, awaits = answer.dialogue, answer.awaits
        replies.append([reply.stored() for reply in answer.replies])
    golden = Golden(question.id, question.turns, question.expect, question.field, question.part)
    sure = (await engine.parse(question.turns[0])).get("linking") or {}
    return [
        {
            "right": verdict.right,
            "confident": verdict.confidently_wrong,
            "got": verdict.got,
            "text": given[0]["text"][:300] if given else "",
            "offers": list(given[0]["offers"]) if given else [],
            "sure": sure.get("right") if verdict.turn == 0 and given and given[0]["procedure"] else None,
        }
        for verdict, given in zip(judge(golden, replies), replies, strict=True)
    ]


async def _understand(engine: DialogueEngine, question: Question) -> list[dict[str, Any]]:
    """Compare what the release understands of a live utterance with what a clerk said it means."""
    wanted = question.expect[0]
    found = await _parsed(engine, question.turns[0])
    right = found["intent"] == wanted["intent"] and (
        not wanted["procedure"] or found["procedure"] == wanted["procedure"]
    )
    elsewhere = found["procedure"] is not None and found["procedure"] != wanted["procedure"]
    return [
        {
            "right": right,
            "confident": elsewhere and not right,
            "got": f"{found['intent'] or '-'} {found['procedure'] or '-'}",
            "text": "",
            "offers": [],
            "sure": found["sure"] if wanted["procedure"] else None,
        }
    ]


async def _parsed(engine: DialogueEngine, text: str) -> dict[str, Any]:
    if read_first(Turn(ConversationId("parsed"), "cli", text)).command is not None:
        # As in service: a message with the code of a dossier never reaches the models.
        return {"intent": DOSSIER_INTENT, "procedure": None, "sure": None}
    parsed = await engine.parse(text)
    linking = parsed.get("linking") or {}
    found = linking.get("found") or [None]
    return {
        "intent": (parsed.get("intent") or {}).get("name"),
        "procedure": found[0],
        "sure": linking.get("right"),
    }


def main() -> None:
    """Read the request, write the results."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answer = asyncio.run(examine(request))
    Path(sys.argv[2]).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
