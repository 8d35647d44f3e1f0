from __future__ import annotations

import re

from sqlalchemy import create_engine, text

from bot.settings import PROJECT


def test_staff_are_added_listed_changed_and_locked_out(run, state_dir) -> None:
    added = run("staff", "add", "lan", "--name", "Trần Thị Lan", "--role", "editor")
    assert re.search(r"/console/welcome/[\w-]{20,}", added.output)
    assert "Biên tập nội dung" in run("staff", "list").output
    run("staff", "role", "lan", "analyst")
    run("staff", "disable", "lan")
    assert "đã khoá" in run("staff", "list").output
    run("staff", "enable", "lan")
    assert "/console/welcome/" in run("staff", "reset", "lan").output
    with create_engine(f"sqlite:///{state_dir / 'motcua.db'}").connect() as connection:
        trail = connection.execute(text("SELECT who, action FROM audit ORDER BY id")).all()
    assert [row.action for row in trail] == [
        "staff_add", "staff_role", "staff_disable", "staff_enable", "staff_reset",
    ]  # fmt: skip
    assert {row.who for row in trail} == {"dòng lệnh"}


def test_mistakes_are_one_line(run) -> None:
    for arguments in (("role", "nobody", "admin"), ("reset", "nobody"), ("add", "Có Dấu", "--name", "x")):
        result = run("staff", *arguments)
        assert result.exit_code == 1
        assert "Traceback" not in result.output


def test_a_sync_of_an_untouched_project_writes_nothing(run) -> None:
    before = {path: path.read_bytes() for path in (PROJECT / "data" / "nlu").glob("*.yml")}
    result = run("nlu", "sync")
    assert "không tệp nào đổi" in result.output
    assert {path: path.read_bytes() for path in (PROJECT / "data" / "nlu").glob("*.yml")} == before
