"""Thousands of forged, broken, truncated and oversized calls: nothing unsigned is taken, nothing crashes.

`MOTCUA_FUZZED_CALLS` sets how many a channel gets, 10000 for the promise; the same seed makes the same calls.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from pushed_support import APP_ID, OA_ID, OA_SECRET, Line, line

from bot.fakes.zalo.signing import signed
from bot.storage.tables import inbox

CALLS = int(os.environ.get("MOTCUA_FUZZED_CALLS", "2000"))
SEED = 20261124
HEADER = "X-Telegram-Bot-Api-Secret-Token"
JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 2**70, 1.5, "", "x", "\x00", "\ud800", "💥" * 50, [], [[]], {}, {"id": None},
    {"id": "x"}, [1, 2], "a" * 5_000, {"text": {"text": {"text": 1}}},
)  # fmt: skip
FIELDS = ("text", "chat", "from", "message", "callback_query", "tag", "🙂")


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Line]:
    # Nothing is answered: this is about what is let in.
    async with line(tmp_path, is_started=False) as running:
        yield running


def update(dice: random.Random) -> dict[str, Any]:
    """Return a good update of Telegram."""
    number = dice.randrange(10**9)
    return {
        "update_id": number,
        "message": {
            "message_id": number, "date": int(time.time()), "chat": {"id": 7, "type": "private"},
            "from": {"id": 7, "is_bot": False, "first_name": "A"}, "text": f"câu {number}",
        },
    }  # fmt: skip


def event(dice: random.Random) -> dict[str, Any]:
    """Return a good event of Zalo."""
    return {
        "app_id": APP_ID, "event_name": "user_send_text", "timestamp": str(int(time.time() * 1000)),
        "sender": {"id": "7"}, "recipient": {"id": OA_ID},
        "message": {"text": "chào", "msg_id": f"m-{dice.randrange(10**9)}"},
    }  # fmt: skip


def spoil(content: Any, dice: random.Random) -> Any:
    """Return the content with something in it replaced, removed or added."""
    if isinstance(content, dict) and content and dice.random() < 0.8:
        changed = dict(content)
        name = dice.choice(list(changed))
        way = dice.random()
        if way < 0.2:
            del changed[name]
        elif way < 0.4:
            changed[dice.choice(("text", "chat", "from", "message", "callback_query", "tag", "🙂"))] = dice.choice(
                JUNK
            )
        else:
            changed[name] = spoil(changed[name], dice)
        return changed
    return dice.choice(JUNK)


def damage(raw: bytes, dice: random.Random) -> bytes:
    """Return bytes that are cut, flipped, repeated, nested too deep, or too many."""
    way = dice.randrange(6)
    if way == 0:
        return raw[: dice.randrange(len(raw) + 1)]
    if way == 1:
        broken = bytearray(raw)
        for _ in range(dice.randint(1, 8)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        return bytes(broken)
    if way == 2:
        return raw + raw
    if way == 3:
        return b"[" * dice.randint(1, 3_000)
    if way == 4:
        return dice.randbytes(dice.randrange(300))
    return raw + b" " * (2 << 20) if dice.random() < 0.02 else b"\xef\xbb\xbf" + raw


async def fuzz(
    running: Line, path: str, good: Callable[[random.Random], Any], headers: Callable[[bytes], dict[str, str]]
) -> tuple[Counter[int], int]:
    """Send the calls; return the statuses of the forged ones, and how many good ones were sent."""
    dice = random.Random(SEED)
    app = FastAPI()
    for channel in running.channels:
        app.include_router(channel.router())
    statuses: Counter[int] = Counter()
    genuine = 0
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        for number in range(CALLS):
            content = good(dice)
            raw = json.dumps(content if dice.random() < 0.5 else spoil(content, dice)).encode()
            if dice.random() < 0.5:
                raw = damage(raw, dice)
            if number % 50 == 0:
                raw = orjson.dumps(content)
                response = await http.post(path, content=raw, headers=headers(raw))
                assert response.status_code == 200
                genuine += 1
                continue
            is_forged = dice.random() < 0.5
            shown = forged(headers(raw), dice) if is_forged else headers(raw)
            response = await http.post(path, content=raw, headers=shown)
            assert response.status_code in {200, 400, 401, 413}, (response.status_code, raw[:200])
            assert response.content == b""
            if is_forged:
                statuses[response.status_code] += 1
    return statuses, genuine


def forged(headers: dict[str, str], dice: random.Random) -> dict[str, str]:
    """Return headers whose secret or signature is missing or changed."""
    if dice.random() < 0.3:
        return {}
    return {
        name: value[:-1] + ("0" if value[-1] != "0" else "1") if dice.random() < 0.7 else "x" * dice.randint(1, 90)
        for name, value in headers.items()
    }


async def test_telegram(running: Line) -> None:
    secret = running.channel("telegram")._secret.get_secret_value()  # type: ignore[attr-defined]
    statuses, genuine = await fuzz(running, "/webhooks/telegram", update, lambda _: {HEADER: secret})
    assert set(statuses) <= {401, 413}
    assert len(await running.rows(inbox)) >= genuine


async def test_zalo(running: Line) -> None:
    def headers(raw: bytes) -> dict[str, str]:
        try:
            stamp = str(orjson.loads(raw)["timestamp"])
        except (orjson.JSONDecodeError, TypeError, KeyError, ValueError):
            stamp = "1"
        return signed(running.zalo, raw, stamp)

    assert running.zalo.oa_secret == OA_SECRET
    statuses, genuine = await fuzz(running, "/webhooks/zalo", event, headers)
    # An unsigned empty body is the console's look at the address, and stores nothing.
    assert set(statuses) <= {200, 401, 413}
    assert statuses[200] < 0.05 * statuses[401]
    assert len(await running.rows(inbox)) >= genuine


async def test_a_forged_call_stores_nothing(running: Line) -> None:
    """The same calls again, all forged: the inbox stays empty."""
    dice = random.Random(SEED)
    for _ in range(300):
        raw = orjson.dumps(update(dice))
        assert (await running.http.post("/webhooks/telegram", content=raw)).status_code == 401
        raw = orjson.dumps(event(dice))
        bad = forged({"X-ZEvent-Signature": "mac=" + "ab" * 32}, dice)
        assert (await running.http.post("/webhooks/zalo", content=raw, headers=bad)).status_code == 401
    assert await running.rows(inbox) == []
