"""What links such as t.me/<bot>?start=tt_1-001193 ask for; the payload names a procedure, nothing else.

Payloads come from anybody, so they can only choose among names of the catalogue.
"""

from __future__ import annotations

import re
from typing import Protocol

from bot.channels.intake import Topics

_PROCEDURE = re.compile(r"tt_(\d)-(\d{6})")


class _Named(Protocol):
    @property
    def short_name(self) -> str: ...


class _Catalogue(Protocol):
    def find(self, code: str) -> _Named | None: ...


class _Live(Protocol):
    @property
    def current(self) -> _Catalogue: ...


def payload_of(code: str) -> str:
    """Return the payload for a procedure code such as `1.001193`."""
    return f"tt_{code.replace('.', '-')}"


def topics_of(live: _Live) -> Topics:
    """Return what turns a payload into a question; unknown ones into None."""

    def topic(payload: str) -> str | None:
        found = _PROCEDURE.fullmatch(payload)
        procedure = live.current.find(f"{found[1]}.{found[2]}") if found else None
        return procedure.short_name if procedure else None

    return topic
