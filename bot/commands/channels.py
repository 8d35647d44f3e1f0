"""What `motcua doctor` says about Telegram and Zalo; it asks the platforms, with short limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.channels.registry import zalo_parts
from bot.channels.zalo.about import about_oa
from bot.channels.zalo.errors import ZaloError, judge
from bot.channels.zalo.token_rows import Standing
from bot.channels.zalo.tokens import NeedsLogin
from bot.conversations.outbox import DeliveryError
from bot.settings import Settings
from bot.storage.database import Database

LIMIT_SECONDS = 10.0
Row = tuple[str, bool, str]


async def channel_rows(settings: Settings, database: Database | None) -> AsyncIterator[Row]:
    """Yield a row for each channel; one that is off needs no attention.

    Args:
        settings: As the service reads them.
        database: Where Zalo's tokens are; None while there are no tables.
    """
    yield await _telegram(settings)
    yield await _zalo(settings, database)


async def _telegram(settings: Settings) -> Row:
    name = "Telegram"
    if settings.telegram_token is None:
        return (name, True, "tắt (chưa đặt MOTCUA_TELEGRAM_TOKEN)")
    from telegram.error import TelegramError

    from bot.channels.telegram.client import RejectedToken, TelegramClient
    from bot.handoff.telegram.defects import group_defects

    client = TelegramClient(settings.telegram_token, settings.telegram_api, settings.telegram_proxy)
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            await client.connect()
            info = await client.bot.get_webhook_info()
            defects = await group_defects(client.bot, set(settings.telegram_officer_groups.values()))
    except RejectedToken:
        return (name, False, "Telegram không nhận mã bot; kiểm tra MOTCUA_TELEGRAM_TOKEN")
    except (TelegramError, TimeoutError):
        return (name, False, "không nối được; nếu mạng chặn Telegram, đặt MOTCUA_TELEGRAM_PROXY")
    finally:
        await client.close()
    if defects:
        return (name, False, " ".join(defects))
    way = "webhook" if info.url else "tự hỏi tin (polling)"
    waiting = f", {info.pending_update_count} tin đang chờ" if info.pending_update_count else ""
    return (name, True, f"@{client.username}, {way}{waiting}")


async def _zalo(settings: Settings, database: Database | None) -> Row:
    name = "Zalo"
    if settings.zalo_app_id is None:
        return (name, True, "tắt (chưa đặt MOTCUA_ZALO_APP_ID)")
    if missing := settings.missing_for_zalo():
        return (name, False, f"thiếu {', '.join(missing)}")
    if database is None:
        return (name, False, "chưa có bảng dữ liệu; motcua up sẽ làm")
    client, tokens = zalo_parts(settings, database)
    found = None
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            found = await tokens.read()
            if found is None and settings.zalo_refresh_token is not None:
                return (name, True, "chưa dùng mã làm mới; motcua up sẽ làm")
            oa = await about_oa(client, tokens)
    except NeedsLogin:
        return (name, False, "cần đăng nhập, tin chờ gửi được giữ; chạy: motcua zalo login")
    except ZaloError as error:
        return (name, False, f"lỗi {error.code} {judge(error.code).sentence}".strip())
    except (DeliveryError, TimeoutError):
        if found is not None and found.standing is Standing.IN_DOUBT:
            return (name, False, "lần làm mới mã truy cập trước bị ngắt giữa chừng; dịch vụ đang tự thử lại")
        return (name, False, "không nối được Zalo")
    finally:
        # A renewal that has begun must not be cut off by our own limit.
        await tokens.settle()
        await client.close()
    return (name, True, f"OA {oa.get('name', '')}, gói {oa.get('package_name', '?')}")
