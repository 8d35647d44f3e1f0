"""Notices: consent, one message for each change, the right hours, and the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from citizens import Citizen, service_with
from serving import Sandbox, code_of
from sqlalchemy import select, update

from bot.clock import VIETNAM, now
from bot.dossiers import sentences
from bot.dossiers.code import DossierCode
from bot.dossiers.dossier import Dossier
from bot.dossiers.dossiers import Dossiers
from bot.dossiers.status import Status
from bot.dossiers.watching.times import after_failure, may_send, next_check
from bot.sandbox.faults import Contract, Fault
from bot.sandbox.scenarios import Record
from bot.service import Service
from bot.storage.dossier_tables import dossier_watches
from bot.storage.tables import conversations, outbox
from bot.training.releases import Release

TRIAL_PACE = 0.0001
"""Checks at once, at any hour."""


@pytest.fixture
async def service(sandbox: Sandbox, release: Release, tmp_path: Path) -> AsyncIterator[Service]:
    async with service_with(sandbox.url, release, tmp_path, watch_pace=TRIAL_PACE) as service:
        yield service


def moving(sandbox: Sandbox, *statuses: int) -> Record:
    """A dossier that takes its next step when it is told to."""
    record = replace(
        sandbox.record(Contract.IGATE, 4),
        code="H49.22-261105-0800",
        steps=tuple((index * 1e6, status) for index, status in enumerate(statuses)),
        received=now().astimezone(VIETNAM) - timedelta(minutes=5),
    )
    sandbox.store.add(record)
    return record


async def subscribed(service: Service, record: Record, channel: str = "web") -> Citizen:
    citizen = Citizen(service, channel)
    await citizen(f"{record.code} {record.phone[-4:]}")
    said = await citizen("báo cho tôi khi có kết quả")
    assert sentences.ASK_CONSENT.format(code=record.code, days=90) == said.text
    assert (await citizen("đồng ý")).text == sentences.WATCHING.format(code=record.code)
    return citizen


async def check(service: Service) -> None:
    """Look at everything that is watched, now."""
    async with service.database.write() as connection:
        await connection.execute(update(dossier_watches).values(next_check_at=now() - timedelta(seconds=1)))
    await service.dossiers.watcher.check_some()


async def notices(service: Service, citizen: Citizen) -> list[str]:
    async with service.database.read() as connection:
        bodies = await connection.scalars(
            select(outbox.c.body)
            .where(outbox.c.conversation_id == citizen.id, outbox.c.author == "system")
            .order_by(outbox.c.seq)
        )
        return [body["text"] for body in bodies]


async def states(service: Service) -> list[str]:
    async with service.database.read() as connection:
        return list(await connection.scalars(select(dossier_watches.c.state).order_by(dossier_watches.c.id)))


class TestNotices:
    async def test_each_change_is_told_once(self, service: Service, sandbox: Sandbox) -> None:
        record = moving(sandbox, 4, 5, 4, 5, 9, 10)
        citizen = await subscribed(service, record)
        for _ in range(2):
            await check(service)
        assert await notices(service, citizen) == []
        for step in range(1, 6):
            assert sandbox.store.advance(record.code)
            await asyncio.gather(check(service), check(service))
            await check(service)
            assert len(await notices(service, citizen)) == step
        texts = await notices(service, citizen)
        assert "đang chờ người nộp làm thêm một việc" in texts[0]
        assert "đã có kết quả" in texts[3]
        assert "tin cuối cùng" in texts[4]
        assert await states(service) == ["ended"]

    async def test_a_notice_shows_neither_the_code_nor_details(self, service: Service, sandbox: Sandbox) -> None:
        record = moving(sandbox, 4, 6)
        citizen = await subscribed(service, record)
        sandbox.store.advance(record.code)
        await check(service)
        (text,) = await notices(service, citizen)
        assert record.code not in text
        assert code_of(record).masked in text
        for detail in (record.procedure, record.agency, record.name, "đ."):
            assert detail not in text.split("\n")[0]

    async def test_the_buttons_of_a_notice_work(self, service: Service, sandbox: Sandbox) -> None:
        record = moving(sandbox, 4, 5)
        citizen = await subscribed(service, record)
        sandbox.store.advance(record.code)
        await check(service)
        (notice,) = [body for body in await citizen.news() if "có thay đổi" in body["text"]]
        view, stop = notice["buttons"]
        assert record.code in (await citizen.press(view["id"])).text
        assert (await citizen.press(stop["id"])).text == sentences.STOPPED.format(codes=record.code)
        assert await states(service) == ["ended"]

    async def test_pushed_channels_get_an_outbox_row_to_send(self, service: Service, sandbox: Sandbox) -> None:
        record = moving(sandbox, 4, 9)
        citizen = await subscribed(service, record, "telegram")
        sandbox.store.advance(record.code)
        await check(service)
        async with service.database.read() as connection:
            row = (
                await connection.execute(
                    select(outbox).where(outbox.c.conversation_id == citizen.id, outbox.c.author == "system")
                )
            ).one()
        assert (row.status, row.inbox_id, row.outcome) == ("pending", None, "dossier")

    async def test_a_late_dossier_is_told_once(self, service: Service, sandbox: Sandbox) -> None:
        record = moving(sandbox, 4, 9)
        citizen = await subscribed(service, record)
        late = replace(record, due=now().astimezone(VIETNAM) - timedelta(days=2))
        sandbox.store.add(late)
        async with service.database.write() as connection:
            await connection.execute(update(dossier_watches).values(due_on=late.due.date()))
        for _ in range(3):
            await check(service)
        (text,) = await notices(service, citizen)
        assert "quá ngày hẹn" in text

    async def test_an_outage_says_nothing_and_is_made_up_for(self, service: Service, sandbox: Sandbox) -> None:
        record = moving(sandbox, 4, 9)
        citizen = await subscribed(service, record)
        sandbox.faults.set(None, Fault.ERROR)
        sandbox.store.advance(record.code)
        await check(service)
        assert await notices(service, citizen) == []
        sandbox.heal()
        await check(service)
        assert len(await notices(service, citizen)) == 1

    async def test_watches_survive_a_restart(self, sandbox: Sandbox, release: Release, tmp_path: Path) -> None:
        record = moving(sandbox, 4, 9)
        async with service_with(sandbox.url, release, tmp_path / "a", watch_pace=TRIAL_PACE) as service:
            citizen = await subscribed(service, record)
        sandbox.store.advance(record.code)
        async with service_with(sandbox.url, release, tmp_path / "a", watch_pace=TRIAL_PACE) as again:
            async with asyncio.timeout(20):
                while not await notices(again, citizen):
                    await check(again)
            assert len(await notices(again, citizen)) == 1

    async def test_an_erased_conversation_is_told_nothing(self, service: Service, sandbox: Sandbox) -> None:
        record = moving(sandbox, 4, 9)
        citizen = await subscribed(service, record)
        async with service.database.write() as connection:
            await connection.execute(conversations.delete().where(conversations.c.id == citizen.id))
        assert await states(service) == []
        await check(service)


class TestManaging:
    async def test_without_proof_nothing_is_watched(self, service: Service, sandbox: Sandbox) -> None:
        record = moving(sandbox, 4, 9)
        citizen = Citizen(service)
        said = await citizen("báo cho tôi khi có kết quả")
        assert said.text == sentences.ASK_CODE
        assert sentences.ASK_PROOF in (await citizen(record.code)).text
        assert await states(service) == []
        assert (await citizen(record.phone[-4:])).titles == [sentences.YES, sentences.NO]
        assert (await citizen("thôi không cần")).text == sentences.DECLINED
        assert await states(service) == []

    async def test_consent_is_recorded(self, service: Service, sandbox: Sandbox) -> None:
        await subscribed(service, moving(sandbox, 4, 9))
        async with service.database.read() as connection:
            row = (await connection.execute(select(dossier_watches))).one()
        assert row.consent_text == sentences.CONSENT_VERSION
        assert row.consented_at is not None

    async def test_listing_and_stopping(self, service: Service, sandbox: Sandbox) -> None:
        citizen = await subscribed(service, moving(sandbox, 4, 9))
        assert "H49.22-261105-0800" in (await citizen("tôi đang theo dõi những hồ sơ nào")).text
        assert (await citizen("dừng báo")).text == sentences.STOPPED.format(codes="H49.22-261105-0800")
        assert (await citizen("dừng báo")).text == sentences.NOT_WATCHING

    async def test_ended_dossiers_are_not_watched(self, service: Service, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.IGATE, 10)
        citizen = Citizen(service)
        await citizen(f"{record.code} {record.phone[-4:]}")
        said = await citizen("báo cho tôi khi có thay đổi")
        assert said.text == sentences.NOTHING_TO_WATCH.format(code=record.code)

    async def test_no_more_than_five_are_watched(
        self, make_dossiers: Callable[..., Dossiers], service: Service
    ) -> None:
        from bot.dossiers.watching.watches import TooManyWatches

        citizen = Citizen(service)
        await citizen("xin chào")
        watches = service.dossiers.watches
        for number in range(5):
            assert await watches.start(str(citizen.id), dossier(Status.PROCESSING, number=number))
        with pytest.raises(TooManyWatches):
            await watches.start(str(citizen.id), dossier(Status.PROCESSING, number=9))


def dossier(status: Status, due: date | None = None, number: int = 1) -> Dossier:
    return Dossier(DossierCode("H49.22", "261105", f"{number:04}"), status, now(), due_on=due)


class TestTimes:
    MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    """9:00 in Việt Nam."""

    @pytest.mark.parametrize(("hour", "expected"), [(7, False), (8, True), (19, True), (20, False), (3, False)])
    def test_people_are_not_woken(self, hour: int, expected: bool) -> None:
        assert may_send(datetime(2026, 11, 23, hour, 10, tzinfo=VIETNAM)) is expected

    @pytest.mark.parametrize("status", [Status.PROCESSING, Status.SUPPLEMENT, Status.READY])
    def test_checks_fall_into_office_hours_spread_at_random(self, status: Status) -> None:
        planned = [
            next_check(dossier(status), self.MONDAY + timedelta(hours=h)) for h in range(168) for _ in range(3)
        ]
        for moment in planned:
            local = moment.astimezone(VIETNAM)
            assert local.weekday() != 6
            assert (7, 30) <= (local.hour, local.minute) < (17, 30)
        assert len(set(planned)) == len(planned)

    def test_around_the_due_day_it_is_looked_at_more_often(self) -> None:
        today = self.MONDAY.astimezone(VIETNAM).date()
        near = next_check(dossier(Status.PROCESSING, today), self.MONDAY)
        far = next_check(dossier(Status.PROCESSING, today + timedelta(days=9)), self.MONDAY)
        assert near < far

    def test_a_failing_system_is_asked_less_and_less(self) -> None:
        first, later = after_failure(0, self.MONDAY), after_failure(4, self.MONDAY)
        assert timedelta(minutes=9) < first - self.MONDAY < timedelta(minutes=15)
        assert later > first + timedelta(hours=1)
