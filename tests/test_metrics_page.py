"""Figures of several processes on one page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.metrics_page import SHARED, share_metrics
from bot.settings import PROJECT

COUNT = "from bot.metrics import MESSAGES, STREAMS; MESSAGES.labels('web').inc(2); STREAMS.inc()"
SHOW = "from bot.metrics_page import metrics_page; import sys; sys.stdout.write(metrics_page().decode())"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Set here only so that it is undone again: this process has imported the library without it.
    monkeypatch.setenv(SHARED, "")
    folder = tmp_path / "metrics"
    share_metrics(folder)
    return folder


def _run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=os.environ, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_counts_of_all_processes_are_added_up_also_of_dead_ones(folder: Path) -> None:
    for _ in range(2):
        _run(COUNT)
    page = _run(f"{COUNT}; {SHOW}")
    assert 'motcua_messages_total{channel="web"} 6.0' in page


def test_what_only_the_living_have_ends_with_the_process(folder: Path) -> None:
    _run(COUNT)
    assert list(folder.glob("gauge_livesum_*.db"))
    assert "motcua_web_streams 1.0" in _run(f"{COUNT}; {SHOW}")


def test_a_new_start_begins_at_nothing(folder: Path) -> None:
    _run(COUNT)
    share_metrics(folder)
    assert "motcua_messages_total{" not in _run(SHOW)


def test_one_process_alone_shows_its_own_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SHARED, raising=False)
    assert 'motcua_messages_total{channel="web"} 2.0' in _run(f"{COUNT}; {SHOW}")
