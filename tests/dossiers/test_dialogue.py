"""Talking about dossiers, through the whole line and over HTTP to the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from citizens import Citizen, service_with
from serving import Sandbox

from bot.dossiers import sentences
from bot.dossiers.recognition import HIDDEN
from bot.dossiers.wording import APOLOGY_RULE
from bot.sandbox.faults import Contract, Fault
from bot.service import Service
from bot.storage.tables import conversations, inbox
from bot.training.releases import Release


@pytest.fixture
async def service(sandbox: Sandbox, release: Release, tmp_path: Path) -> AsyncIterator[Service]:
    async with service_with(sandbox.url, release, tmp_path) as service:
        yield service


@pytest.fixture
def citizen(service: Service) -> Citizen:
    return Citizen(service)


class TestAsking:
    async def test_the_code_is_asked_for_then_the_proof_then_all_is_told(
        self, citizen: Citizen, sandbox: Sandbox, contract: Contract
    ) -> None:
        record = sandbox.record(contract, 4)
        said = await citizen("hồ sơ của tôi đến đâu rồi")
        assert (said.outcome, said.text) == ("dossier", sentences.ASK_CODE)
        said = await citizen(record.code.lower().replace("-", " – "))
        assert "đang được giải quyết" in said.text
        assert f"{record.due:%d/%m/%Y}" in said.text
        assert sentences.ASK_PROOF in said.text
        assert record.procedure not in said.text
        assert record.agency not in said.text
        said = await citizen(f"dạ 4 số cuối là {record.phone[-4:]} ạ")
        assert record.procedure in said.text
        assert record.agency in said.text

    @pytest.mark.parametrize("status", range(1, 11))
    async def test_each_status_has_a_sentence_and_a_next_step(
        self, citizen: Citizen, sandbox: Sandbox, status: int
    ) -> None:
        record = sandbox.record(Contract.NATIONAL, status)
        public = await citizen(record.code)
        said = await citizen(record.identity[-4:])
        assert said.outcome == "dossier"
        assert len({public.text, said.text}) == 2
        assert "anh/chị" in said.text.lower() or status in (7, 10)
        if status == 5:
            assert "giấy chứng sinh" in said.text
        if status == 6:
            assert " đ." in said.text
        if status == 9:
            assert record.agency in said.text

    async def test_a_pin_is_taken_where_the_system_has_one(self, citizen: Citizen, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.OPENCPS, 4)
        said = await citizen(f"{record.code} mã pin {record.pin}")
        assert record.procedure in said.text
        assert await citizen.stored() == f"{record.code} {HIDDEN}"

    async def test_late_dossiers_are_explained_with_the_apology_letter(
        self, citizen: Citizen, sandbox: Sandbox
    ) -> None:
        late = next(
            item.record for item in sandbox.store.all()
            if item.status == 4 and (item.record.received - item.record.due).days < -1
            and item.record.due < item.record.received.now(item.record.due.tzinfo)
        )  # fmt: skip
        assert APOLOGY_RULE in (await citizen(late.code)).text

    async def test_the_dossier_is_remembered(self, citizen: Citizen, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.IGATE, 4)
        await citizen(f"{record.code} {record.phone[-4:]}")
        await citizen("lệ phí đăng ký kết hôn bao nhiêu")
        assert record.procedure in (await citizen("hồ sơ lúc nãy sao rồi")).text
        assert record.code in (await citizen("hồ sơ của tôi đến đâu rồi")).text

    async def test_several_dossiers_are_answered_one_by_one(self, citizen: Citizen, sandbox: Sandbox) -> None:
        records = [sandbox.record(contract, 4) for contract in Contract]
        said = await citizen("tra giúp " + ", ".join(record.code for record in records))
        assert [record.code in reply["text"] for record, reply in zip(records, said.replies, strict=True)] == [
            True
        ] * 3
        assert all(reply["buttons"][0]["title"] == sentences.MORE for reply in said.replies)

    async def test_other_provinces_and_bad_dates_are_named(self, citizen: Citizen) -> None:
        assert "Lào Cai" in (await citizen("H38.07-260830-0660")).text
        assert "ngày trong mã chưa đúng" in (await citizen("H49.22-261332-0123")).text

    async def test_an_unclear_code_is_asked_about_with_a_button(self, citizen: Citizen, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.IGATE, 4)
        said = await citizen(record.code[:-4] + record.code[-4:].replace("0", "O"))
        assert said.titles == [f"Mã {record.code}"]
        assert record.code in (await citizen.press(said.main["buttons"][0]["id"])).text


class TestProof:
    async def test_another_question_in_between_is_answered_and_the_proof_still_taken(
        self, citizen: Citizen, sandbox: Sandbox
    ) -> None:
        record = sandbox.record(Contract.IGATE, 4)
        await citizen(record.code)
        said = await citizen("đăng ký kết hôn cần giấy tờ gì")
        assert (said.outcome, said.aspect) == ("answer", "documents")
        assert record.procedure in (await citizen(record.phone[-4:])).text

    async def test_a_number_nobody_asked_for_is_no_proof(self, citizen: Citizen) -> None:
        assert (await citizen("1985")).outcome != "dossier"

    async def test_not_found_and_not_yours_sound_the_same(self, citizen: Citizen, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.NATIONAL, 4)
        unknown = await citizen(f"{record.code[:-4]}9998 1234")
        await citizen(record.code)
        wrong = await citizen(_other(record.phone, record.identity))
        assert unknown.main | {"buttons": []} == wrong.main | {"buttons": []}
        assert wrong.text == sentences.NO_MATCH

    async def test_five_wrong_proofs_lock_the_code_for_everybody(self, service: Service, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.OPENCPS, 4)
        guesser, owner = Citizen(service), Citizen(service)
        await guesser(record.code)
        texts = [(await guesser(_other(record.phone, record.identity, record.pin, skip=n))).text for n in range(5)]
        assert texts == [sentences.NO_MATCH] * 4 + [sentences.LOCKED.format(minutes=60)]
        assert (await guesser(record.phone[-4:])).text != sentences.NO_MATCH
        assert await guesser.stored() == HIDDEN
        await owner(record.code)
        said = await owner(record.phone[-4:])
        assert said.text.startswith("Đã có nhiều lần xác nhận không khớp")

    async def test_a_code_that_does_not_exist_locks_the_same_way(self, service: Service, sandbox: Sandbox) -> None:
        code = sandbox.record(Contract.IGATE, 4).code[:-4] + "9998"
        texts = [(await Citizen(service)(f"{code} {n:04}")).text for n in range(6)]
        assert texts == [sentences.NO_MATCH] * 4 + [sentences.LOCKED.format(minutes=60)] * 2

    async def test_a_right_proof_forgives(self, service: Service, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.IGATE, 4)
        for _ in range(3):
            citizen = Citizen(service)
            await citizen(record.code)
            for skip in range(3):
                await citizen(_other(record.phone, record.identity, skip=skip))
            assert record.procedure in (await citizen(record.phone[-4:])).text

    async def test_a_proof_in_a_hurry_is_not_kept_either(self, service: Service, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.IGATE, 4)
        citizen = Citizen(service)
        # The second message is accepted before the first one is answered.
        await citizen.send(record.code)
        await citizen.answers(await citizen.send(record.phone[-4:]))
        assert await citizen.stored() == HIDDEN

    async def test_the_proof_reaches_no_dialogue_state(self, citizen: Citizen, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.IGATE, 4)
        await citizen(record.code)
        for text in (
            _other(record.phone, record.identity),
            f"{record.phone[-4:]}, còn phí kết hôn bao nhiêu",
            record.phone[-4:],
        ):
            await citizen(text)
        dump = await _everything(citizen.service)
        assert record.phone[-4:] not in dump
        assert _other(record.phone, record.identity) not in dump

    async def test_the_proof_counts_for_its_conversation_only(self, service: Service, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.IGATE, 4)
        await Citizen(service)(f"{record.code} {record.phone[-4:]}")
        assert record.procedure not in (await Citizen(service)(record.code)).text


class TestFaults:
    @pytest.mark.parametrize("fault", [Fault.ERROR, Fault.GARBAGE, Fault.MAINTENANCE, Fault.OTHER_CODE])
    async def test_an_outage_is_said_with_the_hotline_and_no_status(
        self, sandbox: Sandbox, release: Release, tmp_path: Path, fault: Fault
    ) -> None:
        async with service_with(sandbox.url, release, tmp_path, hotline="1900 0000") as service:
            sandbox.faults.set(None, fault)
            said = await Citizen(service)(sandbox.record(Contract.IGATE, 4).code)
        assert (said.outcome, said.text) == ("error", sentences.outage("1900 0000"))

    async def test_a_wrong_status_is_never_shown_from_memory_during_an_outage(
        self, service: Service, sandbox: Sandbox
    ) -> None:
        record = sandbox.record(Contract.IGATE, 4)
        citizen = Citizen(service)
        await citizen(record.code)
        sandbox.faults.set(None, Fault.ERROR)
        assert (await citizen(record.phone[-4:])).outcome == "error"
        sandbox.heal()
        assert record.procedure in (await citizen(record.phone[-4:])).text

    async def test_a_slow_answer_comes_in_the_same_turn(self, service: Service, sandbox: Sandbox) -> None:
        record = sandbox.record(Contract.IGATE, 4)
        sandbox.faults.set(Contract.IGATE, Fault.SLOW, seconds=1.0)
        citizen = Citizen(service)
        assert "đang được giải quyết" in (await citizen(record.code)).text
        assert record.procedure in (await citizen(record.phone[-4:])).text

    async def test_a_hanging_system_holds_nobody_else(self, service: Service, sandbox: Sandbox) -> None:
        sandbox.faults.set(None, Fault.HANG)
        waiting = [Citizen(service) for _ in range(30)]
        sent = [await citizen.send(f"H49.22-261105-{n:04}") for n, citizen in enumerate(waiting)]
        others = [Citizen(service) for _ in range(20)]
        answers = await asyncio.gather(*(other("đăng ký kết hôn cần giấy tờ gì") for other in others))
        assert {said.outcome for said in answers} == {"answer"}
        # All others were answered although every look-up still hangs.
        assert {await citizen.row(citizen.inbox_id, inbox.c.status) for citizen in waiting} == {"pending"}
        late = await asyncio.gather(*(c.answers(i) for c, i in zip(waiting, sent, strict=True)))
        assert {said.outcome for said in late} == {"error"}


class TestCounters:
    async def test_walking_through_codes_pauses(self, service: Service, sandbox: Sandbox) -> None:
        citizen = Citizen(service)
        codes = [item.record.code for item in sandbox.store.all()][:14]
        texts = [(await citizen(code)).text for code in codes]
        assert all(code in text for code, text in zip(codes[:10], texts, strict=False))
        assert {text.split(".")[0] for text in texts[10:]} == {"Anh/chị đã tra nhiều lần"}

    async def test_guessing_codes_pauses(self, service: Service) -> None:
        citizen = Citizen(service)
        texts = [(await citizen(f"H49.22-261104-{n:04}")).text for n in range(700, 708)]
        assert texts[:5] == [sentences.NO_MATCH] * 5
        assert {text.split(".")[0] for text in texts[5:]} == {"Anh/chị đã tra nhiều lần"}


def _other(*numbers: str, skip: int = 0) -> str:
    """Four digits that fit none of the numbers."""
    wrong = (f"{n:04}" for n in range(1000, 9999, 7) if not any(number.endswith(f"{n:04}") for number in numbers))
    return [next(wrong) for _ in range(skip + 1)][-1]


async def _everything(service: Service) -> str:
    """The whole database as text."""
    from sqlalchemy import select

    from bot.storage.tables import metadata

    pieces = []
    async with service.database.read() as connection:
        for table in metadata.sorted_tables:
            kept = [column for column in table.columns if column.name not in {"created_at", "at", "received_at"}]
            wanted = [column for column in kept if table is not conversations or column.name != "address"]
            rows = (await connection.execute(select(*wanted))).all()
            pieces += [str(value) for row in rows for value in row if not _is_random(value)]
    return "\n".join(pieces)


def _is_random(value: object) -> bool:
    """Ids and hashes hold any four digits by chance."""
    text = str(value)
    return len(text) >= 20 and text.isalnum()
