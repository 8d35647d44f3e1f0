"""Zalo's tokens: renewed by one process at a time, never burnt.

A refresh token is good for one use, and a new pair kills the old one. So a renewal leaves a trail:

1. A mark is committed (`REFRESHING`, with the time). Who finds a fresh one waits for its owner.
2. Zalo is asked, in a task of its own: whoever asked for the renewal may be cancelled, it may not.
3. The answer is kept in a file (`SealedPair`), then committed, however often the database refuses.

Who finds an old mark knows that a process died on the way. A pair in the file is stored, and nothing
was lost. Without one the refresh token is spent, or not, and only Zalo can tell: it is tried once more.
That is safe, because the pair it may have been spent for is known to nobody. A refusal means that
somebody has to log in again (`NEEDS_REAUTH`); no answer leaves the doubt, and the next try to later.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from cryptography.fernet import Fernet, MultiFernet

from bot.channels.sending import NotTaken
from bot.channels.zalo.client import TokenPair, TokenRefused
from bot.channels.zalo.sealed_pair import Kept, SealedPair
from bot.channels.zalo.token_rows import Standing, TokenRows, Tokens, TokenState
from bot.clock import now
from bot.privacy.secrets import register_secret
from bot.storage.database import Database

logger = logging.getLogger(__name__)

WAIT_SECONDS, LOOK_SECONDS = 8.0, 0.1
COMMIT_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Before storing a pair again; the last is repeated."""
SETTLE_SECONDS = 20.0


class NeedsLogin(NotTaken):
    """There is no usable token: an administrator of the OA has to log in."""


