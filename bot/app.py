"""The web application around a service: API, demo site, health and metrics on one port."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import orjson
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from bot.attachments.router import create_attachment_router
from bot.channels.rate_limits import Rate
from bot.channels.web import create_web_router
from bot.channels.web_attachments import WebAttachments, create_web_attachments_router
from bot.channels.web_config import EntryPoints
from bot.channels.web_extras import create_web_extras_router
from bot.channels.web_limits import OpenStreams, WebLimits
from bot.channels.web_moves import create_web_moves_router
from bot.channels.web_sessions import SessionSigner
from bot.console.app import create_console
from bot.metrics_page import metrics_page
from bot.service import Service, running
from bot.settings import Settings
from bot.site.router import create_site_router

DESCRIPTION = """
Trợ lý thủ tục hành chính. Mở phiên, gửi câu hỏi, nhận câu trả lời qua luồng sự kiện
(server-sent events) có đánh số, nên đọc lại được từ bất kỳ số nào.
"""


def create_app(service: Service) -> FastAPI:
    """Return the application; the service runs from its start-up to its shutdown."""
    settings = service.settings
    limits = web_limits(settings)
    streams = OpenStreams(limits.streams)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(service):
            yield
            streams.stop()

    app = FastAPI(
        title="Một Cửa",
        version="0.1.0",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.streams = streams
    signer = SessionSigner(settings.signing_keys())
    app.include_router(
        create_web_extras_router(
            database=service.database,
            signer=signer,
            catalogue=lambda: service.live.current,
            entry_points=lambda: entry_points(service),
            allowed_origins=settings.origins,
            trusted_proxies=settings.trusted_proxies,
        )
    )
    app.include_router(
        create_web_attachments_router(
            WebAttachments(
                database=service.database,
                inbox=service.inbox,
                wakeups=service.wakeups,
                signer=signer,
                kept=service.attachments,
                trusted_proxies=settings.trusted_proxies,
            ),
            settings.origins,
        )
    )
    app.include_router(create_attachment_router(service.attachments))
    app.include_router(
        create_web_moves_router(
            database=service.database,
            signer=signer,
            moves=service.handoffs.moves,
            allowed_origins=settings.origins,
        )
    )
    app.include_router(
        create_web_router(
            database=service.database,
            inbox=service.inbox,
            wakeups=service.wakeups,
            originals=service.originals,
            signer=signer,
            limits=limits,
            allowed_origins=settings.origins,
            trusted_proxies=settings.trusted_proxies,
            streams=streams,
            desk=service.handoffs.status,
        )
    )
    for channel in service.channels:
        app.include_router(channel.router())
    app.include_router(create_site_router(lambda: service.live.current, embedders=settings.origins))
    app.mount("/console", create_console(service, stopping=lambda: streams.is_stopping))
    _add_operations(app, service)
    return app


def entry_points(service: Service) -> EntryPoints:
    """Return the ways on from the web chat that are open now."""
    addresses = service.handoffs.moves.addresses()
    return EntryPoints(
        officer=service.handoffs.status.is_taking,
        zalo=addresses.get("zalo"),
        telegram=addresses.get("telegram"),
    )


def web_limits(settings: Settings) -> WebLimits:
    """Return the limits of the web channel as set by the operator."""
    return WebLimits(
        sessions=Rate(settings.sessions_per_minute, 60),
        messages=(
            Rate(settings.messages_per_10_seconds, 10),
            Rate(settings.messages_per_10_minutes, 600),
        ),
        messages_of_address=Rate(settings.messages_per_minute_and_address, 60),
    )


def _add_operations(app: FastAPI, service: Service) -> None:
    @app.get("/healthz", tags=["operations"])
    async def healthz() -> Response:
        """Say that the process is alive."""
        return _json({"alive": True})

    @app.get("/readyz", tags=["operations"])
    async def readyz() -> Response:
        """Say whether questions can be answered, and if not, what is missing."""
        conditions = await service.is_ready()
        ready = all(conditions.values())
        body: dict[str, object] = {"ready": ready, **conditions, "release_id": service.engine.release}
        if problems := service.file_problems():
            # Edited files that cannot be used do not make it unready: the old ones serve.
            body["files"] = problems
        if service.channels:
            # A platform that is away does not make the rest unready.
            body["channels"] = {channel.name: channel.health().shown() for channel in service.channels}
        return _json(body, 200 if ready else 503)

    @app.get("/metrics", tags=["operations"])
    async def metrics() -> Response:
        """Return figures for Prometheus, of all worker processes."""
        return Response(metrics_page(), media_type=CONTENT_TYPE_LATEST)


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
