"""Which archives stay."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.training.archives import ABANDONED_SECONDS, remove_old_archives
from bot.training.releases import Release

START = datetime(2026, 11, 1, tzinfo=UTC)


def _release(day: int, state: str = "retired", activated: int | None = None) -> Release:
    served = None if activated is None else START + timedelta(days=activated)
    moment = START + timedelta(days=day)
    return Release(f"r{day}", f"r{day}.tar.gz", "0" * 64, "f", state, moment, served)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for day in range(8):
        (tmp_path / f"r{day}.tar.gz").write_bytes(b"x")
    return tmp_path


def _left(models: Path) -> list[str]:
    return sorted(path.name.partition(".")[0] for path in models.glob("*.tar.gz"))


def test_the_newest_the_active_one_and_the_one_before_stay(models: Path) -> None:
    register = [_release(day, activated=day) for day in range(6)]
    # Somebody went back from r5 to r1; r0 served before r5 did.
    register[1] = _release(1, "active", activated=20)
    register[0] = _release(0, activated=19)
    removed = remove_old_archives(register, models, 2)
    assert removed == ["r2.tar.gz", "r3.tar.gz"]
    assert _left(models) == ["r0", "r1", "r4", "r5", "r6", "r7"]


def test_files_the_register_does_not_name_stay(models: Path) -> None:
    assert remove_old_archives([], models, 1) == []
    assert len(_left(models)) == 8


def test_a_file_that_a_kept_release_names_too_stays(models: Path) -> None:
    old, new = _release(0), _release(3, "active", activated=3)
    shared = Release("copy", "r3.tar.gz", "0" * 64, "f", "trained", START, None)
    assert remove_old_archives([shared, _release(1), old, new], models, 1) == ["r0.tar.gz"]
    assert "r3" in _left(models)


def test_a_training_that_died_leaves_nothing_for_ever(models: Path) -> None:
    for name, age in (("dead.partial", ABANDONED_SECONDS + 60), ("busy.partial", 0)):
        (models / name).touch()
        moment = datetime.now(UTC).timestamp() - age
        os.utime(models / name, (moment, moment))
    assert remove_old_archives([], models, 1) == ["dead.partial"]
    assert (models / "busy.partial").exists()
