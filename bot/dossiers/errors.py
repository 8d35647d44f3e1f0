"""What may go wrong when a one-stop system is asked.

DossierError
├── NotFound               the same sentence as WrongProof: nothing may be guessed
├── WrongProof
└── SystemFault            counted by the circuit breaker
    ├── Unavailable        no answer in time, connection refused, 5xx, breaker open
    │   └── RateLimited    the system asks to wait
    ├── Denied             our account is refused; the operator must act
    └── Malformed          an answer that cannot be read, or speaks of another dossier

No message of these holds anything of an answer: a body may be full of personal data.
"""

from __future__ import annotations


class DossierError(RuntimeError):
    """A look-up gave no dossier."""


class NotFound(DossierError):
    """The system knows no such code."""


class WrongProof(DossierError):
    """The number given does not fit the dossier."""


class SystemFault(DossierError):
    """The system, our account or our reading is at fault, not the asker."""


class Unavailable(SystemFault):
    """The system does not answer."""


class RateLimited(Unavailable):
    """The system asks to wait."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__("asked to wait")


class Denied(SystemFault):
    """The system refuses our account."""


class Malformed(SystemFault):
    """The answer cannot be read."""
