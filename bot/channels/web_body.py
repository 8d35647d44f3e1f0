"""Reading a JSON body: size first, then type, then content."""

from __future__ import annotations

from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from bot.channels.web_errors import bad_content, bad_json, body_too_large, wrong_type

LARGEST_BODY_KILOBYTES = 64

Model = TypeVar("Model", bound=BaseModel)


async def read_json(request: Request, model: type[Model], *, may_be_empty: bool = False) -> Model:
    """Return the body as `model`.

    Raises:
        WebError: 413 too large, 415 not declared as JSON, 400 not JSON, 422 something else.
    """
    raw = await _read(request, LARGEST_BODY_KILOBYTES * 1000)
    if may_be_empty and not raw:
        return model()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise wrong_type()
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise bad_json() from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise bad_content() from error


async def _read(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:12]) > limit:
        raise body_too_large(LARGEST_BODY_KILOBYTES)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise body_too_large(LARGEST_BODY_KILOBYTES)
        chunks.append(chunk)
    return b"".join(chunks)
