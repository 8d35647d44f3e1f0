"""The work of `motcua zalo …`: log in, show the tokens without printing them, renew them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import typer
from rich.table import Table

from bot.channels.registry import zalo_parts
from bot.channels.zalo.about import about_oa
from bot.channels.zalo.client import TokenPair, TokenRefused, ZaloClient
from bot.channels.zalo.errors import ZaloError, judge
from bot.channels.zalo.token_rows import OLD_REFRESH, Standing, Tokens
from bot.channels.zalo.tokens import NeedsLogin, TokenStore
from bot.clock import VIETNAM, now
from bot.commands.terminal import fail, screen
from bot.conversations.outbox import DeliveryError
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate

VERIFIER_FILE = "zalo.verifier"
STANDINGS = {
    Standing.OK: "dùng được",
    Standing.RENEWING: "đang được làm mới",
    Standing.IN_DOUBT: "lần làm mới trước bị ngắt giữa chừng, đang thử lại",
    Standing.NEEDS_LOGIN: "cần đăng nhập lại: motcua zalo login",
}
Work = Callable[[Settings, ZaloClient, TokenStore], Awaitable[int]]


def login(code: str | None, *, is_pair: bool) -> int:
    """Store the tokens of a consent, or a pair that is pasted; return the exit code."""
    return asyncio.run(_with_parts(lambda *parts: _login(*parts, code=code, is_pair=is_pair)))


def status() -> int:
    """Print where the tokens and the OA stand; return the exit code."""
    return asyncio.run(_with_parts(_status))


def refresh() -> int:
    """Renew the tokens now; return the exit code."""
    return asyncio.run(_with_parts(_refresh))


async def _with_parts(work: Work) -> int:
    settings = Settings()
    database = Database(settings.database_url)
    try:
        await migrate(database)
        client, tokens = zalo_parts(settings, database)
        try:
            return await work(settings, client, tokens)
        finally:
            await tokens.settle()
            await client.close()
    except ValueError as error:
        return fail(f"Thiếu cài đặt: {error}. Xem docs/connect-zalo.md.")
    finally:
        await database.close()


async def _login(
    settings: Settings, client: ZaloClient, tokens: TokenStore, *, code: str | None, is_pair: bool
) -> int:
    if is_pair:
        access = typer.prompt("Access token", hide_input=True).strip()
        refresh_token = typer.prompt("Refresh token", hide_input=True).strip()
        # How old it is, nobody knows: it is renewed at the first use.
        await tokens.save(TokenPair(access, refresh_token, 1))
    else:
        verifier = _verifier(settings.state_dir / VERIFIER_FILE)
        if code is None:
            _show_link(settings, client.app_id, verifier)
            code = typer.prompt("Địa chỉ Zalo chuyển về (hoặc mã code)")
        try:
            await tokens.save(await client.redeem_code(_code_in(code), verifier))
        except TokenRefused:
            return fail("Zalo không nhận mã này: mã chỉ dùng một lần và trong 10 phút. Đăng nhập lại từ đầu.")
        except DeliveryError:
            return fail("Chưa nối được Zalo, anh/chị thử lại sau ít phút.")
    return await _status(settings, client, tokens)


async def _status(_: Settings, client: ZaloClient, tokens: TokenStore) -> int:
    if await tokens.read() is None:
        return fail("Chưa đăng nhập. Chạy: motcua zalo login")
    oa_rows, is_fine = await _oa_rows(client, tokens)
    # Read afterwards: asking may have renewed them, or found them refused.
    found = await tokens.read()
    if found is None:
        return fail("Chưa đăng nhập. Chạy: motcua zalo login")
    table = Table("Mục", "Giá trị")
    table.add_row("Tình trạng", STANDINGS[found.standing])
    table.add_row("Mã truy cập hết hạn", f"{found.access_expires_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}")
    table.add_row("Mã làm mới cấp ngày", f"{found.refresh_issued_at.astimezone(VIETNAM):%d/%m/%Y}{_old(found)}")
    for row in oa_rows:
        table.add_row(*row)
    table.add_row("Được nhắn miễn phí", "48 giờ sau lần tương tác cuối của người dân")
    table.add_row("Được nhắn có phí", "từ 48 giờ đến 7 ngày (MOTCUA_ZALO_ALLOW_BILLED)")
    screen.print(table)
    return 0 if is_fine else 1


async def _oa_rows(client: ZaloClient, tokens: TokenStore) -> tuple[list[tuple[str, str]], bool]:
    """Return rows about the OA, and whether it answered."""
    try:
        oa = await about_oa(client, tokens)
    except NeedsLogin:
        return [("OA", "chưa xem được, tin chờ gửi được giữ đến khi đăng nhập")], False
    except ZaloError as error:
        return [("OA", f"Zalo báo lỗi {error.code} {judge(error.code).sentence}".strip())], False
    except DeliveryError:
        return [("OA", "chưa nối được Zalo")], False
    return [
        ("OA", str(oa.get("name", ""))),
        ("Đã xác thực", "có" if oa.get("is_verified") else "chưa"),
        ("Gói", f"{oa.get('package_name', '')} {oa.get('package_valid_through_date', '')}".strip()),
    ], True


async def _refresh(settings: Settings, client: ZaloClient, tokens: TokenStore) -> int:
    found = await tokens.read()
    if found is None:
        return fail("Chưa đăng nhập. Chạy: motcua zalo login")
    try:
        # By hand, also a token that was refused once: perhaps the app's secret was wrong at that time.
        await tokens.renew(found.generation, client, also_refused=True)
    except NeedsLogin:
        return fail("Zalo không nhận mã làm mới nữa. Chạy: motcua zalo login")
    except DeliveryError:
        return fail("Chưa nối được Zalo, mã cũ vẫn giữ nguyên. Anh/chị thử lại sau ít phút.")
    return await _status(settings, client, tokens)


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge: unpadded base64url of the SHA-256 of the verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _verifier(path: Path) -> str:
    """Return the verifier of this installation; the console stores its challenge, so it stays the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), "ascii")
    return path.read_text("ascii").strip()


def _show_link(settings: Settings, app_id: str, verifier: str) -> None:
    challenge = challenge_of(verifier)
    asked = {
        "app_id": app_id,
        "redirect_uri": settings.zalo_callback_url or "",
        "code_challenge": challenge,
        "state": secrets.token_urlsafe(8),
    }
    screen.print("1. Dán Code Challenge này vào mục Official Account → Thiết lập chung của ứng dụng:")
    screen.print(f"   {challenge}", highlight=False)
    screen.print("2. Quản trị viên OA mở liên kết này và bấm “Cho phép”:")
    screen.print(f"   {settings.zalo_oauth.rstrip('/')}/v4/oa/permission?{urlencode(asked)}", soft_wrap=True)
    screen.print("3. Dán địa chỉ mà trình duyệt được chuyển tới (trong 10 phút).")


def _code_in(text: str) -> str:
    """Return the code of a pasted address, or the text itself."""
    found = parse_qs(urlsplit(text.strip()).query).get("code")
    return found[0] if found else text.strip()


def _old(tokens: Tokens) -> str:
    is_old = now() - tokens.refresh_issued_at > OLD_REFRESH
    return " [red](sắp hết hạn 3 tháng, nên đăng nhập lại)[/]" if is_old else ""
