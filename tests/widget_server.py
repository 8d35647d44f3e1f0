"""The real web channel and site around a scripted assistant, for tests of the widget in a browser.

    .venv/bin/python tests/widget_server.py --port 8123 --state-dir /tmp/somewhere

Answers follow from the question, so that every state of the widget can be reached: slow ones, buttons, hostile
texts, long ones, officers. Not a test itself; `widget/e2e/` starts it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.catalogue.live import project_catalogue
from bot.channels.rate_limits import Rate
from bot.channels.web import create_web_router
from bot.channels.web_config import EntryPoints
from bot.channels.web_extras import create_web_extras_router
from bot.channels.web_limits import OpenStreams, WebLimits
from bot.channels.web_moves import create_web_moves_router
from bot.channels.web_sessions import SessionSigner
from bot.channels.web_stream import StreamTimes
from bot.clock import now
from bot.conversations.dispatcher import Dispatcher
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.messages import Author, Button, ConversationId, Outcome, Reply, Turn, TurnResult
from bot.conversations.typing import Typing
from bot.conversations.wakeups import Wakeups
from bot.site.router import create_site_router
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import conversations

SECRET = "a secret of the tests, long enough"
MANY = Rate(100_000, 60)
SOURCE = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/019d2bfd-3fe0-70ac-b9d6-5e9e20d6eef7"
HOSTILE = (
    "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>\n"
    "javascript:document.title='hacked' https://dichvucong.gov.vn@evil.example/ \u202egnp.exe\u202c "
    'https://dichvucong.gov.vn/"><b>x'
)
FEES = (
    "Đăng ký khai sinh – lệ phí\n"
    "Đăng ký đúng hạn (trong vòng 60 ngày kể từ ngày sinh):\n"
    "• Lệ phí hộ tịch: không thu [85/2019/TT-BTC].\n"
    "• Phí cấp bản sao Giấy khai sinh: 8.000 đ/bản (khi xin thêm bản sao) [281/2016/TT-BTC].\n"
    "Được miễn hoặc giảm: người có công.\n"
    f"Nguồn: Cổng Dịch vụ công quốc gia, kiểm tra ngày 17/07/2026\n{SOURCE}"
)
LIST = (
    "Đăng ký khai sinh\nLàm giấy khai sinh cho trẻ mới sinh.\nGiấy tờ chính:\n• Tờ khai đăng ký khai sinh.\n"
    f"• Giấy chứng sinh.\n1. Nộp hồ sơ\n2. Nhận kết quả\nThời gian: Ngay trong ngày làm việc.\n{SOURCE}"
)
POLICY = "default-src 'none'; script-src {0}; connect-src {0}; img-src {0}; frame-src {0}"
HOST_PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Trang khác</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="{server}/widget/motcua-chat.js" defer crossorigin data-procedure="1.001193"></script></head>
<body><main><h1>Trang của tỉnh</h1><p><button type="button">Nút của trang</button></p></main></body></html>"""
FRAME_PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Khung</title></head>
<body><main><h1>Khung</h1>
<iframe src="{server}/chat" title="Trợ lý dịch vụ công" width="360" height="600"></iframe></main></body></html>"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the desk says of whoever waits or talks."""

    handoff: str | None = "HT-000012"
    place: int | None = 3
    estimate_minutes: int | None = 10
    officer_role: str | None = "Cán bộ hộ tịch"


@dataclass(frozen=True, slots=True)
class MadeMove:
    """A link to another channel."""

    to: str
    url: str
    code: str | None
    expires_at: datetime


class Desk:
    """The desk, as far as the widget meets it."""

    async def of(self, conversation_id: ConversationId) -> Standing:
        return Standing()

    async def make(self, conversation_id: ConversationId, to: str) -> MadeMove:
        code = "CHUYEN ABCD2345" if to == "zalo" else None
        return MadeMove(to, f"https://{to}.example/ABCD2345", code, now())


class Script:
    """The assistant: what it says depends on the words of the question."""

    async def respond(self, turn: Turn) -> TurnResult:
        text = turn.text.lower()
        if "chậm" in text:
            await asyncio.sleep(3)
        return TurnResult(self._replies(text, turn), None)

    @staticmethod
    def _replies(text: str, turn: Turn) -> tuple[Reply, ...]:
        if turn.payload:
            return (Reply("Anh/chị đã chọn xong.", Outcome.ANSWER, procedure="1.001193"),)
        if "chọn" in text:
            titles = ("Cấp lại sổ đỏ, sổ hồng bị mất", "Cấp đổi sổ đỏ, sổ hồng", "Không phải các mục trên")
            numbered = "\n".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
            buttons = tuple(Button(title, "/choose") for title in titles)
            return (Reply(f"Anh/chị hỏi thủ tục nào?\n{numbered}", Outcome.CLARIFY, buttons),)
        if "phí" in text:
            return (Reply(FEES, Outcome.ANSWER, procedure="1.001193", aspect="fee", sources=(SOURCE,)),)
        if "giấy tờ" in text:
            return (Reply(LIST, Outcome.ANSWER, procedure="1.001193", aspect="documents", sources=(SOURCE,)),)
        if "mã độc" in text:
            return (Reply(HOSTILE, Outcome.ANSWER, sources=("javascript:alert(1)", "https://a@evil.example/")),)
        if "dài" in text:
            return (
                Reply("\n".join(f"Dòng {number} của câu trả lời dài." for number in range(60)), Outcome.ANSWER),
            )
        if "đánh giá" in text:
            stars = (
                "1 – Rất không hài lòng",
                "2 – Không hài lòng",
                "3 – Bình thường",
                "4 – Hài lòng",
                "5 – Rất hài lòng",
            )
            buttons = tuple(Button(title, "#desk rate 1 5") for title in stars)
            text = "Cán bộ đã kết thúc cuộc trò chuyện. Anh/chị có hài lòng không (từ 1 đến 5)?"
            return (Reply(text, Outcome.HANDOFF, buttons, author=Author.SYSTEM),)
        if "cán bộ thật" in text:
            return (Reply("Tôi là cán bộ tiếp nhận.", Outcome.HANDOFF, author=Author.OFFICER),)
        return (Reply(f"Nghe: {turn.text}", Outcome.ANSWER, procedure="1.001193"),)


