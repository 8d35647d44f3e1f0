"""The house as a process of its own, to be killed: forked from one that has it all imported."""

from __future__ import annotations

import asyncio
from pathlib import Path

from floor_support import house

import bot.handoff.telegram.mirror as mirror


def run(folder: str, url: str, platform: str, refresh_token: str, port: int) -> None:
    """Run until killed."""
    # After a kill nobody should have to wait half a minute for the lease of a dead process.
    mirror.LEASE_SECONDS, mirror.RENEW_SECONDS = 0.6, 0.2
    asyncio.run(_run(folder, url, platform, refresh_token, port))


async def _run(folder: str, url: str, platform: str, refresh_token: str, port: int) -> None:
    async with house(Path(folder), url, platform, refresh_token, port=port):
        await asyncio.Event().wait()
