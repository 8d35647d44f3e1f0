"""Workers: processes that measure on command, so that two things can be measured in turns (A B A B)."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.ground import Ground
from benchmarks.processes import memory_mb, stop

ANSWER_SECONDS = 300.0


class WorkerFailed(RuntimeError):
    """A worker died or did not answer; the message is the end of its log."""


class Worker:
    """The coordinator's side of one measuring process."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process, self._log = process, log

    def call(self, do: str, **arguments: Any) -> Any:
        """Let the worker do something and return what it measured.

        Raises:
            WorkerFailed: It died or took more than five minutes.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise WorkerFailed("no pipes")
        try:
            stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            stdin.flush()
        except BrokenPipeError:
            raise self._failure() from None
        return self.answer()

    def answer(self) -> Any:
        """Return the next line the worker says."""
        stdout = self._process.stdout
        if stdout is None or not select.select([stdout], [], [], ANSWER_SECONDS)[0]:
            raise WorkerFailed("no answer in time")
        line = stdout.readline()
        if not line:
            raise self._failure()
        return json.loads(line)

    def memory_mb(self) -> dict[str, float]:
        """Return resident and proportional memory of the worker."""
        return memory_mb(self._process.pid)

    def _failure(self) -> WorkerFailed:
        return WorkerFailed(self._log.read_text(errors="replace")[-3000:])


@contextmanager
def worker(ground: Ground, kind: str, arguments: dict[str, Any], **environment: str) -> Iterator[Worker]:
    """Run a worker until the block ends.

    Args:
        ground: Where.
        kind: `ours`, `search` or `stock`: the module that does the work.
        arguments: What the module needs to set up.
        environment: More variables of its environment.
    """
    log = ground.folder("worker") / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{kind}_worker", json.dumps(arguments)],
            cwd=ground.project,
            env=ground.environment(**environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            start_new_session=True,
        )
    try:
        running = Worker(process, log)
        running.answer()
        yield running
    finally:
        stop(process)


def service_worker(ground: Ground, database: str, **environment: str) -> Any:
    """Run our service below the channels on a database, with more settings if given."""
    state = ground.folder("state")
    return worker(
        ground,
        "ours",
        {"release": ground.release},
        **(ground.service_environment(database, state) | environment),
    )


def search_worker(ground: Ground, procedures: int) -> Any:
    """Run an index over the curated names and as many synthetic titles as are wanted."""
    return worker(ground, "search", {"procedures": procedures})
