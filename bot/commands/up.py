"""`motcua up`: everything on one port."""

from __future__ import annotations

import asyncio
import os
import socket
import sys

from fastapi import FastAPI

from bot.catalogue.problems import CatalogueError
from bot.commands.context import matching_release, quiet
from bot.commands.terminal import errors, fail
from bot.dialogue.boot import ConfigError
from bot.settings import Settings
from bot.training.trainer import TrainingFailed

GRACE_SECONDS = 5
"""How long open requests may take to end after Ctrl-C."""


def serve(host: str | None, port: int | None, workers: int) -> int:
    """Prepare and serve until interrupted; return the exit code."""
    import uvicorn

    quiet()
    settings = Settings()
    host, port = host or settings.host, port or settings.port
    if workers > 1 and settings.database_url.startswith("sqlite"):
        return fail("Nhiều tiến trình cần PostgreSQL: đặt MOTCUA_DATABASE.")
    if not _is_free(host, port):
        return fail(f"Cổng {port} đang có chương trình khác dùng; chọn cổng khác: motcua up --port 8001")
    try:
        release = asyncio.run(matching_release(settings))
    except (CatalogueError, ConfigError, TrainingFailed) as error:
        return fail(f"Chưa chạy được: {error}")
    settings.signing_keys()
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host  # noqa: S104
    errors.print(f"Một Cửa, bản {release.id}: [link]http://{shown}:{port}[/link]  (Ctrl-C để dừng)")
    uvicorn.run(
        "bot.commands.up:make_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return 0


def make_app() -> FastAPI:
    """Build the application of one worker process."""
    quiet()
    from bot.app import create_app
    from bot.service import build

    return create_app(build(Settings()))


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix" and sys.platform != "cygwin":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
