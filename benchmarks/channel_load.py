"""Child: a fake Telegram, a real `motcua up`, and citizens who write at a steady rate.

Usage: python -m benchmarks.channel_load PLAN (JSON)
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import orjson
from starlette.applications import Starlette

from benchmarks.serving import free_port
from bot.fakes.faults import Faults
from bot.fakes.hosting import serving
from bot.fakes.recording import Recorder
from bot.fakes.telegram.server import TelegramServer
from bot.fakes.telegram.world import SECRET_HEADER, TelegramWorld

# Made up; put together so that no scanner takes it for a real one.
TOKEN = "700100200:AA" + "Bench" * 6 + "Be-1"
CHATS = 200
READY_SECONDS = 120.0


class TimedWorld(TelegramWorld):
    """Notes when the answer to a chat arrives."""

    def __init__(self) -> None:
        super().__init__(TOKEN, Recorder(), has_limits=False)
        self.asked_at: dict[int, float] = {}
        self.milliseconds: list[float] = []

    def new_message(self, chat: Any, sender: dict[str, Any], **content: Any) -> dict[str, Any]:
        """Store a message; one of ours ends a measurement."""
        if sender["is_bot"] and (asked := self.asked_at.pop(chat.id, None)):
            self.milliseconds.append((time.perf_counter() - asked) * 1000)
        return super().new_message(chat, sender, **content)


async def _run(plan: dict[str, Any]) -> dict[str, Any]:
    world = TimedWorld()
    port = free_port()
    service = f"http://127.0.0.1:{port}"
    async with serving(Starlette(routes=TelegramServer(world, Faults()).routes())) as platform:
        environment = {
            **os.environ,
            "MOTCUA_DATABASE": plan["database"],
            "MOTCUA_STATE_DIR": plan["state_dir"],
            "MOTCUA_TELEGRAM_TOKEN": TOKEN,
            "MOTCUA_TELEGRAM_API": platform,
            "MOTCUA_TELEGRAM_WEBHOOK_URL": service,
            "MOTCUA_TELEGRAM_MESSAGES_PER_SECOND": "1000",
        }
        command = [str(Path(sys.executable).parent / "motcua"), "up", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=sys.stderr, stderr=sys.stderr)  # noqa: ASYNC220
        try:
            async with httpx.AsyncClient(base_url=service, trust_env=False, timeout=30) as http:
                return await _load(plan, world, http, process)
        finally:
            process.terminate()
            process.wait(20)
            await world.pusher.close()


async def _load(
    plan: dict[str, Any], world: TimedWorld, http: httpx.AsyncClient, process: subprocess.Popen[bytes]
) -> dict[str, Any]:
    async with asyncio.timeout(READY_SECONDS):
        while not await _is_ready(http, world):
            if process.poll() is not None:
                raise RuntimeError("the service ended")
            await asyncio.sleep(0.1)
    accepted: list[float] = []
    tasks = []
    warm = int(plan["rate"])
    total = warm + int(plan["rate"] * plan["seconds"])
    begun = time.perf_counter()
    for number in range(total):
        if number == warm:
            world.milliseconds.clear()
            accepted.clear()
        await asyncio.sleep(max(0.0, begun + number / plan["rate"] - time.perf_counter()))
        question = plan["questions"][number % len(plan["questions"])]
        tasks.append(asyncio.create_task(_ask(world, http, number, question, accepted)))
    await asyncio.gather(*tasks)
    until = time.perf_counter() + 10
    while world.asked_at and time.perf_counter() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return {"milliseconds": world.milliseconds, "accepted": accepted, "unanswered": len(world.asked_at)}


async def _is_ready(http: httpx.AsyncClient, world: TimedWorld) -> bool:
    try:
        return (await http.get("/readyz")).status_code == 200 and bool(world.webhook["url"])
    except httpx.HTTPError:
        return False


async def _ask(world: TimedWorld, http: httpx.AsyncClient, number: int, text: str, accepted: list[float]) -> None:
    chat = world.chat(1_000 + number % CHATS)
    content = {
        "update_id": number + 1,
        "message": {
            "message_id": number + 1,
            "date": int(time.time()),
            "chat": chat.shown(),
            "from": {"id": chat.id, "is_bot": False, "first_name": "A"},
            "text": text,
        },
    }
    headers = {SECRET_HEADER: str(world.webhook["secret_token"]), "Content-Type": "application/json"}
    started = world.asked_at[chat.id] = time.perf_counter()
    response = await http.post("/webhooks/telegram", content=orjson.dumps(content), headers=headers)
    response.raise_for_status()
    accepted.append((time.perf_counter() - started) * 1000)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.loads(sys.argv[1])))))
