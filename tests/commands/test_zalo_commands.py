"""`motcua zalo …` against a fake Zalo over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result

from bot.commands.up_with_fakes import _beside
from bot.commands.zalo_login import challenge_of
from bot.fakes.platforms import Platforms, make_platforms

Run = Callable[..., Result]


@pytest.fixture
def platforms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platforms]:
    platforms = make_platforms({"zalo"})
    with _beside(platforms, 0, None) as address:
        for name, value in platforms.environment(address, "http://127.0.0.1:9").items():
            monkeypatch.setenv(name, value)
        yield platforms


def test_the_challenge_fits_the_published_vector() -> None:
    verifier = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    assert challenge_of(verifier) == "6oZqdX5MOLq_qBJ8vppAnT4fk6AP8UiP9zX8-Rev_9A"


def test_logging_in_stores_tokens_and_prints_none(run: Run, platforms: Platforms) -> None:
    platforms.zalo.codes.add("code-7")
    result = run("zalo", "login", "--code", "https://office.example/?code=code-7&oa_id=1")
    assert (result.exit_code, "Một Cửa Quảng Ninh" in result.stdout) == (0, True)
    shown = run("zalo", "status")
    renewed = run("zalo", "refresh")
    assert (shown.exit_code, renewed.exit_code, platforms.zalo.refreshes) == (0, 0, 1)
    printed = result.output + shown.output + renewed.output
    assert platforms.zalo.access_token not in printed
    assert platforms.zalo.refresh_token not in printed


def test_a_spent_code_is_said(run: Run, platforms: Platforms) -> None:
    result = run("zalo", "login", "--code", "spent")
    assert (result.exit_code, "chỉ dùng một lần" in result.stderr) == (1, True)


def test_nobody_logged_in_is_said(run: Run, platforms: Platforms) -> None:
    result = run("zalo", "status")
    assert (result.exit_code, "motcua zalo login" in result.stderr) == (1, True)


def test_a_login_that_is_needed_is_said_everywhere(run: Run, platforms: Platforms) -> None:
    platforms.zalo.codes |= {"code-1", "code-2"}
    run("zalo", "login", "--code", "code-1")
    # Somebody else used the refresh token: ours is dead, and so is the access token.
    platforms.zalo.issue_tokens()
    status, doctor, renewed = run("zalo", "status"), run("doctor"), run("zalo", "refresh")
    assert (status.exit_code, "cần đăng nhập lại" in status.stdout) == (1, True)
    assert "motcua zalo login" in next(line for line in doctor.stdout.splitlines() if "Zalo" in line)
    assert (renewed.exit_code, "motcua zalo login" in renewed.stderr) == (1, True)
    assert platforms.zalo.reused_refresh_tokens == 2, "once by itself, once by hand"
    again = run("zalo", "login", "--code", "code-2")
    assert (again.exit_code, "dùng được" in again.stdout) == (0, True)


def test_missing_settings_are_named(run: Run) -> None:
    result = run("zalo", "status")
    assert (result.exit_code, "MOTCUA_ZALO_APP_ID" in result.stderr) == (1, True)


def test_doctor_names_the_channels(run: Run, platforms: Platforms) -> None:
    platforms.zalo.codes.add("code-8")
    run("zalo", "login", "--code", "code-8")
    lines = run("doctor").stdout.splitlines()
    zalo = next(line for line in lines if "Zalo" in line)
    assert "OA Một Cửa Quảng Ninh" in zalo
    assert any("Telegram" in line and "tắt" in line for line in lines)
