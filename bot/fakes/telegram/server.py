"""The Bot API over HTTP: `POST /bot<token>/<method>`, forms in, JSON out."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.fakes.faults import Faults
from bot.fakes.telegram.asking import ApiError, Arguments
from bot.fakes.telegram.files import FILE_METHODS, Upload
from bot.fakes.telegram.forum import FORUM_METHODS
from bot.fakes.telegram.methods import METHODS
from bot.fakes.telegram.world import TelegramWorld

ALL_METHODS = METHODS | FORUM_METHODS | FILE_METHODS
SPOILED = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    429: "Too Many Requests: retry after 2",
    500: "Internal Server Error",
}


class TelegramServer:
    """Answers the bot's calls in one world."""

    def __init__(self, world: TelegramWorld, faults: Faults) -> None:
        self.world, self.faults = world, faults

    def routes(self) -> list[Route]:
        """Return the addresses of the Bot API."""
        return [
            Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._file),
        ]

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        arguments = await _arguments(request)

        async def answer() -> Response:
            return await self._answer(request.path_params["token"], method, arguments)

        response = await self.faults.around(method, answer, _spoiled)
        if method != "getUpdates":
            self.world.recorder.note("telegram", "call", method, _recorded(arguments), response.status_code)
        return response

    async def _file(self, request: Request) -> Response:
        """Serve the bytes of a file, as long as the token is right."""
        path = request.path_params["path"]
        file = next((file for file in self.world.files.values() if file.path == path), None)
        if request.path_params["token"] != self.world.token or file is None:
            return _error(ApiError(404, "Not Found"))

        async def answer() -> Response:
            return Response(file.content, media_type=file.type)

        return await self.faults.around("file", answer, _spoiled)

    async def _answer(self, token: str, method: str, arguments: Arguments) -> Response:
        if token != self.world.token:
            return _error(ApiError(401, "Unauthorized"))
        handler = ALL_METHODS.get(method)
        if handler is None:
            return _error(ApiError(404, "Not Found: method not found"))
        try:
            return _json({"ok": True, "result": await handler(self.world, arguments)}, 200)
        except ApiError as error:
            return _error(error)


async def _arguments(request: Request) -> Arguments:
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        async with request.form() as form:
            return {name: await _field(value) for name, value in form.items()}
    body = await request.body()
    if kind.startswith("application/json"):
        loaded: Arguments = orjson.loads(body)
        return loaded
    return {name: _value(value) for name, value in parse_qsl(body.decode(), keep_blank_values=True)}


async def _field(value: UploadFile | str) -> Any:
    if isinstance(value, str):
        return _value(value)
    return Upload(value.filename or "file", value.content_type or "", await value.read())


def _recorded(arguments: Arguments) -> Arguments:
    """Return arguments without the contents of files."""
    return {
        name: f"[{value.name}, {len(value.content)} bytes]" if isinstance(value, Upload) else value
        for name, value in arguments.items()
    }


def _value(text: str) -> Any:
    """Everything that is not a text comes as JSON."""
    if text[:1] in {"{", "["} or text in {"true", "false"}:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
    return text


def _spoiled(code: int) -> Response:
    parameters = {"retry_after": 2} if code == 429 else {}
    return _error(ApiError(code, SPOILED.get(code, "Bad Request: fault"), **parameters))


def _error(error: ApiError) -> Response:
    content: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        content["parameters"] = error.parameters
    return _json(content, error.code)


def _json(content: Any, status: int) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
