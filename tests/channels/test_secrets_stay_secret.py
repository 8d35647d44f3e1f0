"""Tokens and secrets appear in no log, error or health report, however things fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pushed_support import APP_SECRET, OA_SECRET, TOKEN, line, until

from bot.fakes.faults import Fault, FaultKind
from bot.privacy.logging_filter import MaskingFilter, mask_event
from bot.privacy.secrets import hide_secrets, register_secret

SENDS = ("sendMessage", "message_cs")


class Kept(logging.Handler):
    """Keeps records as a console would print them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.addFilter(MaskingFilter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def kept() -> Iterator[Kept]:
    root, handler = logging.getLogger(), Kept()
    level = root.level
    noisy = {name: logging.getLogger(name) for name in ("httpx", "httpcore", "telegram", "aiosqlite")}
    levels = {name: logger.level for name, logger in noisy.items()}
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)
    for name, logger in noisy.items():
        logger.setLevel(levels[name])


async def test_the_loudest_log_of_the_worst_day_names_no_secret(tmp_path: Path, kept: Kept) -> None:
    async with line(tmp_path, mode="poll", telegram_proxy=None) as running:
        # Louder than any operator would have it.
        for name in ("httpx", "httpcore", "telegram"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        for method in (*SENDS, "getoa", "answerCallbackQuery"):
            for kind, code in ((FaultKind.STATUS, 500), (FaultKind.DROP_AFTER, 0), (FaultKind.ERROR, 403)):
                running.faults.add(Fault(kind, method, 1, code))
        for number in range(4):
            running.telegram.say(number + 1, "cho chọn")
            running.zalo.say(str(number + 1), "cho chọn")
        await asyncio.sleep(2)
        running.faults.clear()
        zalo = running.channel("zalo")
        tokens = await zalo.tokens.usable(zalo.client)  # type: ignore[attr-defined]
        logging.getLogger("x").error("by hand %s", tokens.access_token)
        secrets = {
            TOKEN, TOKEN.partition(":")[2], APP_SECRET, OA_SECRET,
            running.zalo.access_token, running.zalo.refresh_token, tokens.access_token, tokens.refresh_token,
            running.settings.derived_secret(f"telegram webhook {TOKEN}"), *running.settings.signing_keys(),
        }  # fmt: skip
        health = str([channel.health().shown() for channel in running.channels])
    log = "\n".join(kept.lines)
    assert "httpx" in log, "the loud libraries were heard"
    assert [secret[:6] for secret in secrets if secret in log or secret in health] == []


async def test_a_wrong_token_is_not_quoted(tmp_path: Path, kept: Kept) -> None:
    token = "700100200:AA" + "Wrong" * 7
    async with line(tmp_path, mode="poll", telegram_token=token) as running:
        await until(lambda: running.channel("telegram").health().state == "stopped")
    assert token not in "\n".join(kept.lines)
    assert token not in repr(running.settings)


def test_errors_of_libraries_are_cleaned_too(kept: Kept) -> None:
    register_secret("a-secret-of-this-test/with?signs")
    try:
        raise ValueError("GET https://api.example/bota-secret-of-this-test/with?signs/getMe failed")
    except ValueError:
        logging.getLogger("x").exception("failed at %s", {"url": "a-secret-of-this-test/with?signs"})
    assert "a-secret-of-this-test" not in "\n".join(kept.lines)
    assert mask_event(None, "error", {"event": "x a-secret-of-this-test/with?signs"}) == {"event": "x ***"}
    assert hide_secrets("a-secret-of-this-test%2Fwith%3Fsigns") == "***"
