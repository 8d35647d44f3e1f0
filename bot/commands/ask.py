"""`motcua ask` and `motcua chat`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.commands.context import NOT_READY, matching_release, quiet
from bot.commands.terminal import errors, fail, screen
from bot.settings import Settings


def ask_one(question: str, *, as_json: bool) -> int:
    """Ask one question; print the text, or the replies as one JSON object."""
    quiet()
    try:
        replies = asyncio.run(_ask(question))
    except NOT_READY as error:
        return fail(f"Chưa hỏi được: {error}")
    if as_json:
        print(json.dumps({"replies": replies}, ensure_ascii=False))
    else:
        _show(replies)
    return 0


def ask_batch(source: Path, target: Path) -> int:
    """Ask every conversation of a JSONL file and write the replies, in the same order."""
    quiet()
    try:
        conversations = list(_conversations(source.read_text("utf-8")))
        # Before the questions are asked, which may take long.
        target.touch()
    except (ValueError, OSError) as error:
        return fail(f"{source}: {error}" if isinstance(error, ValueError) else f"{target}: {error.strerror}")
    try:
        asyncio.run(_ask_batch(conversations, target))
    except NOT_READY as error:
        return fail(f"Chưa hỏi được: {error}")
    return 0


def chat() -> int:
    """Talk until an empty line."""
    quiet()
    try:
        asyncio.run(_chat())
    except NOT_READY as error:
        return fail(f"Chưa hỏi được: {error}")
    except (KeyboardInterrupt, EOFError):
        screen.print()
    return 0


def _conversations(text: str) -> Iterator[dict[str, Any]]:
    # Not `splitlines`, which also breaks at characters that may stand inside a question.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield _conversation(line)
        except ValueError as error:
            raise ValueError(f"dòng {number}: {error}") from error


def _conversation(line: str) -> dict[str, Any]:
    item = json.loads(line)
    turns = item.get("turns") if isinstance(item, dict) else None
    if not isinstance(turns, list) or "id" not in item or not all(isinstance(t, str) for t in turns):
        raise ValueError('mỗi dòng phải có dạng {"id": "…", "turns": ["…"]}')
    return {"id": item["id"], "turns": turns}


async def _ask(question: str) -> list[dict[str, Any]]:
    from bot.asking import Asker, throwaway_service

    settings = Settings()
    async with throwaway_service(settings, await matching_release(settings)) as service:
        return await Asker(service).ask(question)


async def _ask_batch(conversations: list[dict[str, Any]], target: Path) -> None:
    from bot.asking import ask_all, throwaway_service

    settings = Settings()
    async with throwaway_service(settings, await matching_release(settings)) as service:
        answers = [answer async for answer in ask_all(service, conversations)]
    lines = (json.dumps(answer, ensure_ascii=False) for answer in answers)
    text = "".join(f"{line}\n" for line in lines)
    await asyncio.to_thread(target.write_text, text, encoding="utf-8")
    errors.print(f"{len(answers)} hội thoại → {target}")


async def _chat() -> None:
    from bot.asking import Asker, throwaway_service

    settings = Settings()
    async with throwaway_service(settings, await matching_release(settings)) as service:
        asker = Asker(service)
        screen.print("Gõ câu hỏi rồi nhấn Enter; dòng trống để kết thúc.", style="dim")
        while text := (await asyncio.to_thread(screen.input, "[bold]Anh/chị:[/] ")).strip():
            _show(await asker.ask(text))


def _show(replies: list[dict[str, Any]]) -> None:
    for reply in replies:
        screen.print(reply["text"], markup=False, highlight=False, soft_wrap=True)
        for button in reply["buttons"]:
            screen.print(f"  [ {button['title']} ]", markup=False, highlight=False, style="cyan")
        screen.print()
