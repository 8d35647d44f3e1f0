"""Zalo over HTTP: OpenAPI and token endpoint; errors come with status 200 and a code."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.texts import utf16_length
from bot.fakes.faults import Faults
from bot.fakes.zalo.world import ZaloWorld

LONGEST_TEXT, MOST_BUTTONS, LONGEST_TITLE, LONGEST_PAYLOAD = 2000, 5, 100, 1000
MEGABYTE = 1_000_000
Handler = Callable[[Request], Awaitable[Any]]


class Refused(RuntimeError):
    """An error as Zalo reports it."""

    def __init__(self, code: int, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


class ZaloServer:
    """Answers the app's calls in one world."""

    def __init__(self, world: ZaloWorld, faults: Faults) -> None:
        self.world, self.faults = world, faults

    def routes(self) -> list[Route]:
        """Return the addresses of OpenAPI and login."""
        return [
            Route("/v4/oa/access_token", self._around("access_token", self._tokens), methods=["POST"]),
            Route("/v3.0/oa/message/cs", self._around("message_cs", self._message), methods=["POST"]),
            Route("/v2.0/oa/conversation", self._around("conversation", self._conversation)),
            Route("/v2.0/oa/getoa", self._around("getoa", self._oa)),
            Route("/v2.0/oa/upload/image", self._around("upload_image", self._image), methods=["POST"]),
            Route("/v2.0/oa/upload/file", self._around("upload_file", self._file), methods=["POST"]),
            Route("/media/{name}", self._media),
        ]

    def _around(self, method: str, handler: Handler) -> Handler:
        async def endpoint(request: Request) -> Response:
            body = await request.body()

            async def answer() -> Response:
                try:
                    if method == "access_token":
                        return _json(await handler(request))
                    self._check_token(request)
                    return _json({"data": await handler(request), "error": 0, "message": "Success"})
                except Refused as error:
                    return _error(error.code, error.message)

            response = await self.faults.around(method, answer, _error)
            shown = None if method == "access_token" else body.decode(errors="replace")
            self.world.recorder.note("zalo", "call", method, shown, response.status_code)
            return response

        return endpoint

    def _check_token(self, request: Request) -> None:
        if "authorization" in request.headers:
            raise Refused(-216, "Access token is invalid")
        if request.headers.get("access_token") != self.world.access_token:
            raise Refused(-216, "Access token is invalid")
        if time.time() > self.world.access_expires_at:
            raise Refused(-220, "Access token is expired")

    async def _tokens(self, request: Request) -> Any:
        form = dict(parse_qsl((await request.body()).decode()))
        if request.headers.get("secret_key") != self.world.app_secret or form.get("app_id") != self.world.app_id:
            raise Refused(-14003, "Invalid app id or secret key")
        if form.get("grant_type") == "authorization_code":
            if form.get("code") not in self.world.codes or not form.get("code_verifier"):
                raise Refused(-14005, "Invalid authorization code")
            self.world.codes.discard(form["code"])
            return self.world.issue_tokens()
        if form.get("refresh_token") != self.world.refresh_token:
            self.world.reused_refresh_tokens += 1
            raise Refused(-14014, "Invalid refresh token")
        self.world.refreshes += 1
        return self.world.issue_tokens()

    async def _message(self, request: Request) -> Any:
        content = _decoded(await request.body())
        person = self.world.people.get(str(content.get("recipient", {}).get("user_id", "")))
        message = content.get("message")
        if person is None:
            raise Refused(-201, "user_id is invalid!")
        if not isinstance(message, dict):
            raise Refused(-201, "message is invalid!")
        if self.world.hours_since(person) > 7 * 24:
            raise Refused(-230, "User has not interacted with OA in the past 7 days")
        if (file := self._carried(message)) is not None:
            return self.world.take_message(person, {"text": "", "file": file})
        if not isinstance(message.get("text"), str) or not message["text"].strip():
            raise Refused(-201, "text is invalid!")
        if utf16_length(message["text"]) > LONGEST_TEXT:
            raise Refused(-210, "text is too long")
        self._check_buttons(message)
        return self.world.take_message(person, message)

    def _check_buttons(self, message: dict[str, Any]) -> None:
        attachment = message.get("attachment")
        if attachment is None:
            return
        payload = attachment.get("payload", {})
        buttons = payload.get("buttons", [])
        if "template_type" in payload:
            raise Refused(-201, "Missing template_type params")
        if not self.world.allows_buttons:
            raise Refused(-224, "OA must upgrade package to use this feature")
        fits = len(buttons) <= MOST_BUTTONS and all(
            len(button["title"]) <= LONGEST_TITLE
            and button["type"] in {"oa.query.show", "oa.query.hide"}
            and len(button["payload"]) <= LONGEST_PAYLOAD
            for button in buttons
        )
        if not fits:
            raise Refused(-201, "buttons is invalid!")

    def _carried(self, message: dict[str, Any]) -> str | None:
        """Return the uploaded file that a message carries, or None."""
        payload = message.get("attachment", {}).get("payload", {})
        if message.get("attachment", {}).get("type") == "file":
            name = str(payload.get("token"))
        elif payload.get("template_type") == "media":
            name = str(payload["elements"][0].get("attachment_id"))
        else:
            return None
        if name not in self.world.uploads:
            raise Refused(-100, "attachment is expired")
        return name

    async def _image(self, request: Request) -> Any:
        content, kind = await self._uploaded(request)
        if kind not in {"image/jpeg", "image/png"} or len(content) > MEGABYTE:
            raise Refused(-201, "file is invalid!")
        return {"attachment_id": self.world.keep_upload(content)}

    async def _file(self, request: Request) -> Any:
        content, kind = await self._uploaded(request)
        if kind != "application/pdf" or len(content) > 5 * MEGABYTE:
            raise Refused(-201, "file is invalid!")
        return {"token": self.world.keep_upload(content)}

    async def _uploaded(self, request: Request) -> tuple[bytes, str]:
        async with request.form() as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Refused(-201, "file is invalid!")
            return await file.read(), file.content_type or ""

    async def _media(self, request: Request) -> Response:
        """Serve what people sent."""
        content = self.world.media.get(request.path_params["name"])
        return Response(content, 200) if content is not None else Response(status_code=404)

    async def _conversation(self, request: Request) -> Any:
        asked = _decoded(request.query_params.get("data", "{}").encode())
        person = self.world.people.get(str(asked.get("user_id", "")))
        rows = list(reversed(person.messages)) if person else []
        offset, count = int(asked.get("offset", 0)), min(int(asked.get("count", 5)), 10)
        return [{k: v for k, v in row.items() if k != "admin"} for row in rows[offset : offset + count]]

    async def _oa(self, request: Request) -> Any:
        return {"oa_id": self.world.oa_id, "name": "Một Cửa Quảng Ninh (giả lập)", "is_verified": True,
                "package_name": "Nâng cao" if self.world.allows_buttons else "Dùng thử"}  # fmt: skip


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError:
        content = None
    if not isinstance(content, dict):
        raise Refused(-201, "body is invalid!")
    return content


def _error(code: int, message: str = "fault") -> Response:
    return _json({"error": code, "message": message})


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
