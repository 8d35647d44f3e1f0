"""`/mau` in a topic: the catalogue's own answers and the office's texts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from floor_support import LAN, WebCitizen, floor, until


@dataclass(frozen=True)
class Ready:
    id: str
    title: str
    text: str


async def test_they_are_listed_and_sent(tmp_path: Path, small_url: str) -> None:
    ready = [Ready("phi", "Phí, lệ phí", "Lệ phí: 20.000 đ. Xem https://nguon.example/phi")]
    async with floor(tmp_path, small_url, canned=lambda handoff: ready) as running:
        await running.lists()
        citizen, thread = await running.talks()
        running.group.says(LAN, thread, "/mau")
        await running.shown(thread, "/mau phi – Phí, lệ phí")
        running.group.says(LAN, thread, "/mau phi")
        await until(lambda: _has(citizen))
        assert await citizen.texts("officer") == [ready[0].text]


async def _has(citizen: WebCitizen) -> bool:
    return bool(await citizen.texts("officer"))
