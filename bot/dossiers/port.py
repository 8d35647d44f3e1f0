"""The port: what the assistant needs of any one-stop system."""

from __future__ import annotations

from typing import Protocol

from bot.dossiers.code import DossierCode
from bot.dossiers.dossier import Dossier
from bot.dossiers.proof import Proof


class DossierSystem(Protocol):
    """One one-stop system, asked over the network."""

    async def lookup(self, code: DossierCode, proof: Proof | None = None) -> Dossier:
        """Return the dossier; `proven` says whether a proof was given, and it fits.

        Raises:
            NotFound: There is no such dossier.
            WrongProof: There is one, and the proof does not fit.
            SystemFault: The system, our account or our reading is at fault.
        """

    async def close(self) -> None:
        """Close connections."""