def build(state_dir: Path, foreign: str, generous: bool) -> FastAPI:
    """Return the application; pages of the origin `foreign` may call it."""
    database = Database(f"sqlite:///{state_dir / 'widget.db'}")
    wakeups, originals = Wakeups(database), OriginalTexts()
    signer = SessionSigner([SECRET])
    messages = (MANY,) if generous else (Rate(2, 4),)
    limits = WebLimits(sessions=MANY, messages=messages, messages_of_address=MANY)
    ways: dict[str, EntryPoints] = {"now": EntryPoints()}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await migrate(database)
        tasks = [
            asyncio.create_task(Dispatcher(database, Script(), wakeups, originals).run()),
            asyncio.create_task(wakeups.listen()),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await database.close()

    app = FastAPI(lifespan=lifespan)
    common = {"database": database, "signer": signer, "allowed_origins": (foreign,)}
    app.include_router(
        create_web_extras_router(
            catalogue=lambda: project_catalogue().current,
            entry_points=lambda: ways["now"],
            calls=MANY,
            reads=MANY,
            **common,  # type: ignore[arg-type]
        )
    )
    app.include_router(
        create_web_moves_router(database=database, signer=signer, moves=Desk(), allowed_origins=(foreign,))
    )
    # Files are the business of another room; here whatever is called like an identity card is refused.
    app.state.files = []

    @app.post("/api/web/attachments")
    async def attach(request: Request) -> Response:
        body = (await request.body()).decode("latin-1")
        name = re.search(r'filename="([^"]*)"', body)
        app.state.files.append(name and name[1])
        if name and "cccd" in name[1]:
            sentence = "Anh/chị đừng gửi ảnh giấy tờ tuỳ thân qua đây."
            return JSONResponse({"error": {"code": "refused_identity", "message": sentence}}, 422)
        return JSONResponse({"seq": 0, "client_msg_id": "", "duplicate": False, "name": ""}, 202)

    app.include_router(
        create_web_router(
            inbox=Inbox(database, wakeups, originals),
            wakeups=wakeups,
            originals=originals,
            limits=limits,
            streams=OpenStreams(limits.streams),
            stream_times=StreamTimes(poll=0.3),
            desk=Desk(),
            **common,  # type: ignore[arg-type]
        )
    )
    app.include_router(create_site_router(lambda: project_catalogue().current, embedders=(foreign,)))

    @app.post("/test/state/{mode}")
    async def set_state(mode: str) -> Response:
        """Put all conversations into a state, as the handoff desk will."""
        async with database.write() as connection:
            await connection.execute(conversations.update().values(state=mode))
        return Response(status_code=204)

    @app.get("/test/files")
    async def files() -> list[str | None]:
        """Return the names of files that came."""
        found: list[str | None] = app.state.files
        return found

    @app.post("/test/typing")
    async def officer_types() -> Response:
        """Let an officer type in all conversations."""
        async with database.read() as connection:
            for conversation in await connection.scalars(select(conversations.c.id)):
                await Typing(database, wakeups).tell(conversation, "officer")
        return Response(status_code=204)

    @app.post("/test/ways/{is_open}")
    async def set_ways(is_open: bool) -> Response:
        """Open or close the ways on to other channels."""
        zalo, telegram = "https://zalo.me/1", "https://t.me/motcua_bot"
        ways["now"] = EntryPoints(officer=True, zalo=zalo, telegram=telegram) if is_open else EntryPoints()
        return Response(status_code=204)

    return app


def build_host(server: str) -> FastAPI:
    """Return another site, with the strict policy of docs/widget.md, that embeds the widget."""
    app = FastAPI()
    app.state.reports = []
    headers = {"Content-Security-Policy": POLICY.format(server) + "; report-uri /reports"}

    @app.get("/")
    async def page() -> Response:
        return HTMLResponse(HOST_PAGE.format(server=server), headers=headers)

    @app.get("/frame")
    async def frame() -> Response:
        return HTMLResponse(FRAME_PAGE.format(server=server), headers=headers)

    @app.post("/reports")
    async def report(request: Request) -> Response:
        app.state.reports.append((await request.body()).decode())
        return Response(status_code=204)

    @app.get("/reports")
    async def reports() -> list[str]:
        found: list[str] = app.state.reports
        return found

    return app


async def main() -> None:
    """Serve both sites until interrupted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host-port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--strict", action="store_true", help="two messages in four seconds")
    options = parser.parse_args()
    server, foreign = f"http://127.0.0.1:{options.port}", f"http://localhost:{options.host_port}"
    apps = (
        (build(options.state_dir, foreign, not options.strict), options.port),
        (build_host(server), options.host_port),
    )
    servers = [
        uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none", timeout_graceful_shutdown=2))
        for app, port in apps
    ]
    await asyncio.gather(*(one._serve() for one in servers))


if __name__ == "__main__":
    asyncio.run(main())
