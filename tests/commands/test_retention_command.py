"""`motcua retention run`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_an_empty_database_has_nothing_to_delete(run: Run, state_dir: Path) -> None:
    result = run("retention", "run")
    assert result.exit_code == 0
    assert "Đã xoá" in result.stdout
    assert "90 ngày" in result.stdout
    assert (state_dir / "motcua.db").exists()


def test_a_dry_run_says_that_it_only_counts(run: Run) -> None:
    result = run("retention", "run", "--dry-run")
    assert result.exit_code == 0
    assert "Sẽ xoá" in result.stdout
    assert "bản huấn luyện" not in result.stdout
