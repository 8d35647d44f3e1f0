"""The channels that are switched on, made from the settings; the one place that knows them all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.attachments.attachments import Attachments
from bot.channels.base import PushedChannel
from bot.channels.intake import Intake, Topics
from bot.channels.keeping import Keeping
from bot.conversations.holding import PlatformDesk
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.outbox import OutboxSender
from bot.conversations.wakeups import Wakeups
from bot.privacy.secrets import register_secret
from bot.settings import Settings
from bot.storage.database import Database

if TYPE_CHECKING:
    from bot.channels.zalo.client import ZaloClient
    from bot.channels.zalo.tokens import TokenStore


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every channel needs of the service."""

    settings: Settings
    database: Database
    inbox: Inbox
    wakeups: Wakeups
    originals: OriginalTexts
    topics: Topics = lambda _: None
    """What the payload of a deep link asks for."""
    desk: PlatformDesk | None = None
    """Hears of officers in a platform's own console, and carries conversations over."""
    kept: Attachments | None = None
    """Files between citizens and officers; without it none is fetched or sent."""

    def intake(self, channel: str) -> Intake:
        """Return what takes the events of a channel."""
        parts = (self.database, self.inbox, self.wakeups, self.originals, self.topics, self.desk, self.kept)
        return Intake(channel, *parts)


def build_channels(around: Surroundings) -> tuple[PushedChannel, ...]:
    """Return the pushed channels that the settings switch on; none of them is started.

    Secrets of the settings are hidden from logs from here on.
    """
    # httpx logs whole addresses, and those of Telegram hold the token.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    channels: list[PushedChannel] = []
    if around.settings.telegram_token is not None:
        channels.append(_telegram(around, around.settings.telegram_token))
    if around.settings.zalo_app_id is not None:
        if missing := around.settings.missing_for_zalo():
            logger.error("the Zalo channel stays off, missing: %s", ", ".join(missing))
        else:
            channels.append(_zalo(around, around.settings.zalo_app_id))
    return tuple(channels)


def start_channels(
    channels: Sequence[PushedChannel], database: Database, wakeups: Wakeups
) -> list[asyncio.Task[None]]:
    """Start what each channel does by itself, and its sender; return the tasks."""
    tasks = []
    for channel in channels:
        sender = OutboxSender(database, wakeups, channel.name, channel, channel.send_times)
        tasks.append(asyncio.create_task(channel.run(), name=f"{channel.name}-channel"))
        tasks.append(asyncio.create_task(sender.run(), name=f"{channel.name}-sender"))
    return tasks


def _telegram(around: Surroundings, token: SecretStr) -> PushedChannel:
    # Imported only when it is switched on: python-telegram-bot takes a third of a second.
    from bot.channels.telegram.channel import NAME, TelegramChannel
    from bot.channels.telegram.client import TelegramClient

    settings = around.settings
    secret = settings.telegram_webhook_secret or SecretStr(
        settings.derived_secret(f"telegram webhook {token.get_secret_value()}")
    )
    for value in (token, token.get_secret_value().partition(":")[2], secret, settings.telegram_proxy):
        register_secret(value)
    return TelegramChannel(
        client=TelegramClient(token, settings.telegram_api, settings.telegram_proxy),
        intake=around.intake(NAME),
        keeping=Keeping(around.database),
        database=around.database,
        wakeups=around.wakeups,
        secret=secret,
        webhook_url=settings.telegram_webhook_url,
        messages_per_second=settings.telegram_messages_per_second,
        files=around.kept.files.read if around.kept is not None else None,
    )


def _zalo(around: Surroundings, app_id: str) -> PushedChannel:
    from bot.channels.zalo.channel import NAME, ZaloChannel

    settings = around.settings
    client, tokens = zalo_parts(settings, around.database)
    oa_secret = settings.zalo_oa_secret or SecretStr("")
    register_secret(oa_secret)
    return ZaloChannel(
        client=client,
        tokens=tokens,
        intake=around.intake(NAME),
        desk=around.desk,
        keeping=Keeping(around.database),
        database=around.database,
        wakeups=around.wakeups,
        oa_id=settings.zalo_oa_id,
        oa_secret=oa_secret,
        first_refresh_token=settings.zalo_refresh_token,
        allows_billed=settings.zalo_allow_billed,
        takeover_minutes=settings.zalo_takeover_minutes,
        files=around.kept.files.read if around.kept is not None else None,
        media_hosts=settings.zalo_media_hosts,
        public=settings.public_address,
    )


def zalo_parts(settings: Settings, database: Database) -> tuple[ZaloClient, TokenStore]:
    """Return what talks to Zalo and what keeps its tokens, also for commands.

    Raises:
        ValueError: Settings are missing.
    """
    from bot.channels.zalo.client import ZaloClient
    from bot.channels.zalo.tokens import TokenStore

    if settings.zalo_app_id is None or settings.zalo_app_secret is None:
        raise ValueError("MOTCUA_ZALO_APP_ID, MOTCUA_ZALO_APP_SECRET")
    register_secret(settings.zalo_app_secret)
    register_secret(settings.zalo_refresh_token)
    client = ZaloClient(
        app_id=settings.zalo_app_id,
        app_secret=settings.zalo_app_secret,
        api=settings.zalo_api,
        oauth=settings.zalo_oauth,
        sends_proof=settings.zalo_appsecret_proof,
    )
    return client, TokenStore(database, settings.zalo_app_id, settings.signing_keys(), settings.state_dir)
