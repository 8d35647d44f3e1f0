"""Faults of systems: what the guards do, and that no wrong status comes out of them."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable

import pytest
from serving import Sandbox, code_of

from bot.dossiers.breaker import Breaker
from bot.dossiers.code import DossierCode
from bot.dossiers.desk import Outcome, Question
from bot.dossiers.dossier import Dossier
from bot.dossiers.dossiers import Dossiers
from bot.dossiers.errors import Malformed, RateLimited, SystemFault, Unavailable
from bot.dossiers.guarded import GuardedSystem
from bot.dossiers.proof import Proof
from bot.dossiers.register import Register
from bot.sandbox.faults import Contract, Fault


class TestFaults:
    @pytest.mark.parametrize(
        "fault",
        [Fault.ERROR, Fault.MAINTENANCE, Fault.GARBAGE, Fault.HUGE, Fault.LIMITED, Fault.OTHER_CODE],
    )
    async def test_a_fault_gives_no_status(
        self, sandbox: Sandbox, register: Register, contract: Contract, fault: Fault
    ) -> None:
        code = code_of(sandbox.record(contract, 4))
        system = register.find(code)
        assert system is not None
        sandbox.faults.set(contract, fault)
        with pytest.raises(SystemFault):
            await system.lookup(code)

    async def test_an_expired_session_is_not_noticed_by_anybody(
        self, sandbox: Sandbox, register: Register, contract: Contract
    ) -> None:
        code = code_of(sandbox.record(contract, 4))
        system = register.find(code)
        assert system is not None
        await system.lookup(code)
        sandbox.faults.set(contract, Fault.EXPIRED)
        if contract is Contract.OPENCPS:
            # Its token is issued by hand: the operator has to act.
            with pytest.raises(SystemFault):
                await system.lookup(code)
        else:
            assert (await system.lookup(code)).status == 4

    async def test_a_slow_system_is_waited_for_and_counts_as_slow(
        self, sandbox: Sandbox, register: Register
    ) -> None:
        code = code_of(sandbox.record(Contract.IGATE, 4))
        system = register.find(code)
        assert system is not None
        sandbox.faults.set(Contract.IGATE, Fault.SLOW, seconds=0.6)
        running = asyncio.create_task(system.lookup(code))
        await asyncio.sleep(0.4)
        assert system.is_slow
        assert (await running).status == 4
        assert not system.is_slow

    async def test_the_desk_says_unavailable_and_the_audit_knows(
        self, sandbox: Sandbox, make_dossiers: Callable[..., Dossiers], contract: Contract
    ) -> None:
        dossiers = make_dossiers()
        sandbox.faults.set(contract, Fault.MAINTENANCE)
        result = await dossiers.desk.look_up(Question(code_of(sandbox.record(contract, 4)), "web"))
        assert (result.outcome, result.dossier) == (Outcome.UNAVAILABLE, None)
        sandbox.heal()

    async def test_each_status_is_read_through_each_contract(
        self, sandbox: Sandbox, register: Register, contract: Contract
    ) -> None:
        for status in range(1, 11):
            code = code_of(sandbox.record(contract, status))
            system = register.find(code)
            assert system is not None
            assert (await system.lookup(code)).status == status

    async def test_no_fault_writes_an_answer_or_a_code_into_the_log(
        self, sandbox: Sandbox, register: Register, contract: Contract, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        record = sandbox.record(contract, 4)
        system = register.find(code_of(record))
        assert system is not None
        for fault in (Fault.ERROR, Fault.GARBAGE, Fault.OTHER_CODE):
            sandbox.faults.set(contract, fault)
            with pytest.raises(SystemFault):
                await system.lookup(code_of(record), Proof("7531"))
        ours = [
            entry.getMessage() for entry in caplog.records if entry.name.startswith(("bot", "httpx", "httpcore"))
        ]
        assert ours
        for personal in (record.code, record.phone, record.name, record.identity, "7531"):
            assert not [message for message in ours if personal in message]


class Scripted:
    """A system that does what a test says."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.work = work
        self.asked = 0

    async def lookup(self, code: DossierCode, proof: Proof | None = None) -> Dossier:
        self.asked += 1
        result = self.work()
        if asyncio.iscoroutine(result):
            result = await result
        if isinstance(result, Exception):
            raise result
        assert isinstance(result, Dossier)
        return result

    async def close(self) -> None: ...


