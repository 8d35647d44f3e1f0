"""Child: officers who answer in a Telegram group, and citizens with the website open, around a real `motcua up`.

Usage: python -m benchmarks.handoff PLAN (JSON)
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import insert, update
from starlette.applications import Starlette

from benchmarks.serving import free_port
from bot.conversations.messages import ConversationId
from bot.fakes.faults import Faults
from bot.fakes.hosting import serving
from bot.fakes.recording import Recorder
from bot.fakes.telegram.group import GROUP, OfficersGroup
from bot.fakes.telegram.server import TelegramServer
from bot.fakes.telegram.world import SECRET_HEADER, TelegramWorld
from bot.storage.database import Database
from bot.storage.handoff_tables import handoffs, officers
from bot.storage.tables import conversations

# Made up; put together so that no scanner takes it for a real one.
TOKEN = "700100200:AA" + "Desk" * 7 + "Be-1"
LAN = 800_000_001
READY_SECONDS = 120.0


async def _run(plan: dict[str, Any]) -> dict[str, Any]:
    world = TelegramWorld(TOKEN, Recorder(), has_limits=True)
    OfficersGroup(world)
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
            "MOTCUA_TELEGRAM_OFFICER_GROUPS": str(GROUP),
            "MOTCUA_SESSIONS_PER_MINUTE": "10000",
        }
        command = [str(Path(sys.executable).parent / "motcua"), "up", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=sys.stderr, stderr=sys.stderr)  # noqa: ASYNC220
        try:
            limits = httpx.Limits(max_connections=1_000)
            async with httpx.AsyncClient(base_url=service, trust_env=False, timeout=30, limits=limits) as http:
                await _ready(http, world, process)
                return await _load(plan, world, http)
        finally:
            process.terminate()
            process.wait(20)
            await world.pusher.close()


async def _ready(http: httpx.AsyncClient, world: TelegramWorld, process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while True:
            if process.poll() is not None:
                raise RuntimeError("the service ended")
            try:
                if (await http.get("/readyz")).status_code == 200 and world.webhook["url"]:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)


async def _load(plan: dict[str, Any], world: TelegramWorld, http: httpx.AsyncClient) -> dict[str, Any]:
    """Let officers answer at a steady rate; return how long each answer took to the page."""
    sessions = [(await http.post("/api/web/sessions", json={})).json() for _ in range(plan["conversations"])]
    database = Database(plan["database"])
    try:
        threads = [
            await _hold(database, world, ConversationId(one["conversation"]), 1_000 + number)
            for number, one in enumerate(sessions)
        ]
    finally:
        await database.close()
    said: dict[str, float] = {}
    times: list[float] = []
    async with AsyncExitStack() as stack:
        for one in sessions:
            headers = {"Authorization": f"Bearer {one['token']}", "Accept": "text/event-stream"}
            stream = await stack.enter_async_context(http.stream("GET", "/api/web/events", headers=headers))
            task = asyncio.create_task(_read(stream, said, times))
            stack.callback(task.cancel)
        warm = int(plan["rate"])
        total = warm + int(plan["rate"] * plan["seconds"])
        begun = time.perf_counter()
        accepted: list[float] = []
        posts = []
        for number in range(total):
            if number == warm:
                times.clear()
                accepted.clear()
            await asyncio.sleep(max(0.0, begun + number / plan["rate"] - time.perf_counter()))
            thread = threads[number % len(threads)]
            posts.append(asyncio.create_task(_answer(world, http, number, thread, said, accepted)))
        await asyncio.gather(*posts)
        until = time.perf_counter() + 10
        while said and time.perf_counter() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return {"milliseconds": times, "accepted": accepted, "missing": len(said)}


async def _hold(database: Database, world: TelegramWorld, conversation: ConversationId, thread: int) -> int:
    """Let Lan hold a conversation, with a topic: opening them one by one would wait for the group's pace."""
    world.chats[GROUP].topics[thread] = {"name": "x", "is_closed": False}
    moment = datetime.now(UTC)
    async with database.write() as connection:
        officer = {"telegram_user": LAN, "name": "Lan", "display_role": "Cán bộ", "departments": [], "units": []}
        known = await connection.scalar(officers.select().with_only_columns(officers.c.id))
        if known is None:
            statement = insert(officers).values(created_at=moment, **officer).returning(officers.c.id)
            known = await connection.scalar(statement)
        await connection.execute(
            update(conversations)
            .where(conversations.c.id == conversation)
            .values(state="HUMAN", state_version=conversations.c.state_version + 1)
        )
        await connection.execute(
            insert(handoffs).values(
                conversation_id=conversation,
                channel="web",
                status="human",
                reason="citizen",
                department="mot-cua",
                officer_id=known,
                asked_at=moment,
                requested_at=moment,
                claimed_at=moment,
                topic_chat=str(GROUP),
                topic_id=str(thread),
                card_id="1",
            )
        )
    return thread


async def _read(stream: httpx.Response, said: dict[str, float], times: list[float]) -> None:
    async for line in stream.aiter_lines():
        if line.startswith("data: ") and '"officer"' in line:
            begun = said.pop(json.loads(line[6:]).get("text", ""), None)
            if begun is not None:
                times.append((time.perf_counter() - begun) * 1000)


async def _answer(
    world: TelegramWorld,
    http: httpx.AsyncClient,
    number: int,
    thread: int,
    said: dict[str, float],
    accepted: list[float],
) -> None:
    text = f"câu trả lời số {number}"
    update_of = {
        "update_id": number + 1,
        "message": {
            "message_id": 100_000 + number,
            "date": int(time.time()),
            "chat": world.chats[GROUP].shown(),
            "from": {"id": LAN, "is_bot": False, "first_name": "Lan"},
            "message_thread_id": thread,
            "is_topic_message": True,
            "text": text,
        },
    }
    headers = {SECRET_HEADER: str(world.webhook["secret_token"]), "Content-Type": "application/json"}
    started = said[text] = time.perf_counter()
    response = await http.post("/webhooks/telegram", content=orjson.dumps(update_of), headers=headers)
    response.raise_for_status()
    accepted.append((time.perf_counter() - started) * 1000)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.loads(sys.argv[1])))))
