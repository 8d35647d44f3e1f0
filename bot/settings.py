"""Settings, read once from the environment; every value has a sentence and a unit."""

from __future__ import annotations

import hmac
import re
import secrets
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Everything an operator may set, as `MOTCUA_…` variables or in a file `.env`."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore", frozen=True)

    project: Path = PROJECT
    """Folder with config.yml, domain.yml, data/ and models/."""
    state_dir: Path = PROJECT / "var"
    """Folder for the embedded database and generated secrets."""
    database: str | None = None
    """Database address, for example postgresql://user@host/motcua; without it an embedded SQLite file."""
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    """Key that signs web sessions, at least 32 characters; without it one is made and kept in state_dir."""
    secret_key_before: SecretStr | None = Field(default=None, min_length=32)
    """The previous key, accepted while sessions signed with it run out."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port to listen on."""
    origins: tuple[str, ...] = ()
    """Exact origins of websites that may embed the widget, for example ["https://quangninh.gov.vn"]."""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """Number of reverse proxies in front, whose X-Forwarded-For is believed."""
    messages_per_10_seconds: int = Field(default=10, ge=1)
    """Messages of one web session in 10 seconds."""
    messages_per_10_minutes: int = Field(default=60, ge=1)
    """Messages of one web session in 10 minutes."""
    sessions_per_minute: int = Field(default=60, ge=1)
    """New web sessions from one address in a minute."""
    messages_per_minute_and_address: int = Field(default=300, ge=1)
    """Messages from one address in a minute; offices share one address."""
    console_address: str | None = None
    """Address under which staff reach the service, for example https://tro-ly.quangninh.gov.vn."""
    oidc_issuer: str | None = None
    """Issuer of the province's OpenID Connect provider, exactly as it names itself; https."""
    oidc_client_id: str | None = None
    """Our client id at the provider."""
    oidc_client_secret: SecretStr | None = None
    """Our client secret at the provider."""
    oidc_username_claim: str = "preferred_username"
    """Claim that holds the user name of an account made in the console."""

    messages_kept_days: int = Field(default=90, ge=1)
    """Days after which messages and replies are deleted."""
    dialogue_states_kept_days: int = Field(default=7, ge=1)
    """Days after which the remembered state of a silent dialogue is deleted."""
    releases_kept: int = Field(default=5, ge=1)
    """Archives of so many newest releases stay, besides the active one and the one before it."""
    telegram_token: SecretStr | None = None
    """Token of the Telegram bot, from @BotFather; without it the channel is off."""
    telegram_webhook_url: str | None = None
    """Public https address of this service, for example https://motcua.example.vn; without it we poll."""
    telegram_webhook_secret: SecretStr | None = None
    """Secret that Telegram shows with every call, 16 to 256 of A-Z a-z 0-9 _ -; without it one is derived."""
    telegram_api: str = "https://api.telegram.org"
    """Base address of the Bot API: Telegram's own, a self-hosted server, or a fake."""
    telegram_proxy: SecretStr | None = None
    """Outbound proxy, for networks that block Telegram, for example http://proxy.example.vn:3128."""
    telegram_messages_per_second: float = Field(default=25.0, gt=0, le=1000)
    """Messages sent to all chats together in a second; Telegram allows about 30."""

    telegram_officer_groups: dict[str, int] = {}
    """Groups of officers: department id → chat id, or one chat id for all; for example {"*": -1001234567890}."""

    attachment_megabytes: int = Field(default=5, ge=1, le=20)
    """Largest file between citizens and officers."""
    attachments_megabytes: int = Field(default=2000, ge=10)
    """Space for all files together."""
    attachments_kept_hours: int = Field(default=72, ge=1, le=720)
    """Hours that files stay after the talk with the officer has ended."""
    attachment_scan: str | None = None
    """Virus scanner, run on each file, for example clamdscan --fdpass --no-summary {file}."""
    attachment_scan_seconds: float = Field(default=20.0, gt=0, le=120)
    """After this a file counts as not scanned and is not taken."""

    zalo_app_id: str | None = Field(default=None, pattern=r"^[0-9]{5,32}$")
    """Id of the app at developers.zalo.me; without it the channel is off."""
    zalo_app_secret: SecretStr | None = None
    """Secret key of the app."""
    zalo_oa_id: str | None = Field(default=None, pattern=r"^[0-9]{5,32}$")
    """Id of the Official Account; events of others are dropped."""
    zalo_oa_secret: SecretStr | None = None
    """"OA Secret Key" of the webhook page, which signs events."""
    zalo_refresh_token: SecretStr | None = None
    """A first refresh token, from the API Explorer; used once, when nobody ran `motcua zalo login`."""
    zalo_callback_url: str | None = None
    """"Official Account Callback Url" as saved in the console, for `motcua zalo login`."""
    zalo_api: str = "https://openapi.zalo.me"
    """Base address of Zalo's OpenAPI, or a fake."""
    zalo_oauth: str = "https://oauth.zaloapp.com"
    """Base address of Zalo's login, or a fake."""
    zalo_appsecret_proof: bool = False
    """Whether the console asks for appsecret_proof on every call."""
    zalo_allow_billed: bool = False
    """Whether messages may be sent that Zalo bills, 48 hours to 7 days after the last interaction."""
    zalo_media_hosts: tuple[str, ...] = ("zdn.vn", "zadn.vn", "zaloapp.com", "zalo.me")
    """Ends of host names from which files of citizens are fetched."""
    zalo_takeover_minutes: int = Field(default=60, ge=1)
    """Minutes of silence after which the bot answers again where an officer wrote in Zalo's console."""

    @field_validator(
        *("telegram_token", "telegram_webhook_url", "telegram_webhook_secret", "telegram_proxy"),
        *(
            "attachment_scan",
            "zalo_app_id",
            "zalo_app_secret",
            "zalo_oa_id",
            "zalo_oa_secret",
            "zalo_refresh_token",
        ),
        mode="before",
    )
    @classmethod
    def _empty_is_missing(cls, value: object) -> object:
        """A line without a value, as in a copied .env.example, sets nothing."""
        return None if value == "" else value

    @field_validator("telegram_officer_groups", mode="before")
    @classmethod
    def _one_group_for_all(cls, value: object) -> object:
        return {"*": value} if isinstance(value, int) else value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _fits_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
            raise ValueError("16 to 256 characters of A-Z a-z 0-9 _ -")
        return value

    @cached_property
    def database_url(self) -> str:
        """Address of the database."""
        return self.database or f"sqlite:///{self.state_dir / 'motcua.db'}"

    @property
    def public_address(self) -> str | None:
        """Address under which people reach the service, without a slash at its end, or None."""
        address = self.console_address or self.telegram_webhook_url
        return address.rstrip("/") if address else None

    @property
    def catalogue_dir(self) -> Path:
        """Folder of the curated catalogue."""
        return self.project / "data" / "catalogue"

    @property
    def models_dir(self) -> Path:
        """Folder of trained releases."""
        return self.project / "models"

    @property
    def golden(self) -> Path:
        """The golden questions, never trained on."""
        return self.project / "data" / "evaluation" / "golden.jsonl"

    def signing_keys(self) -> tuple[str, ...]:
        """Return the keys for web sessions: the first signs, all are accepted."""
        current = self.secret_key.get_secret_value() if self.secret_key else self._kept_key()
        before = (self.secret_key_before.get_secret_value(),) if self.secret_key_before else ()
        return (current, *before)

    def missing_for_zalo(self) -> list[str]:
        """Return the names of settings that Zalo needs besides the id of the app."""
        needed = {
            "MOTCUA_ZALO_APP_SECRET": self.zalo_app_secret,
            "MOTCUA_ZALO_OA_SECRET": self.zalo_oa_secret,
        }
        return [name for name, value in needed.items() if value is None] if self.zalo_app_id else []

    def derived_secret(self, purpose: str) -> str:
        """Return 64 hexadecimal characters that only holders of the first signing key can know."""
        return hmac.digest(self.signing_keys()[0].encode(), purpose.encode(), "sha256").hex()

    def _kept_key(self) -> str:
        path = self.state_dir / "secret.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text().strip()
