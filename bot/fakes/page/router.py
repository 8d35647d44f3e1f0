"""The page: its files, what it shows, and what people do on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from bot.fakes.faults import Fault, FaultKind
from bot.fakes.zalo.world import HOUR_MS

if TYPE_CHECKING:
    from bot.fakes.platforms import Platforms

FILES = Path(__file__).parent / "files"
TELEGRAM_PERSON, ZALO_PERSON = 700_000_001, "4820000000000000001"
OFFICER, OFFICER_NAME = 800_000_001, "Lan"
"""Who answers in the officers' group."""
TELEGRAM_KINDS: dict[str, dict[str, Any]] = {
    "photo": {"photo": [{"file_id": "fake", "width": 1, "height": 1}]},
    "voice": {"voice": {"file_id": "fake", "duration": 3}},
    "sticker": {"sticker": {"file_id": "fake"}},
    "location": {"location": {"latitude": 20.95, "longitude": 107.08}},
}
ZALO_KINDS = {"photo": "image", "voice": "audio", "sticker": "sticker", "location": "location"}
FAULTS = {
    "flood": Fault(FaultKind.ERROR, "*", 1, 429),
    "down": Fault(FaultKind.STATUS, "*", 3, 503),
    "slow": Fault(FaultKind.SLOW, "*", 1, seconds=5),
    "lost": Fault(FaultKind.DROP_AFTER, "*", 1),
}
SENDING = {"telegram": "sendMessage", "zalo": "message_cs"}
Do = dict[str, Any]


def page_routes(platforms: Platforms) -> list[BaseRoute]:
    """Return the addresses of the page."""

    async def state(_: Request) -> Response:
        return _json(shown(platforms))

    async def act(request: Request) -> Response:
        # A foreign page cannot send this type without asking first, and is never answered.
        if request.headers.get("content-type") != "application/json":
            return _json({"error": "application/json only"}, 415)
        try:
            order = orjson.loads(await request.body())
            _ACTIONS[order["action"]](platforms, order)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return _json({"error": "unknown order"}, 400)
        return _json(shown(platforms))

    def file(name: str) -> Callable[[Request], Any]:
        async def endpoint(_: Request) -> Response:
            return FileResponse(FILES / name, headers={"Cache-Control": "no-cache"})

        return endpoint

    return [
        Route("/", file("page.html")),
        Route("/page.css", file("page.css")),
        Route("/page.js", file("page.js")),
        Route("/state", state),
        Route("/act", act, methods=["POST"]),
    ]


def shown(platforms: Platforms) -> dict[str, Any]:
    """Return what the page draws."""
    result: dict[str, Any] = {}
    if "telegram" in platforms.names:
        chat = platforms.telegram.chat(TELEGRAM_PERSON)
        result["telegram"] = {
            "name": chat.name,
            "blocked": chat.has_blocked,
            "commands": platforms.telegram.commands.get("", []),
            "messages": [_telegram_message(message) for message in chat.messages.values()],
            "faults": len(platforms.faults["telegram"].shown()),
        }
        result["officers"] = _group(platforms)
    if "zalo" in platforms.names:
        person = platforms.zalo.person(ZALO_PERSON)
        result["zalo"] = {
            "name": person.name,
            "allows_buttons": platforms.zalo.allows_buttons,
            "hours": round(platforms.zalo.hours_since(person)) if person.last_interaction else 0,
            "messages": [_zalo_message(row) for row in person.messages],
            "faults": len(platforms.faults["zalo"].shown()),
        }
    return result


def _group(platforms: Platforms) -> dict[str, Any]:
    """Return the officers' group: each topic with its messages."""
    chat = platforms.group.chat
    topics = []
    for thread, topic in reversed(chat.topics.items()):
        messages = [
            _telegram_message(message) | {"reaction": chat.reactions.get(number, "")}
            for number, message in chat.messages.items()
            if message.get("message_thread_id") == thread
            and not any(name.startswith("forum_topic_") for name in message)
        ]
        for message in messages:
            message["author"] = "bot" if message["author"] == "bot" else "officer"
        topics.append({"id": thread, "name": topic["name"], "is_closed": topic["is_closed"], "messages": messages})
    return {"name": chat.name, "topics": topics, "faults": 0}


def _telegram_message(message: dict[str, Any]) -> dict[str, Any]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return {
        "id": message["message_id"],
        "author": "bot" if message["from"]["is_bot"] else "citizen",
        "at": message["date"] * 1000,
        "text": message.get("text") or _label(message),
        "html": message.get("html"),
        "buttons": [
            {"title": button["text"], "data": button["callback_data"]}
            for row in rows
            for button in row
            if "callback_data" in button
        ],
    }


