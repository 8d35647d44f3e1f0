"""The sandbox: a program of its own, with dossiers in all ten statuses at any time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from serving import Sandbox, code_of

from bot.dossiers.register import build_register
from bot.dossiers.sandbox_process import SandboxProcess, sandbox_systems
from bot.dossiers.settings import DossierSettings
from bot.sandbox.faults import Contract, Fault
from bot.sandbox.store import Store
from bot.settings import PROJECT

CODE = re.compile(r"H49\.\d\d-\d{6}-\d{4}")


class TestDossiers:
    @pytest.mark.parametrize("days", range(0, 28, 4))
    def test_all_ten_statuses_are_there_on_any_day(self, days: int) -> None:
        moment = datetime(2026, 11, 25, 5, tzinfo=UTC) + timedelta(days=days)
        store = Store(":memory:", clock=moment.timestamp)
        assert {item.status for item in store.all()} == set(range(1, 11))
        store.close()

    def test_they_move_with_time_and_keep_what_they_were(self, tmp_path: Path) -> None:
        moment = datetime(2026, 11, 25, 5, tzinfo=UTC).timestamp()
        first = Store(tmp_path / "s.db", clock=lambda: moment)
        before = {item.record.code: item for item in first.all() if not item.record.is_live}
        first.close()
        later = Store(tmp_path / "s.db", clock=lambda: moment + 5 * 86_400)
        after = {item.record.code: item for item in later.all()}
        later.close()
        assert all(after[code].record == item.record for code, item in before.items())
        moved = [code for code, item in before.items() if after[code].status != item.status]
        assert len(moved) > 10
        ended = [item for item in before.values() if item.status in (3, 7, 8, 10)]
        assert all(after[item.record.code].status == item.status for item in ended)

    def test_moving_dossiers_take_a_step_every_few_minutes(self) -> None:
        moment = datetime(2026, 11, 25, 5, tzinfo=UTC).timestamp()
        clock = [moment]
        store = Store(":memory:", clock=lambda: clock[0])
        code = next(item.record.code for item in store.all() if item.record.is_live)
        seen = []
        for _ in range(10):
            found = store.find(code)
            assert found
            seen.append(found.status)
            clock[0] += 180
        store.close()
        assert seen == [1, 2, 4, 5, 4, 6, 4, 9, 10, 10]


class TestPage:
    async def test_it_lists_codes_with_what_a_look_up_needs(self, sandbox: Sandbox) -> None:
        async with httpx.AsyncClient() as http:
            page = await http.get(sandbox.url)
        assert page.status_code == 200
        assert len(set(CODE.findall(page.text))) >= 40
        assert "default-src 'none'" in page.headers["content-security-policy"]
        for item in sandbox.store.all():
            for personal in (item.record.phone, item.record.identity, item.record.email, item.record.address):
                assert personal not in page.text

    async def test_its_buttons_move_dossiers_and_switch_faults(self, sandbox: Sandbox) -> None:
        record = next(item.record for item in sandbox.store.all() if item.record.is_live)
        async with httpx.AsyncClient() as http:
            assert (await http.post(f"{sandbox.url}/advance", data={"code": record.code})).status_code == 303
            found = sandbox.store.find(record.code)
            assert found
            assert found.status == 2
            answer = await http.post(f"{sandbox.url}/faults", data={"contract": "igate", "fault": "maintenance"})
            assert answer.status_code == 303
            assert sandbox.faults.current(Contract.IGATE) is Fault.MAINTENANCE
            assert sandbox.faults.current(Contract.NATIONAL) is Fault.NONE
            assert (await http.post(f"{sandbox.url}/faults", data={"fault": "x"})).status_code == 422
            await http.post(f"{sandbox.url}/restart")
        found = sandbox.store.find(record.code)
        assert found
        assert found.status == 1


class TestProcess:
    async def test_it_starts_answers_and_ends(self, tmp_path: Path) -> None:
        process = SandboxProcess(tmp_path / "own.db")
        url = process.start()
        assert process.start() == url
        register = build_register(sandbox_systems(url))
        code = code_of(next(item.record for item in Store(tmp_path / "own.db").all()))
        system = register.find(code)
        assert system is not None
        assert (await system.lookup(code)).code == code
        await register.close()
        process.stop()
        assert not process.is_running

    @pytest.mark.blackbox
    def test_it_ends_when_its_parent_is_killed(self) -> None:
        program = (
            "import time\n"
            "from bot.dossiers.sandbox_process import SandboxProcess\n"
            "print(SandboxProcess(':memory:').start(), flush=True)\n"
            "time.sleep(60)\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        assert parent.stdout
        url = parent.stdout.readline().strip()
        assert httpx.get(f"{url}/healthz").json() == {"alive": True}
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                httpx.get(f"{url}/healthz")
            except httpx.TransportError:
                return
            time.sleep(0.1)
        pytest.fail("the sandbox outlived its parent")


class TestSettings:
    def test_systems_are_read_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        systems = """[
          {"contract": "igate", "name": "igate", "prefixes": ["H49"], "url": "https://a.example.vn",
           "token_url": "https://b.example.vn/token", "client_id": "x", "client_secret": "s3cret"},
          {"contract": "opencps", "name": "opencps", "prefixes": ["H49.31", "H49.32.01"],
           "url": "https://c.example.vn/o/rest/v2", "token": "t0ken", "group_id": "1"}
        ]"""
        monkeypatch.setenv("MOTCUA_DOSSIER_SYSTEMS", systems)
        settings = DossierSettings(_env_file=None)  # type: ignore[call-arg]
        assert "s3cret" not in repr(settings)
        assert "t0ken" not in repr(settings)
        register = build_register(settings.systems)
        named = {
            "H49.22-261105-0001": "igate", "H49-261105-0001": "igate", "H49.31.05-261105-0001": "opencps",
            "000.00.31.H49-250101-0001": "opencps", "H49.32-261105-0001": "igate",
            "H49.32.01-261105-0001": "opencps",
        }  # fmt: skip
        from bot.clock import today_in_vietnam
        from bot.dossiers.code import parse_code

        for code, name in named.items():
            system = register.find(parse_code(code, today_in_vietnam()))
            assert system is not None
            assert (code, system.name) == (code, name)
        assert register.find(parse_code("H48.22-261105-0001", today_in_vietnam())) is None

    def test_names_and_prefixes_must_differ(self, monkeypatch: pytest.MonkeyPatch) -> None:
        one = (
            '{"contract": "opencps", "name": "a", "prefixes": ["H49"], "url": "https://c.example.vn",'
            ' "token": "t", "group_id": "1"}'
        )
        monkeypatch.setenv("MOTCUA_DOSSIER_SYSTEMS", f"[{one}, {one}]")
        with pytest.raises(ValueError, match="must differ"):
            DossierSettings(_env_file=None)  # type: ignore[call-arg]