class Refresher(Protocol):
    """What renewing needs of the client."""

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Spend a refresh token and return a new pair."""


class TokenStore:
    """The tokens of one app; all processes share the row."""

    def __init__(self, database: Database, app_id: str, keys: Sequence[str], folder: Path) -> None:
        """Take the signing keys of the service and its state folder.

        Args:
            database: Holds the row.
            app_id: The app at Zalo.
            keys: The first encrypts, all decrypt.
            folder: For the pair that is not committed yet.
        """
        cipher = MultiFernet([Fernet(_fernet_key(key)) for key in keys])
        self._rows = TokenRows(database, app_id, cipher)
        self._sealed = SealedPair(folder / f"zalo-{app_id}.pair", cipher)
        self._lock = asyncio.Lock()
        self._renewal: asyncio.Task[Tokens] | None = None

    async def read(self) -> Tokens | None:
        """Return the present tokens, or None when nobody logged in, or the key was lost."""
        return await self._rows.read()

    async def save(self, pair: TokenPair, *, only_if_missing: bool = False) -> None:
        """Store the pair of a new login."""
        await self._rows.save(pair, only_if_missing=only_if_missing)

    async def usable(self, refresher: Refresher) -> Tokens:
        """Return tokens whose access token lives for some time, renewed where it must be.

        Raises:
            NeedsLogin: Somebody has to log in.
            NotTaken: They cannot be renewed now.
        """
        tokens = await self._recovered()
        if tokens is None or tokens.state is TokenState.NEEDS_REAUTH:
            raise NeedsLogin("no usable token")
        lives = tokens.access_expires_at > now()
        if tokens.is_fresh or (lives and tokens.standing is Standing.RENEWING):
            # Another process is at it; should this one die meanwhile, Zalo says so and we wait for the next.
            return tokens
        try:
            return await self.renew(tokens.generation, refresher)
        except NeedsLogin:
            raise
        except NotTaken:
            # It still lives for up to five hours: better than nothing.
            if tokens.access_expires_at > now():
                return tokens
            raise

    async def renew(self, seen: int, refresher: Refresher, *, also_refused: bool = False) -> Tokens:
        """Return tokens of a later generation than `seen`, by our own or somebody else's renewal.

        Args:
            seen: The generation whose access token is of no more use.
            refresher: Spends the refresh token.
            also_refused: Try a refresh token that Zalo refused before: somebody asks for it by hand.

        Raises:
            NeedsLogin: The refresh token is spent.
            NotTaken: Another process is at it for too long, or Zalo cannot be reached.
        """
        # From here on, so that those who queue for the lock do not wait one after the other.
        until = now() + timedelta(seconds=WAIT_SECONDS)
        async with self._lock:
            while True:
                tokens = await self._recovered()
                if tokens is None or (tokens.state is TokenState.NEEDS_REAUTH and not also_refused):
                    raise NeedsLogin("no usable token")
                if tokens.generation != seen:
                    return tokens
                if await self._rows.mark(seen, also_refused=also_refused):
                    self._renewal = asyncio.create_task(self._renew_marked(tokens, refresher), name="zalo-renewal")
                    # Whoever waits may be gone when it ends; its failure is logged where it happens.
                    self._renewal.add_done_callback(lambda done: done.cancelled() or done.exception())
                    return await asyncio.shield(self._renewal)
                if now() >= until:
                    raise NotTaken("another process is renewing the token")
                await asyncio.sleep(LOOK_SECONDS)

    async def settle(self) -> None:
        """Let a renewal that is on its way end, before the client is closed; bounded in time."""
        if self._renewal is None or self._renewal.done():
            return
        await asyncio.wait({self._renewal}, timeout=SETTLE_SECONDS)
        # What is not committed by now is in the file.
        self._renewal.cancel()

    async def _recovered(self) -> Tokens | None:
        """Return the present tokens, after storing a pair that another process did not get to store."""
        tokens = await self._rows.read()
        if tokens is None or tokens.state is TokenState.OK:
            return tokens
        kept = await asyncio.to_thread(self._sealed.find, tokens.refresh_token)
        if kept is None:
            return tokens
        # Its owner may be alive and about to do the same: one of us changes nothing.
        await self._rows.replace(tokens, kept.pair, kept.received_at)
        await asyncio.to_thread(self._sealed.remove)
        logger.warning("tokens of Zalo that were received and not stored have been found again")
        return await self._rows.read()

    async def _renew_marked(self, tokens: Tokens, refresher: Refresher) -> Tokens:
        if tokens.standing is Standing.IN_DOUBT:
            logger.warning("a renewal of Zalo's tokens was cut off; the refresh token is tried once more")
        try:
            pair = await refresher.refresh(tokens.refresh_token)
        except NotTaken:
            # It did not reach Zalo.
            await self._rows.unmark(tokens)
            raise
        except TokenRefused:
            await self._rows.refuse(tokens)
            logger.warning("Zalo refuses the refresh token")
            raise NeedsLogin("the refresh token was refused") from None
        except Exception as error:
            # Nobody knows whether it is spent. The mark stays; when it is old, it is tried once more.
            logger.warning("renewing the tokens of Zalo failed, it is tried again: %s", type(error).__name__)
            raise NotTaken(f"renewing: {type(error).__name__}") from None
        kept = Kept(pair, now())
        register_secret(pair.access_token)
        register_secret(pair.refresh_token)
        await asyncio.to_thread(self._sealed.put, tokens.refresh_token, kept)
        await self._commit(tokens, kept)
        await asyncio.to_thread(self._sealed.remove)
        saved = await self._rows.read()
        if saved is None:
            raise NeedsLogin("the tokens were removed")
        return saved

    async def _commit(self, tokens: Tokens, kept: Kept) -> None:
        """Store a pair, as soon as the database takes it."""
        attempts = 0
        while True:
            try:
                await self._rows.replace(tokens, kept.pair, kept.received_at)
            except Exception as error:
                pause = COMMIT_PAUSES[min(attempts, len(COMMIT_PAUSES) - 1)]
                attempts += 1
                logger.warning("storing the new tokens of Zalo failed, again: %s", type(error).__name__)
                await asyncio.sleep(pause)
            else:
                return


def _fernet_key(signing_key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"motcua zalo tokens " + signing_key.encode()).digest())
