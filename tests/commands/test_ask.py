"""`motcua ask`, as the public contract has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bot.settings import PROJECT
from bot.training.releases import Release

Run = Callable[..., Result]
QUESTION = "đăng ký khai sinh lệ phí bao nhiêu"
FIELDS = ["text", "buttons", "outcome", "procedure", "aspect", "offers", "sources"]

pytestmark = pytest.mark.usefixtures("registered")


class TestOneQuestion:
    def test_prints_the_reply(self, run: Run) -> None:
        result = run("ask", QUESTION)
        assert result.exit_code == 0
        assert result.stdout.startswith("Đăng ký khai sinh – lệ phí\n")

    def test_prints_lines_whole_however_narrow_the_screen(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "40")
        (whole,) = json.loads(run("ask", "--json", QUESTION).stdout)["replies"]
        assert run("ask", QUESTION).stdout.startswith(whole["text"])

    def test_shows_its_buttons(self, run: Run) -> None:
        assert "[ Đăng ký quá hạn ]" in run("ask", QUESTION).stdout

    def test_prints_one_json_object_when_asked_to(self, run: Run) -> None:
        result = run("ask", "--json", QUESTION)
        assert result.exit_code == 0
        (reply,) = json.loads(result.stdout)["replies"]
        assert list(reply) == FIELDS

    def test_needs_a_question(self, run: Run) -> None:
        assert run("ask").exit_code == 2


@pytest.fixture
def batch(run: Run, tmp_path: Path) -> Callable[[str], Result]:
    def ask(content: str) -> Result:
        (tmp_path / "in.jsonl").write_text(content, encoding="utf-8")
        return run("ask", "--batch", tmp_path / "in.jsonl", "--out", tmp_path / "out.jsonl")

    return ask


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    return lambda: [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]


CONVERSATIONS = [
    {"id": "second-first", "turns": ["đăng ký kết hôn cần giấy tờ gì", "lệ phí bao nhiêu"]},
    {"id": "a", "turns": ["sang tên", "2"]},
    {"id": "empty", "turns": []},
    {"id": "odd", "turns": ["", "một\u2028hai 🙂"]},
]


class TestABatch:
    @pytest.fixture
    def given(
        self, batch: Callable[[str], Result], answers: Callable[[], list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        lines = (json.dumps(item, ensure_ascii=False) for item in CONVERSATIONS)
        assert batch("\n\n".join(lines) + "\n").exit_code == 0
        return answers()

    def test_is_answered_as_the_contract_says(self, given: list[dict[str, Any]]) -> None:
        assert [item["id"] for item in given] == [item["id"] for item in CONVERSATIONS]
        assert [list(item) for item in given] == [["id", "replies"]] * len(given)
        assert [len(item["replies"]) for item in given] == [len(item["turns"]) for item in CONVERSATIONS]
        replies = [reply for item in given for turn in item["replies"] for reply in turn]
        assert [list(reply) for reply in replies] == [FIELDS] * len(replies)
        assert {tuple(button) for reply in replies for button in reply["buttons"]} == {("title",)}
        follow_up = given[0]["replies"][1][0]
        assert (follow_up["outcome"], follow_up["procedure"], follow_up["aspect"]) == ("answer", "1.000894", "fee")
        back, chosen = given[1]["replies"]
        assert (back[0]["outcome"], chosen[0]["procedure"]) == ("clarify", back[0]["offers"][1])


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"turns": ["a"]}', '{"id": "x"}', '{"id": "x", "turns": "a"}', '{"id": "x", "turns": [1]}'],
)
def test_a_bad_line_is_named_and_nothing_is_asked(
    batch: Callable[[str], Result], tmp_path: Path, line: str
) -> None:
    result = batch('{"id": "ok", "turns": ["xin chào"]}\n' + line + "\n")
    assert (result.exit_code, "dòng 2" in result.stderr) == (1, True)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_batch_needs_a_target(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").touch()
    assert run("ask", "--batch", tmp_path / "in.jsonl").exit_code == 2


def test_a_batch_needs_its_file(run: Run, tmp_path: Path) -> None:
    assert run("ask", "--batch", tmp_path / "none.jsonl", "--out", tmp_path / "out.jsonl").exit_code == 2


def test_a_target_that_cannot_be_written_is_said_before_asking(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "x", "turns": ["xin chào"]}\n')
    result = run("ask", "--batch", tmp_path / "in.jsonl", "--out", tmp_path / "no" / "out.jsonl")
    assert result.exit_code == 1
    assert "No such file" in result.stderr


def test_questions_leave_no_trace_in_the_state(run: Run, state_dir: Path) -> None:
    import sqlite3

    run("ask", QUESTION)
    with sqlite3.connect(state_dir / "motcua.db") as connection:
        said = connection.execute("SELECT count(*) FROM inbox").fetchone()
    connection.close()
    assert said == (0,)


def test_a_process_of_its_own_prints_the_reply_and_nothing_else(state_dir: Path, registered: Release) -> None:
    command = [sys.executable, "-m", "bot.cli", "ask", QUESTION]
    done = subprocess.run(command, cwd=PROJECT, env=dict(os.environ), capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Đăng ký khai sinh – lệ phí\n")
    assert done.stderr == ""
