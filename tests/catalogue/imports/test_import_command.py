from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from import_rows import raw_row, write_lines

from bot.catalogue.imported import Flag
from bot.commands.catalogue_import import FLAGS, import_file


@pytest.fixture(autouse=True)
def _own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_DATABASE", f"sqlite:///{tmp_path / 'own.db'}")
    monkeypatch.setenv("COLUMNS", "120")


def test_the_report_is_written_and_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_lines(tmp_path / "a.jsonl", [raw_row("1.900001", giay_to=[]), raw_row("1.900002")])
    report = tmp_path / "report.json"
    assert import_file(file, report, collected_on=date(2026, 7, 17)) == 0
    written = json.loads(report.read_text())
    assert (written["new"], written["refused"]) == (2, 0)
    assert written["traps"]["missing_papers"]["withheld"] == 1
    assert "2 mới, 0 thay đổi, 0 giữ nguyên, 0 bị từ chối" in capsys.readouterr().out


def test_refused_rows_change_the_exit_code(tmp_path: Path) -> None:
    assert import_file(write_lines(tmp_path / "a.jsonl", [raw_row(), {"x": 1}]), None) == 1


def test_a_missing_file_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_file(tmp_path / "none.jsonl", None) == 2
    assert "không có tệp" in capsys.readouterr().err


def test_every_trap_has_a_name_for_the_table() -> None:
    assert set(FLAGS) == set(Flag)
