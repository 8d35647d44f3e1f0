"""The row that holds Zalo's tokens, encrypted; all processes share it and change it by compare-and-set."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import Update, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.channels.zalo.client import TokenPair
from bot.clock import aware, now
from bot.privacy.secrets import register_secret
from bot.storage.channel_tables import zalo_tokens
from bot.storage.database import Database

logger = logging.getLogger(__name__)

EARLY = timedelta(hours=5)
"""Life that an access token must still have; Zalo gives 25 hours."""
ABANDONED = timedelta(seconds=60)
"""A mark older than this was left by a process that died: no call takes that long."""
OLD_REFRESH = timedelta(days=60)
"""From here on the operator is warned; Zalo gives refresh tokens three months."""


class TokenState(StrEnum):
    """What the row says."""

    OK = "OK"
    REFRESHING = "REFRESHING"
    NEEDS_REAUTH = "NEEDS_REAUTH"


class Standing(StrEnum):
    """What an operator has to know of the tokens."""

    OK = "ok"
    RENEWING = "renewing"
    IN_DOUBT = "in_doubt"
    """A renewal was cut off: whether the refresh token is spent, only trying it once more can tell."""
    NEEDS_LOGIN = "needs_login"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A row, decrypted."""

    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_issued_at: datetime
    state: TokenState
    refreshing_since: datetime | None
    generation: int

    @property
    def is_fresh(self) -> bool:
        """Whether the access token may be used without a second thought."""
        return self.access_expires_at - now() > EARLY

    @property
    def standing(self) -> Standing:
        """Where the pair stands now."""
        match self.state:
            case TokenState.OK:
                return Standing.OK
            case TokenState.NEEDS_REAUTH:
                return Standing.NEEDS_LOGIN
            case TokenState.REFRESHING:
                is_old = self.refreshing_since is None or self.refreshing_since <= now() - ABANDONED
                return Standing.IN_DOUBT if is_old else Standing.RENEWING


class TokenRows:
    """Reads and changes the row of one app."""

    def __init__(self, database: Database, app_id: str, cipher: MultiFernet) -> None:
        self._database = database
        self._app_id = app_id
        self._cipher = cipher

    async def read(self) -> Tokens | None:
        """Return the present tokens, or None when nobody logged in, or the key was lost."""
        async with self._database.read() as connection:
            row = (
                await connection.execute(select(zalo_tokens).where(zalo_tokens.c.app_id == self._app_id))
            ).one_or_none()
        if row is None:
            return None
        try:
            access, refresh = (
                self._cipher.decrypt(text.encode()).decode() for text in (row.access_token, row.refresh_token)
            )
        except InvalidToken:
            logger.error("the tokens of Zalo cannot be decrypted: the signing key changed; log in again")
            return None
        register_secret(access)
        register_secret(refresh)
        return Tokens(
            access,
            refresh,
            aware(row.access_expires_at),
            aware(row.refresh_issued_at),
            TokenState(row.state),
            aware(row.refreshing_since) if row.refreshing_since else None,
            row.generation,
        )

    async def save(self, pair: TokenPair, *, only_if_missing: bool = False) -> None:
        """Store the pair of a new login."""
        dialect = postgresql if self._database.is_postgresql else sqlite
        row = self._row(pair, now())
        statement = dialect.insert(zalo_tokens).values(app_id=self._app_id, generation=1, **row)
        if only_if_missing:
            statement = statement.on_conflict_do_nothing(index_elements=["app_id"])
        else:
            statement = statement.on_conflict_do_update(
                index_elements=["app_id"], set_={**row, "generation": zalo_tokens.c.generation + 1}
            )
        async with self._database.write() as connection:
            await connection.execute(statement)

    async def replace(self, old: Tokens, pair: TokenPair, received_at: datetime) -> None:
        """Store the pair that came for the refresh token of `old`, unless that was replaced already."""
        async with self._database.write() as connection:
            await connection.execute(
                self._update_of(old.generation).values(
                    generation=old.generation + 1, **self._row(pair, received_at)
                )
            )

    async def mark(self, seen: int, *, also_refused: bool = False) -> bool:
        """Commit that a refresh token is about to be spent; say whether nobody else is at it.

        Args:
            seen: The generation to spend.
            also_refused: Spend it although Zalo refused it before.
        """
        moment = now()
        states = [TokenState.OK.value, *([TokenState.NEEDS_REAUTH.value] if also_refused else [])]
        is_free = or_(
            zalo_tokens.c.state.in_(states),
            (zalo_tokens.c.state == TokenState.REFRESHING.value)
            & (zalo_tokens.c.refreshing_since <= moment - ABANDONED),
        )
        async with self._database.write() as connection:
            marked = await connection.execute(
                self._update_of(seen)
                .where(is_free)
                .values(state=TokenState.REFRESHING.value, refreshing_since=moment, updated_at=moment)
            )
            return marked.rowcount == 1

    async def unmark(self, before: Tokens) -> None:
        """Take a mark back: the refresh token is as good, or as doubtful, as before."""
        await self._set(before.generation, before.state, before.refreshing_since)

    async def refuse(self, tokens: Tokens) -> None:
        """Note that Zalo does not take the refresh token."""
        await self._set(tokens.generation, TokenState.NEEDS_REAUTH, None)

    async def _set(self, generation: int, state: TokenState, since: datetime | None) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                self._update_of(generation).values(state=state.value, refreshing_since=since, updated_at=now())
            )

    def _update_of(self, generation: int) -> Update:
        return update(zalo_tokens).where(
            zalo_tokens.c.app_id == self._app_id, zalo_tokens.c.generation == generation
        )

    def _row(self, pair: TokenPair, received_at: datetime) -> dict[str, object]:
        return {
            "access_token": self._cipher.encrypt(pair.access_token.encode()).decode(),
            "refresh_token": self._cipher.encrypt(pair.refresh_token.encode()).decode(),
            "access_expires_at": received_at + timedelta(seconds=pair.expires_in_seconds),
            "refresh_issued_at": received_at,
            "state": TokenState.OK.value,
            "refreshing_since": None,
            "updated_at": now(),
        }
