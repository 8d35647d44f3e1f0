"""Child: choose questions that the release answers from the catalogue with exactly one reply.

Usage: python -m benchmarks.choose_questions COUNT RELEASE (JSON of `train_once`)
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from pathlib import Path

from actions.registry import build_actions
from bot.catalogue.live import project_catalogue
from bot.conversations.messages import ConversationId, Outcome, Turn
from bot.dialogue.engine import DialogueEngine
from bot.dialogue.local_actions import LocalActions

GOLDEN = Path("data/evaluation/golden.jsonl")
SEED = 36
FEWEST = 8


async def _choose(count: int, release: dict[str, str]) -> list[str]:
    engine = DialogueEngine(LocalActions(build_actions(project_catalogue())))
    await engine.activate("bench", Path("models") / release["archive"], release["sha256"])
    chosen: list[str] = []
    for text in candidates():
        turn = Turn(ConversationId(f"choose-{len(chosen)}"), "web", text)
        result = await engine.respond(turn)
        if [reply.outcome for reply in result.replies] == [Outcome.ANSWER]:
            chosen.append(text)
        if len(chosen) == count:
            break
    if len(chosen) < FEWEST:
        raise SystemExit("the release answers hardly any golden question; nothing worth measuring")
    return chosen


def candidates() -> list[str]:
    """Return first turns of golden questions with an answer, in a fixed random order."""
    items = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = [item["turns"][0] for item in items if item["expect"][0]["outcome"] == "answer"]
    random.Random(SEED).shuffle(texts)
    return texts


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_choose(int(sys.argv[1]), json.loads(sys.argv[2])))))
