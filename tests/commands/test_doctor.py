"""`motcua doctor`, and what the other commands say when something is missing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from commands_support import register

from bot.catalogue.live import LiveCatalogue
from bot.commands import doctor as doctor_module
from bot.training.releases import Release

Run = Callable[..., Result]


def row(result: Result, name: str) -> str:
    """Return the line of the table about `name`."""
    return next(line for line in result.stdout.splitlines() if name in line)


class TestDoctor:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor_module, "_installed_mb", lambda prefix: (500.0, 100.0))

    @pytest.mark.usefixtures("registered")
    def test_finds_everything_in_order(self, run: Run) -> None:
        result = run("doctor")
        assert (result.exit_code, "cần xem" in result.stdout) == (0, False)

    @pytest.mark.usefixtures("state_dir")
    def test_says_that_there_are_no_tables_yet(self, run: Run) -> None:
        result = run("doctor")
        assert (result.exit_code, "cần xem" in row(result, "Bảng dữ liệu")) == (1, True)

    def test_says_that_the_data_changed_since_the_training(
        self, run: Run, state_dir: Path, release: Release
    ) -> None:
        register(state_dir, release, fingerprint="other")
        assert "dữ liệu đã đổi" in row(run("doctor"), "Bản huấn luyện")

    def test_says_that_the_file_of_a_release_is_gone(self, run: Run, state_dir: Path, release: Release) -> None:
        register(state_dir, release, archive="gone.tar.gz")
        assert "gone.tar.gz" in row(run("doctor"), "Bản huấn luyện")

    @pytest.mark.usefixtures("registered")
    def test_names_line_and_field_of_a_broken_offices_file(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = tmp_path / "offices.yml"
        broken.write_text("hours:\n  weekly: {mon: [8h-9h]}\ndepartments: [{id: a, name: A, default: true}]\n")
        monkeypatch.setattr(doctor_module, "FILE", broken)
        result = run("doctor")
        assert "cần xem" in row(result, "Phòng, giờ làm việc")
        assert "offices.yml:2: hours.weekly.mon" in result.stdout

    def test_hides_the_password_of_the_database(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MOTCUA_DATABASE", "postgresql://clerk:secret@127.0.0.1:1/none")
        result = run("doctor")
        assert (result.exit_code, "secret" in result.stdout) == (1, False)

    def test_says_that_the_installation_is_large(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor_module, "_installed_mb", lambda prefix: (2000.0, 100.0))
        assert "cần xem" in row(run("doctor"), "Dung lượng")


def test_the_size_of_an_installation_is_split_by_purpose(tmp_path: Path) -> None:
    for name, size in {"rasa/a.py": 3_000_000, "mypy/b.py": 2_000_000, "ruff": 1_000_000}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\0" * size)
    assert doctor_module._installed_mb(tmp_path) == (3.0, 3.0)


class TestTrainingThatCannotBegin:
    def test_a_broken_catalogue_is_one_line(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "catalogue").mkdir()
        (tmp_path / "catalogue" / "a.yml").write_text("field: [\n")
        live = LiveCatalogue(tmp_path / "catalogue")
        monkeypatch.setattr("bot.commands.train.project_catalogue", lambda: live)
        result = run("train")
        assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
        assert "a.yml:2" in result.stderr

    def test_a_configuration_without_pipeline_is_said(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("config.yml", "domain.yml"):
            (tmp_path / name).write_text("recipe: default.v1\nlanguage: vi\nassistant_id: a\n")
        monkeypatch.setenv("MOTCUA_PROJECT", str(tmp_path))
        result = run("train")
        assert (result.exit_code, "'pipeline' is missing" in result.stderr) == (1, True)

    @pytest.mark.parametrize("command", [("ask", "xin chào"), ("up",)])
    def test_other_commands_say_so_too(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
    ) -> None:
        (tmp_path / "catalogue").mkdir()
        (tmp_path / "catalogue" / "a.yml").write_text("field: [\n")
        live = LiveCatalogue(tmp_path / "catalogue")
        monkeypatch.setattr("bot.commands.context.project_catalogue", lambda: live)
        monkeypatch.setenv("MOTCUA_PORT", str(free_port()))
        result = run(*command)
        assert (result.exit_code, "a.yml:2" in result.stderr) == (1, True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestUp:
    def test_several_processes_need_postgresql(self, run: Run) -> None:
        result = run("up", "--workers", "2")
        assert (result.exit_code, "PostgreSQL" in result.stderr) == (1, True)

    def test_a_port_in_use_is_said_with_a_way_out(self, run: Run) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            result = run("up", "--port", str(port))
        assert (result.exit_code, f"Cổng {port}" in result.stderr) == (1, True)


@pytest.mark.parametrize("command", ["up", "ask", "chat", "train", "evaluate", "doctor", "catalogue", "release"])
def test_every_command_explains_itself(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert (result.exit_code, command in result.stdout) == (0, True)