def _label(message: dict[str, Any]) -> str:
    labels = {"photo": "[Ảnh]", "voice": "[Tin thoại]", "sticker": "[Nhãn dán]", "location": "[Vị trí]"}
    return next((label for kind, label in labels.items() if kind in message), "Nội dung khác")


def _zalo_message(row: dict[str, Any]) -> dict[str, Any]:
    labels = {"image": "[Ảnh]", "audio": "[Tin thoại]", "sticker": "[Nhãn dán]", "location": "[Vị trí]"}
    author = "citizen" if row["src"] == 1 else "officer" if row.get("admin") else "bot"
    return {
        "id": row["message_id"],
        "author": author,
        "at": row["time"],
        "text": row["message"] or labels.get(row["type"], "Nội dung khác"),
        "html": None,
        "buttons": [{"title": button["title"], "data": button["payload"]} for button in row.get("buttons", ())],
    }


def _say(platforms: Platforms, order: Do) -> None:
    text = str(order["text"])[:2000].strip()
    if not text:
        raise ValueError("nothing to say")
    if order["platform"] == "officers":
        platforms.group.says(OFFICER, int(order["topic"]), text)
    elif order["platform"] == "telegram":
        platforms.telegram.say(TELEGRAM_PERSON, text)
    else:
        platforms.zalo.say(ZALO_PERSON, text)


def _send(platforms: Platforms, order: Do) -> None:
    if order["platform"] == "telegram":
        platforms.telegram.post(TELEGRAM_PERSON, **TELEGRAM_KINDS[order["kind"]])
    else:
        kind = ZALO_KINDS[order["kind"]]
        platforms.zalo.post(ZALO_PERSON, kind, {"attachments": [{"type": kind, "payload": {}}]})


def _tap(platforms: Platforms, order: Do) -> None:
    if order["platform"] == "officers":
        group = platforms.group
        platforms.telegram.tap(group.id, int(order["message"]), str(order["data"]), group.person(OFFICER))
    elif order["platform"] == "telegram":
        platforms.telegram.tap(TELEGRAM_PERSON, int(order["message"]), str(order["data"]))
    else:
        platforms.zalo.tap(ZALO_PERSON, str(order["data"]))


def _topic(platforms: Platforms, order: Do) -> None:
    """Somebody closes, opens or deletes a topic in the app."""
    thread, group = int(order["topic"]), platforms.group
    if order["kind"] == "delete":
        group.deletes(thread)
    elif group.chat.topics[thread]["is_closed"]:
        group.reopens(OFFICER, thread)
    else:
        group.closes(OFFICER, thread)


def _block(platforms: Platforms, order: Do) -> None:
    platforms.telegram.block(TELEGRAM_PERSON, blocked=not platforms.telegram.chat(TELEGRAM_PERSON).has_blocked)


def _officer(platforms: Platforms, order: Do) -> None:
    platforms.zalo.officer_says(ZALO_PERSON, str(order["text"])[:2000])


def _age(platforms: Platforms, order: Do) -> None:
    platforms.zalo.person(ZALO_PERSON).last_interaction = time.time() * 1000 - float(order["hours"]) * HOUR_MS


def _package(platforms: Platforms, order: Do) -> None:
    platforms.zalo.allows_buttons = not platforms.zalo.allows_buttons


def _fault(platforms: Platforms, order: Do) -> None:
    name, platform = order["kind"], order["platform"]
    pattern = FAULTS[name]
    code = -32 if platform == "zalo" and name == "flood" else pattern.code
    fault = Fault(pattern.kind, SENDING[platform], pattern.times, code, pattern.seconds)
    platforms.faults[platform].add(fault)


def _twice(platforms: Platforms, order: Do) -> None:
    """The platform delivers the last message once more."""
    if order["platform"] == "telegram":
        update = next((u for u in reversed(platforms.telegram.delivered) if "message" in u), None)
        if update:
            platforms.telegram.deliver_again(update)
    else:
        pushed = [
            e.content for e in platforms.recorder.exchanges if e.platform == "zalo" and e.direction == "push"
        ]
        last = next((event for event in reversed(pushed) if event["event_name"] == "user_send_text"), None)
        if last:
            platforms.zalo.push(last)


_ACTIONS: dict[str, Callable[[Platforms, Do], None]] = {
    "say": _say,
    "send": _send,
    "tap": _tap,
    "topic": _topic,
    "look": lambda platforms, order: None,
    "block": _block,
    "officer": _officer,
    "age": _age,
    "package": _package,
    "fault": _fault,
    "twice": _twice,
}


def _json(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
