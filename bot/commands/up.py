"""`motcua up`: everything on one port."""

from __future__ import annotations

import asyncio
import os
import socket
import sys

from fastapi import FastAPI

from bot.commands.context import NOT_READY, quiet, release_to_serve
from bot.commands.staff import link
from bot.commands.terminal import errors, fail
from bot.console.auth.accounts import Accounts
from bot.dossiers.sandbox_process import SandboxFailed, SandboxProcess
from bot.dossiers.settings import DossierSettings
from bot.metrics_page import share_metrics
from bot.settings import Settings
from bot.storage.database import Database

GRACE_SECONDS = 5
"""How long open requests may take to end after Ctrl-C."""


def serve(host: str | None, port: int | None, workers: int) -> int:
    """Prepare and serve until interrupted; return the exit code."""
    quiet()
    settings = Settings()
    host, port = host or settings.host, port or settings.port
    if workers > 1 and settings.database_url.startswith("sqlite"):
        return fail("Nhiều tiến trình cần PostgreSQL: đặt MOTCUA_DATABASE.")
    if not _is_free(host, port):
        return fail(f"Cổng {port} đang có chương trình khác dùng; chọn cổng khác: motcua up --port 8001")
    try:
        release = asyncio.run(release_to_serve(settings))
    except NOT_READY as error:
        return fail(f"Chưa chạy được: {error}")
    settings.signing_keys()
    if workers > 1:
        share_metrics(settings.state_dir / f"metrics-{port}")
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host  # noqa: S104
    errors.print(f"Một Cửa, bản {release.id}: [link]http://{shown}:{port}[/link]  (Ctrl-C để dừng)")
    if secret := asyncio.run(first_admin_secret(settings)):
        base = settings.console_address or f"http://{shown}:{port}"
        # Once, for whoever starts the service: afterwards administrators invite.
        errors.print(
            f"Tạo tài khoản quản trị đầu tiên (dùng một lần, trong 24 giờ): {link(secret, base)}", soft_wrap=True
        )
    sandbox = _start_sandbox(settings, port)
    try:
        _run(host, port, workers)
    finally:
        if sandbox is not None:
            sandbox.stop()
    return 0


def _start_sandbox(settings: Settings, port: int) -> SandboxProcess | None:
    """Start the one-stop system to try look-ups with, unless real ones are set; tell the workers its address."""
    dossiers = DossierSettings()
    if dossiers.systems or not dossiers.sandbox or dossiers.sandbox_url is not None:
        return None
    wanted = dossiers.sandbox_port or port + 1
    sandbox = SandboxProcess(settings.state_dir / "sandbox.db", wanted if _is_free("127.0.0.1", wanted) else 0)
    try:
        address = sandbox.start()
    except SandboxFailed:
        errors.print("Hệ thống một cửa thử nghiệm chưa chạy được; tra cứu hồ sơ sẽ báo bận.")
        return None
    os.environ["MOTCUA_DOSSIER_SANDBOX_URL"] = address
    errors.print(f"Hệ thống một cửa thử nghiệm, có hồ sơ để tra: [link]{address}[/link]")
    return sandbox


def _run(host: str, port: int, workers: int) -> None:
    import uvicorn

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


async def first_admin_secret(settings: Settings) -> str | None:
    """Return the secret of a new one-time link while nobody can administer, else None."""
    database = Database(settings.database_url)
    try:
        accounts = Accounts(database)
        return None if await accounts.has_admin() else await accounts.invite_first_admin()
    finally:
        await database.close()


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
