"""Settings, read once from the environment; every value has a sentence and a unit."""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
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

    @cached_property
    def database_url(self) -> str:
        """Address of the database."""
        return self.database or f"sqlite:///{self.state_dir / 'motcua.db'}"

    @property
    def catalogue_dir(self) -> Path:
        """Folder of the curated catalogue."""
        return self.project / "data" / "catalogue"

    @property
    def models_dir(self) -> Path:
        """Folder of trained releases."""
        return self.project / "models"

    def signing_keys(self) -> tuple[str, ...]:
        """Return the keys for web sessions: the first signs, all are accepted."""
        current = self.secret_key.get_secret_value() if self.secret_key else self._kept_key()
        before = (self.secret_key_before.get_secret_value(),) if self.secret_key_before else ()
        return (current, *before)

    def _kept_key(self) -> str:
        path = self.state_dir / "secret.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text().strip()
