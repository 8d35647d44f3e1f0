"""`motcua release list|activate|rollback`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from commands_support import register

from bot.training.releases import Release

Run = Callable[..., Result]
OLD = Release(
    "20261101-0900-aaaa", "old.tar.gz", "0" * 64, "f", "active", datetime(2026, 11, 1, 2, tzinfo=UTC), None
)


@pytest.fixture
def two(state_dir: Path) -> None:
    """An old release in service, and a newer one."""
    register(state_dir, OLD)
    register(state_dir, OLD, id="20261102-0900-bbbb", archive="new.tar.gz", state="trained")


@pytest.mark.usefixtures("two")
class TestWithTwoReleases:
    def test_the_list_shows_their_states(self, run: Run) -> None:
        result = run("release", "list")
        assert result.exit_code == 0
        lines = {line.split()[1]: line for line in result.stdout.splitlines() if "-0900-" in line}
        assert "đang phục vụ" in lines["20261101-0900-aaaa"]
        assert "chưa dùng" in lines["20261102-0900-bbbb"]

    def test_the_list_shows_times_of_vietnam(self, run: Run) -> None:
        assert "01/11/2026 09:00" in run("release", "list").stdout

    def test_the_list_says_that_a_file_is_gone(self, run: Run) -> None:
        assert "đã mất" in run("release", "list").stdout

    def test_activating_names_the_release(self, run: Run) -> None:
        result = run("release", "activate", "20261102-0900-bbbb")
        assert (result.exit_code, "20261102-0900-bbbb" in result.stdout) == (0, True)

    def test_rolling_back_returns_to_the_one_before(self, run: Run) -> None:
        run("release", "activate", "20261102-0900-bbbb")
        result = run("release", "rollback")
        assert (result.exit_code, "20261101-0900-aaaa" in result.stdout) == (0, True)

    def test_an_unknown_release_is_refused(self, run: Run) -> None:
        result = run("release", "activate", "nope")
        assert (result.exit_code, "nope" in result.stderr) == (1, True)

    def test_without_an_earlier_one_rolling_back_fails(self, run: Run) -> None:
        assert run("release", "rollback").exit_code == 1


def test_an_empty_register_is_an_empty_list(run: Run) -> None:
    result = run("release", "list")
    assert (result.exit_code, "-0900-" in result.stdout) == (0, False)


def test_training_past_the_gate_needs_a_reason_before_anything_is_trained(run: Run) -> None:
    result = run("train", "--without-gate", "--reason", "ngắn")
    assert (result.exit_code, "lý do" in result.stderr) == (1, True)
