"""Everything about dossiers put together, as the service and the actions use it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from bot.clock import today_in_vietnam
from bot.conversations.messages import Turn
from bot.conversations.wakeups import Wakeups
from bot.dialogue.front import Fronted
from bot.dossiers.audit import Audit
from bot.dossiers.brakes import Brakes
from bot.dossiers.desk import Desk
from bot.dossiers.front import read_first
from bot.dossiers.recognition import storable
from bot.dossiers.register import Register, build_register
from bot.dossiers.sandbox_process import SandboxProcess, sandbox_systems
from bot.dossiers.sandbox_systems import sandbox_register
from bot.dossiers.settings import DossierSettings
from bot.dossiers.watching.watcher import Watcher
from bot.dossiers.watching.watches import Watches
from bot.storage.database import Database

logger = logging.getLogger(__name__)

HOUSEKEEPING_SECONDS = 3600.0


class Dossiers:
    """Look-ups, proof and notices of one process."""

    def __init__(
        self,
        settings: DossierSettings,
        database: Database,
        wakeups: Wakeups,
        key: str,
        state_dir: Path | None = None,
        register: Register | None = None,
    ) -> None:
        """Join the parts.

        Args:
            settings: As the operator set them.
            database: For audit, brakes and watches.
            wakeups: To wake readers and senders of a notice.
            key: Secret for the hashes under which codes are counted.
            state_dir: Where the built-in sandbox keeps its file; without it, in memory.
            register: The systems, when they are not those of the settings.
        """
        self.settings = settings
        self._sandbox: SandboxProcess | None = None
        self.register = register or self._register(state_dir)
        self._brakes = Brakes(database, settings, key)
        self._audit = Audit(database)
        self.desk = Desk(self.register, self._brakes, self._audit)
        self.watches = Watches(database, most=settings.watches, days=settings.watch_days, pace=settings.watch_pace)
        self.watcher = Watcher(database, wakeups, self.watches, self.desk, pace=settings.watch_pace)

    def front(self, turn: Turn) -> Fronted:
        """Read a message before the dialogue engine does: what is about codes and proofs is a command."""
        return read_first(turn)

    def storable(self, text: str) -> Mapping[str | None, str]:
        """Return the forms in which a message may be stored, by what was asked for."""
        return storable(text, today_in_vietnam())

    async def run(self) -> None:
        """Watch dossiers and keep house until cancelled."""
        await asyncio.gather(self.watcher.run(), self._keep_house())

    async def close(self) -> None:
        """Close connections, and end the sandbox if this process started it."""
        await self.register.close()
        if self._sandbox is not None:
            await asyncio.to_thread(self._sandbox.stop)

    def _register(self, state_dir: Path | None) -> Register:
        settings = self.settings
        if settings.systems:
            return build_register(settings.systems)
        if not settings.sandbox:
            return Register({})
        if settings.sandbox_url is not None:
            return build_register(sandbox_systems(str(settings.sandbox_url)))
        self._sandbox = SandboxProcess(state_dir / "sandbox.db" if state_dir else ":memory:")
        return sandbox_register(self._sandbox)

    async def _keep_house(self) -> None:
        while True:
            try:
                await self._audit.drop_old(self.settings.audit_days)
                await self._brakes.drop_old()
            except Exception as error:
                logger.warning("cleaning up after look-ups failed: %s", type(error).__name__)
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