CODE = DossierCode("H49.22", "261105", "0123")


def guarded(system: Scripted, clock: Callable[[], float] = time.monotonic, **limits: float) -> GuardedSystem:
    breaker = Breaker("test", clock=clock)
    values = {"at_once": 4, "per_second": None, "seconds": 5.0, **limits}
    return GuardedSystem("test", system, breaker=breaker, **values)  # type: ignore[arg-type]


class TestBreaker:
    async def test_after_five_faults_the_system_is_left_alone_then_tried_once(self) -> None:
        moment = 0.0
        system = Scripted(lambda: Unavailable("x"))
        guards = guarded(system, clock=lambda: moment)
        for _ in range(7):
            with pytest.raises(Unavailable):
                await guards.lookup(CODE)
        assert system.asked == 5
        moment = 61.0
        for _ in range(3):
            with pytest.raises(Unavailable):
                await guards.lookup(CODE)
        assert system.asked == 6

    async def test_faults_far_apart_do_not_open_it(self) -> None:
        moment = 0.0
        system = Scripted(lambda: Malformed("x"))
        guards = guarded(system, clock=lambda: moment)
        for _ in range(20):
            moment += 30.0
            with pytest.raises(Malformed):
                await guards.lookup(CODE)
        assert system.asked == 20

    async def test_asked_to_wait_it_waits_at_once(self) -> None:
        moment = 0.0
        system = Scripted(lambda: RateLimited(40))
        guards = guarded(system, clock=lambda: moment)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await guards.lookup(CODE)
        assert system.asked == 1
        moment = 41.0
        with pytest.raises(Unavailable):
            await guards.lookup(CODE)
        assert system.asked == 2

    async def test_a_success_closes_it(self) -> None:
        moment = 0.0
        answers: list[object] = [Unavailable("x")] * 5 + [_dossier()] * 3
        guards = guarded(Scripted(lambda: answers.pop(0)), clock=lambda: moment)
        for _ in range(5):
            with pytest.raises(Unavailable):
                await guards.lookup(CODE)
        moment = 61.0
        assert (await guards.lookup(CODE)).code == CODE
        assert (await guards.lookup(CODE)).code == CODE


class TestLimits:
    async def test_a_hanging_system_ends_at_the_limit(self) -> None:
        guards = guarded(Scripted(lambda: asyncio.sleep(60)), seconds=0.05)
        with pytest.raises(Unavailable):
            await guards.lookup(CODE)

    async def test_a_mistake_of_ours_becomes_a_fault_without_text(self) -> None:
        guards = guarded(Scripted(lambda: KeyError("0900001104")))
        with pytest.raises(SystemFault) as caught:
            await guards.lookup(CODE)
        assert "0900001104" not in str(caught.value)

    async def test_no_more_requests_run_at_once_than_allowed(self) -> None:
        running, most = 0, 0

        async def work() -> Dossier:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1
            return _dossier()

        guards = guarded(Scripted(work), at_once=3)
        await asyncio.gather(*(guards.lookup(CODE) for _ in range(12)))
        assert most == 3

    async def test_requests_keep_the_pace_the_province_allows(self) -> None:
        started: list[float] = []

        def work() -> Dossier:
            started.append(asyncio.get_running_loop().time())
            return _dossier()

        guards = guarded(Scripted(work), per_second=50.0)
        await asyncio.gather(*(guards.lookup(CODE) for _ in range(5)))
        gaps = [later - earlier for earlier, later in itertools.pairwise(started)]
        assert min(gaps) >= 0.01


def _dossier() -> Dossier:
    from bot.clock import now
    from bot.dossiers.status import Status

    return Dossier(CODE, Status.PROCESSING, now())
