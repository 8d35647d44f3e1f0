"""Zalo's tokens when a renewal is cut off: between asking and answer, between answer and commit."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pushed_support import APP_ID, APP_SECRET, Platforms, platforms, until
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.sending import NotTaken
from bot.channels.zalo import tokens as tokens_module
from bot.channels.zalo.client import TokenPair, ZaloClient
from bot.channels.zalo.token_rows import ABANDONED, Standing
from bot.channels.zalo.tokens import NeedsLogin, TokenStore
from bot.clock import now
from bot.fakes.faults import Fault, FaultKind
from bot.storage.channel_tables import zalo_tokens
from bot.storage.database import Database

KEY = "a signing key of the tests, long enough"


class Moody(Database):
    """A database that refuses to write a few times, or hangs, as a process that is about to die."""

    refusals = 0
    hangs = False

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        if self.hangs:
            await asyncio.Event().wait()
        if self.refusals:
            self.refusals -= 1
            raise OperationalError("write", {}, ConnectionError())
        async with super().write() as connection:
            yield connection


class Process:
    """What one process of the service has of the tokens."""

    def __init__(self, around: Platforms, url: str, folder: Path) -> None:
        self.database = Moody(url, durable=False)
        self.client = ZaloClient(
            app_id=APP_ID, app_secret=SecretStr(APP_SECRET), api=around.address, oauth=around.address
        )
        self.store = TokenStore(self.database, APP_ID, [KEY], folder)

    async def use(self) -> str:
        return (await self.store.usable(self.client)).access_token

    async def standing(self) -> Standing | None:
        tokens = await self.store.read()
        return tokens.standing if tokens else None

    async def die(self) -> None:
        """Stop in the middle of a renewal."""
        renewal = self.store._renewal
        assert renewal is not None
        renewal.cancel()
        await asyncio.wait({renewal})
        await self.end()

    async def end(self) -> None:
        await self.client.close()
        await self.database.close()


class Scene:
    """Zalo, and processes that share a row and, on one machine, a folder."""

    def __init__(self, around: Platforms, url: str, folder: Path) -> None:
        self.around, self.zalo, self.faults = around, around.zalo, around.faults
        self._url, self._folder = url, folder
        self._processes: list[Process] = []

    @property
    def file(self) -> Path:
        return self._folder / f"zalo-{APP_ID}.pair"

    def process(self, folder: Path | None = None) -> Process:
        self._processes.append(Process(self.around, self._url, folder or self._folder))
        return self._processes[-1]

    async def log_in(self) -> None:
        """A login whose access token has to be renewed at the first use."""
        process = self.process()
        await process.store.save(TokenPair(self.zalo.access_token, self.zalo.refresh_token, 1))
        async with process.database.write() as connection:
            await connection.execute(zalo_tokens.update().values(access_expires_at=now()))

    async def let_the_mark_age(self) -> None:
        async with self._processes[0].database.write() as connection:
            await connection.execute(zalo_tokens.update().values(refreshing_since=now() - ABANDONED))

    async def close(self) -> None:
        for process in self._processes:
            await process.end()


@pytest.fixture
async def scene(tables: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """An OA whose tokens have to be renewed, on each kind of database."""
    monkeypatch.setattr(tokens_module, "WAIT_SECONDS", 0.3)
    async with platforms() as around:
        scene = Scene(around, tables, tmp_path)
        await scene.log_in()
        yield scene
        await scene.close()


async def outcomes(*processes: Process) -> set[str]:
    """Let many callers in each process want a token at once; return what they got."""
    found = await asyncio.gather(*(p.use() for p in processes for _ in range(10)), return_exceptions=True)
    return {one if isinstance(one, str) else type(one).__name__ for one in found}


async def test_many_in_two_processes_renew_once(scene: Scene) -> None:
    assert await outcomes(scene.process(), scene.process()) == {scene.zalo.access_token}
    assert (scene.zalo.refreshes, scene.zalo.reused_refresh_tokens) == (1, 0)
    assert not scene.file.exists()


class TestKilledBetweenAnswerAndCommit:
    async def killed(self, scene: Scene) -> Process:
        dying = scene.process()
        scene.faults.add(Fault(FaultKind.SLOW, "access_token", seconds=0.05))
        asking = asyncio.create_task(dying.use())
        await until(lambda: scene.zalo.refreshes == 1)
        dying.database.hangs = True
        await until(scene.file.exists)
        asking.cancel()
        await dying.die()
        return dying

    async def test_the_next_process_finds_the_pair(self, scene: Scene) -> None:
        await self.killed(scene)
        # It need not wait until the mark is old.
        assert await outcomes(scene.process(), scene.process()) == {scene.zalo.access_token}
        assert (scene.zalo.refreshes, scene.zalo.reused_refresh_tokens) == (1, 0)
        assert not scene.file.exists()

    async def test_so_does_the_one_that_comes_back_after_another_was_refused(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        await self.killed(scene)
        await scene.let_the_mark_age()
        elsewhere = scene.process(tmp_path / "another machine")
        assert await outcomes(elsewhere) == {"NeedsLogin"}
        assert await scene.process().use() == scene.zalo.access_token
        assert await elsewhere.use() == scene.zalo.access_token

    async def test_the_file_tells_nobody_anything(self, scene: Scene) -> None:
        await self.killed(scene)
        content = scene.file.read_bytes()
        assert stat.S_IMODE(scene.file.stat().st_mode) == 0o600
        assert scene.zalo.access_token.encode() not in content
        assert scene.zalo.refresh_token.encode() not in content

    async def test_a_login_meanwhile_is_not_undone(self, scene: Scene) -> None:
        await self.killed(scene)
        scene.zalo.codes.add("code-1")
        process = scene.process()
        await process.store.save(await process.client.redeem_code("code-1", "verifier"))
        assert await process.use() == scene.zalo.access_token

    @pytest.mark.parametrize("content", [b"", b"no token", b"gAAAAABk"])
    async def test_a_file_that_is_no_use_is_no_trouble(self, scene: Scene, content: bytes) -> None:
        await self.killed(scene)
        scene.file.write_bytes(content)
        await scene.let_the_mark_age()
        assert await outcomes(scene.process()) == {"NeedsLogin"}


class TestKilledBeforeTheAnswer:
    async def lost(self, scene: Scene, kind: FaultKind) -> None:
        scene.faults.add(Fault(kind, "access_token"))
        with pytest.raises(NotTaken):
            await scene.process().use()

    async def test_a_spent_token_is_tried_once_by_one_process(self, scene: Scene) -> None:
        await self.lost(scene, FaultKind.DROP_AFTER)
        first, second = scene.process(), scene.process()
        assert await first.standing() is Standing.RENEWING
        assert await outcomes(first, second) == {"NotTaken"}, "its owner may still be at it"
        assert scene.zalo.reused_refresh_tokens == 0
        await scene.let_the_mark_age()
        assert await first.standing() is Standing.IN_DOUBT
        assert await outcomes(first, second) == {"NeedsLogin"}
        assert await outcomes(first, second) == {"NeedsLogin"}
        assert scene.zalo.reused_refresh_tokens == 1
        assert await second.standing() is Standing.NEEDS_LOGIN

    async def test_a_token_that_was_not_spent_is_good(self, scene: Scene) -> None:
        await self.lost(scene, FaultKind.DROP_BEFORE)
        await scene.let_the_mark_age()
        assert await outcomes(scene.process(), scene.process()) == {scene.zalo.access_token}
        assert (scene.zalo.refreshes, scene.zalo.reused_refresh_tokens) == (1, 0)

    async def test_the_doubt_stays_while_zalo_is_away(self, scene: Scene) -> None:
        await self.lost(scene, FaultKind.DROP_BEFORE)
        await scene.let_the_mark_age()
        process = scene.process()
        scene.faults.add(Fault(FaultKind.STATUS, "access_token", code=503))
        with pytest.raises(NotTaken):
            await process.use()
        assert await process.standing() is Standing.IN_DOUBT
        assert await process.use() == scene.zalo.access_token

    async def test_while_the_old_access_token_lives_it_is_used(self, scene: Scene) -> None:
        await self.lost(scene, FaultKind.DROP_BEFORE)
        process = scene.process()
        async with process.database.write() as connection:
            await connection.execute(zalo_tokens.update().values(access_expires_at=now() + timedelta(hours=1)))
        assert await process.use() == scene.zalo.access_token
        assert scene.zalo.refreshes == 0


class TestInOneProcess:
    async def test_a_caller_that_is_cut_off_does_not_cut_the_renewal_off(self, scene: Scene) -> None:
        process = scene.process()
        scene.faults.add(Fault(FaultKind.SLOW, "access_token", seconds=0.1))
        asking = asyncio.create_task(process.use())
        await until(lambda: scene.zalo.refreshes == 1)
        asking.cancel()
        await process.store.settle()
        assert await process.standing() is Standing.OK
        assert await process.use() == scene.zalo.access_token
        assert (scene.zalo.refreshes, scene.zalo.reused_refresh_tokens) == (1, 0)

    async def test_a_database_that_refuses_the_pair_is_asked_again(self, scene: Scene) -> None:
        process = scene.process()
        scene.faults.add(Fault(FaultKind.SLOW, "access_token", seconds=0.05))
        asking = asyncio.create_task(process.use())
        await until(lambda: scene.zalo.refreshes == 1)
        process.database.refusals = 2
        assert await asking == scene.zalo.access_token
        assert (process.database.refusals, scene.zalo.refreshes) == (0, 1)

    async def test_an_answer_that_is_no_refusal_is_none(self, scene: Scene) -> None:
        scene.faults.add(Fault(FaultKind.ERROR, "access_token", code=0))
        process = scene.process()
        with pytest.raises(NotTaken):
            await process.use()
        assert await process.standing() is Standing.RENEWING

    async def test_a_refused_token_is_tried_again_only_by_hand(self, scene: Scene) -> None:
        scene.faults.add(Fault(FaultKind.ERROR, "access_token", code=-14003))
        process = scene.process()
        assert await outcomes(process) == {"NeedsLogin"}
        assert await outcomes(process) == {"NeedsLogin"}
        assert len(scene.around.recorder.calls("access_token")) == 1
        found = await process.store.read()
        assert found is not None
        with pytest.raises(NeedsLogin):
            await process.store.renew(found.generation, process.client)
        renewed = await process.store.renew(found.generation, process.client, also_refused=True)
        assert renewed.access_token == scene.zalo.access_token
