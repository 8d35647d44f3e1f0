"""The way of a message and of the other events once more, on the database of several processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import postgresql_database
from pushed_support import line, until

from bot.storage.tables import conversations


@pytest.fixture
def url() -> Iterator[str]:
    with postgresql_database("pushed") as address:
        yield address


async def test_everything_works_there_too(tmp_path: Path, url: str) -> None:
    async with line(tmp_path, url=url) as running:
        telegram, zalo = running.telegram, running.zalo
        telegram.say(1, "cho chọn")
        zalo.say("1", "cho chọn")
        await until(lambda: len(telegram.sent(1)) == len(zalo.sent("1")) == 1)
        message, _, data = telegram.buttons(1)[0]
        telegram.tap(1, message, data)
        zalo.tap("1", zalo.buttons("1")[0][1])
        await until(lambda: len(telegram.sent(1)) == len(zalo.sent("1")) == 2)
        zalo.officer_says("1", "chào bác")
        await running.quiet()
        zalo.say("1", "cảm ơn")
        await running.quiet()
        assert len(zalo.sent("1")) == 2, "the officer has it"
        telegram.say(1, "/xoa_du_lieu")
        await until(lambda: len(telegram.sent(1)) == 3)
        message, _, data = telegram.buttons(1)[0]
        telegram.tap(1, message, data)
        await until(lambda: telegram.sent(1)[-1]["text"].startswith("Đã xoá"))
        async with running.database.read() as connection:
            left = (await connection.execute(conversations.select())).all()
        assert [row.channel for row in left] == ["zalo"]
