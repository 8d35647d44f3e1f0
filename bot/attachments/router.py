"""The address at which a signed link opens a file."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from bot.attachments.attachments import Attachments
from bot.attachments.links import PATH

HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
ENDED = "Liên kết không đúng hoặc đã hết hạn."
GONE = "Tệp không còn nữa: tệp chỉ được giữ trong thời gian trò chuyện với cán bộ."


def create_attachment_router(kept: Attachments) -> APIRouter:
    """Return the route; it asks for no login, only for a valid link."""
    router = APIRouter()

    async def open_file(request: Request) -> Response:
        attachment_id = request.path_params["attachment_id"]
        asked = request.query_params
        if not kept.links.is_valid(attachment_id, asked.get("den", ""), asked.get("ky", "")):
            return PlainTextResponse(ENDED, 403, HEADERS)
        found = await kept.find(attachment_id)
        if found is None or found.kind is None or not kept.files.path(found.id).exists():
            return PlainTextResponse(GONE, 404, HEADERS)
        how = "inline" if found.kind.is_picture else "attachment"
        disposition = f"{how}; filename*=UTF-8''{quote(found.name)}"
        return FileResponse(
            kept.files.path(found.id),
            media_type=found.kind.media_type,
            headers={**HEADERS, "Content-Disposition": disposition},
        )

    router.add_api_route(PATH + "/{attachment_id}", open_file, methods=["GET", "HEAD"], include_in_schema=False)
    return router
