from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from commands_support import register
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import PROJECT
from bot.training.releases import Release

Run = Callable[..., Result]


@pytest.fixture
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty state folder that the commands use."""
    monkeypatch.setenv("MOTCUA_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("MOTCUA_DATABASE", raising=False)
    return tmp_path / "state"


@pytest.fixture
def run(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, as a terminal of great width would show it."""
    for module in ("ask", "train", "up", "evaluate"):
        # The logging of the test run stays as it is.
        monkeypatch.setattr(f"bot.commands.{module}.quiet", lambda *_: None)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(PROJECT)
    runner = CliRunner()

    def run(*arguments: str | Path) -> Result:
        result = runner.invoke(app, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def registered(state_dir: Path, release: Release) -> Release:
    """The state folder with the release of the session in service."""
    register(state_dir, release)
    return release
