"""Our runner gives what Rasa's gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dask
import pytest
import rasa.engine.runner.dask
from rasa.core.agent import Agent
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner

from bot.dialogue.graph_runner import SequentialRunner

TEXTS = [
    "xin chào",
    "đăng ký khai sinh cần giấy tờ gì",
    "dang ky ket hon o dau, het bao nhieu tien",
    "làm sổ đỏ ở Hải Phòng",
    "zzzz qqqq",
    "🙂",
    '/choose{"procedure": "1.001193"}',
]


@pytest.fixture(scope="module")
async def parsed(archive: Path) -> list[list[dict[str, Any]]]:
    """What both runners make of the texts, first Rasa's."""
    agent = Agent()
    agent.load_model(archive)
    assert type(agent.processor.graph_runner) is DaskGraphRunner
    with pytest.MonkeyPatch.context() as patch:
        # A serving process is spared the scheduler, so Rasa's own runner gets it here.
        patch.setattr(rasa.engine.runner.dask, "dask", dask)
        theirs = [await agent.parse_message(text) for text in TEXTS]
    SequentialRunner.take_over(agent)
    return [theirs, [await agent.parse_message(text) for text in TEXTS]]


@pytest.mark.parametrize("number", range(len(TEXTS)), ids=TEXTS)
def test_both_runners_understand_the_same(parsed: list[list[dict[str, Any]]], number: int) -> None:
    theirs, ours = parsed
    assert ours[number] == theirs[number]


async def test_an_input_called_like_a_node_is_refused(archive: Path) -> None:
    agent = Agent()
    agent.load_model(archive)
    SequentialRunner.take_over(agent)
    runner = agent.processor.graph_runner
    node = next(iter(runner._instantiated_nodes))
    with pytest.raises(GraphRunError):
        runner.run({node: 1}, [node])
