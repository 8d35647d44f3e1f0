"""Which system knows a code: several side by side, chosen by the longest prefix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.dossiers.adapters.igate import IgateSystem
from bot.dossiers.adapters.national import NationalSystem
from bot.dossiers.adapters.opencps import OpenCpsSystem
from bot.dossiers.code import DossierCode
from bot.dossiers.guarded import GuardedSystem
from bot.dossiers.port import DossierSystem
from bot.dossiers.settings import AnySystem, IgateSettings, NationalSettings

Path = tuple[str, ...]


class Register:
    """The systems of this installation."""

    def __init__(self, systems: Mapping[Path, GuardedSystem]) -> None:
        """Args: `systems` by the parts of a unit code from the top down, for example `("H49", "22")`."""
        self._systems = dict(systems)

    @property
    def systems(self) -> tuple[GuardedSystem, ...]:
        """All systems, each once."""
        return tuple(dict.fromkeys(self._systems.values()))

    def find(self, code: DossierCode) -> GuardedSystem | None:
        """Return the system that knows codes of this unit, or None."""
        for length in range(len(code.path), 0, -1):
            if system := self._systems.get(code.path[:length]):
                return system
        return None

    async def close(self) -> None:
        """Close all connections."""
        for system in self.systems:
            await system.close()


def build_register(settings: Iterable[AnySystem]) -> Register:
    """Return the systems that the operator set up."""
    systems: dict[Path, GuardedSystem] = {}
    for one in settings:
        guarded = GuardedSystem(
            one.name, adapter_for(one), at_once=one.at_once, per_second=one.per_second, seconds=one.seconds
        )
        systems |= {tuple(prefix.split(".")): guarded for prefix in one.prefixes}
    return Register(systems)


def adapter_for(settings: AnySystem) -> DossierSystem:
    """Return the adapter for the contract of a system."""
    if isinstance(settings, NationalSettings):
        return NationalSystem(settings)
    if isinstance(settings, IgateSettings):
        return IgateSystem(settings)
    return OpenCpsSystem(settings)
