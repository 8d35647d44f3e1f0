"""Asking the built-in sandbox: its process is started at the first look-up, and again should it die."""

from __future__ import annotations

import asyncio

from bot.dossiers.code import DossierCode
from bot.dossiers.dossier import Dossier
from bot.dossiers.errors import Unavailable
from bot.dossiers.guarded import GuardedSystem
from bot.dossiers.port import DossierSystem
from bot.dossiers.proof import Proof
from bot.dossiers.register import Path, Register, adapter_for
from bot.dossiers.sandbox_process import SandboxFailed, SandboxProcess, sandbox_systems


class SandboxSystem:
    """One of the three systems that the sandbox plays."""

    def __init__(self, process: SandboxProcess, number: int) -> None:
        """Args: `number` of the system in `sandbox_systems`."""
        self._process = process
        self._number = number
        self._system: DossierSystem | None = None
        self._starting = asyncio.Lock()

    async def lookup(self, code: DossierCode, proof: Proof | None = None) -> Dossier:
        """See `DossierSystem.lookup`."""
        return await (await self._ready()).lookup(code, proof)

    async def close(self) -> None:
        """Close connections; the process is ended by its owner."""
        if self._system is not None:
            await self._system.close()

    async def _ready(self) -> DossierSystem:
        if self._system is not None and self._process.is_running:
            return self._system
        async with self._starting:
            if self._system is not None and self._process.is_running:
                return self._system
            try:
                url = await asyncio.to_thread(self._process.start)
            except (SandboxFailed, OSError):
                raise Unavailable("sandbox") from None
            if self._system is not None:
                await self._system.close()
            self._system = adapter_for(sandbox_systems(url)[self._number])
            return self._system


def sandbox_register(process: SandboxProcess) -> Register:
    """Return the three systems of a sandbox that may not run yet."""
    systems: dict[Path, GuardedSystem] = {}
    for number, one in enumerate(sandbox_systems("http://127.0.0.1")):
        guarded = GuardedSystem(
            one.name,
            SandboxSystem(process, number),
            at_once=one.at_once,
            per_second=one.per_second,
            seconds=one.seconds,
        )
        systems |= {tuple(prefix.split(".")): guarded for prefix in one.prefixes}
    return Register(systems)
