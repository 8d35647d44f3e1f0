"""The web application around a service: API, demo site, health and metrics on one port."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import orjson
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from bot.channels.rate_limits import Rate
from bot.channels.web import create_web_router
from bot.channels.web_limits import OpenStreams, WebLimits
from bot.channels.web_sessions import SessionSigner
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
    app.include_router(
        create_web_router(
            database=service.database,
            inbox=service.inbox,
            wakeups=service.wakeups,
            originals=service.originals,
            signer=SessionSigner(settings.signing_keys()),
            limits=limits,
            allowed_origins=settings.origins,
            trusted_proxies=settings.trusted_proxies,
            streams=streams,
        )
    )
    app.include_router(create_site_router(lambda: service.live.current))
    _add_operations(app, service)
    return app


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
        body = {"ready": ready, **conditions, "release_id": service.engine.release}
        return _json(body, 200 if ready else 503)

    @app.get("/metrics", tags=["operations"])
    async def metrics() -> Response:
        """Return figures for Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
