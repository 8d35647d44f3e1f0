"""Both fakes behind one address, with the page on which people try them by hand."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from starlette.applications import Starlette

from bot.fakes.faults import Faults
from bot.fakes.page.router import OFFICER, OFFICER_NAME, page_routes
from bot.fakes.recording import Exchange, Recorder
from bot.fakes.telegram.group import OfficersGroup
from bot.fakes.telegram.server import TelegramServer
from bot.fakes.telegram.world import TelegramWorld
from bot.fakes.zalo.server import ZaloServer
from bot.fakes.zalo.world import ZaloWorld

APP_ID, OA_ID = "1000000000000000001", "3900000000000000009"


@dataclass(slots=True)
class Platforms:
    """The worlds of both platforms; faults meet them together."""

    recorder: Recorder
    names: Set[str]
    telegram: TelegramWorld
    zalo: ZaloWorld
    group: OfficersGroup
    """Where officers answer, on Telegram."""
    faults: dict[str, Faults] = field(default_factory=lambda: {"telegram": Faults(), "zalo": Faults()})

    def app(self) -> Starlette:
        """Return what answers the bot and shows the page."""
        return Starlette(
            routes=[
                *TelegramServer(self.telegram, self.faults["telegram"]).routes(),
                *ZaloServer(self.zalo, self.faults["zalo"]).routes(),
                *page_routes(self),
            ]
        )

    def environment(self, address: str, service: str) -> dict[str, str]:
        """Return the settings with which the service talks to these fakes.

        Args:
            address: Of the fakes.
            service: Of the service, for calls to its webhook.
        """
        settings: dict[str, str] = {}
        if "telegram" in self.names:
            settings |= {
                "TELEGRAM_TOKEN": self.telegram.token,
                "TELEGRAM_API": address,
                # By polling, as an office without a public address does.
                "TELEGRAM_WEBHOOK_URL": "",
                "TELEGRAM_PROXY": "",
                "TELEGRAM_WEBHOOK_SECRET": secrets.token_hex(16),
                "TELEGRAM_OFFICER_GROUPS": str(self.group.id),
                # Links in topics lead to the service of this machine.
                "CONSOLE_ADDRESS": service,
            }
        if "zalo" in self.names:
            self.zalo.webhook_url = f"{service}/webhooks/zalo"
            settings |= {
                "ZALO_APP_ID": self.zalo.app_id,
                "ZALO_APP_SECRET": self.zalo.app_secret,
                "ZALO_OA_ID": self.zalo.oa_id,
                "ZALO_OA_SECRET": self.zalo.oa_secret,
                "ZALO_REFRESH_TOKEN": self.zalo.refresh_token,
                "ZALO_API": address,
                "ZALO_OAUTH": address,
            }
        return {f"MOTCUA_{name}": value for name, value in settings.items()}

    def replay(self, exchanges: Iterable[Exchange]) -> None:
        """Let people say again what they said in a recording; a call that was repeated counts once."""
        seen: set[bytes] = set()
        for item in exchanges:
            key = orjson.dumps(item.content)
            if item.direction == "push" and key not in seen:
                seen.add(key)
                self._say_again(item)

    def _say_again(self, item: Exchange) -> None:
        if item.platform == "zalo":
            sender = str(item.content.get("sender", {}).get("id", ""))
            if item.content.get("event_name", "").startswith("user_send_") and sender:
                self.zalo.post(
                    sender, item.content["event_name"].removeprefix("user_send_"), item.content["message"]
                )
            return
        message = item.content.get("message")
        if message:
            kept = {"message_id", "date", "chat", "from"}
            self.telegram.post(
                message["chat"]["id"], **{name: value for name, value in message.items() if name not in kept}
            )


def make_platforms(names: Set[str], record: Path | None = None) -> Platforms:
    """Return fresh fakes with random secrets."""
    recorder = Recorder(record)
    telegram = TelegramWorld(f"700100200:{secrets.token_urlsafe(26)}", recorder)
    zalo = ZaloWorld(
        recorder,
        app_id=APP_ID,
        oa_id=OA_ID,
        app_secret=secrets.token_urlsafe(16),
        oa_secret=secrets.token_urlsafe(16),
    )
    group = OfficersGroup(telegram)
    group.names[OFFICER] = OFFICER_NAME
    return Platforms(recorder, names, telegram, zalo, group)
