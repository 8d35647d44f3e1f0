"""The ground a run stands on: a frozen copy of the project, its release, databases, scratch folders."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
POSTGRESQL = os.environ.get("MOTCUA_BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432").rstrip("/")
COPIED = (
    "bot",
    "actions",
    "data",
    "benchmarks",
    "config.yml",
    "domain.yml",
    "endpoints.yml",
    "credentials.yml",
)
ARCHIVE = "bench.tar.gz"
UNLIMITED = 1_000_000
HELPER_LIMIT_SECONDS = 900.0


@dataclass(slots=True)
class Ground:
    """Where a run works, and how thoroughly."""

    scratch: Path
    quick: bool
    postgresql: str | None
    release: dict[str, Any] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    _numbers: int = 0

    @property
    def project(self) -> Path:
        """The frozen copy, so that nobody's edits change what is measured."""
        return self.scratch / "project"

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of children: the copy first, the operator's settings left out."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
        return {
            **kept,
            "PYTHONPATH": str(self.project),
            "RASA_TELEMETRY_ENABLED": "false",
            # More threads than processors make linear algebra slower, and ours is tiny.
            "OMP_NUM_THREADS": "1",
            **more,
        }

    def service_environment(self, database: str, state_dir: Path, **more: str) -> dict[str, str]:
        """Return the environment of a service whose rate limits are out of the way."""
        limits = (
            "MESSAGES_PER_10_SECONDS",
            "MESSAGES_PER_10_MINUTES",
            "SESSIONS_PER_MINUTE",
            "MESSAGES_PER_MINUTE_AND_ADDRESS",
        )
        return self.environment(
            MOTCUA_DATABASE=database,
            MOTCUA_STATE_DIR=str(state_dir),
            **{f"MOTCUA_{name}": str(UNLIMITED) for name in limits},
            **more,
        )

    def folder(self, name: str) -> Path:
        """Return a new empty folder."""
        self._numbers += 1
        path = self.scratch / f"{name}-{self._numbers}"
        path.mkdir()
        return path

    def run(self, module: str, *arguments: str, **more: str) -> Any:
        """Run `python -m benchmarks.<module>` in the copy and return the JSON of its last line.

        Raises:
            RuntimeError: It failed; the message is the end of what it said.
        """
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", *arguments],
            cwd=self.project,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=HELPER_LIMIT_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"benchmarks.{module}: {done.stderr[-2000:]}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def train(self, project: Path, archive: Path, **environment: str) -> dict[str, Any]:
        """Train a project as `motcua train` does; return seconds, peak memory and digest."""
        archive.parent.mkdir(parents=True, exist_ok=True)
        return dict(self.run("train_once", str(project), str(archive), **environment))

    def register(self, database: str) -> None:
        """Make a database current and the trained archive its active release."""
        self.run("register", database, json.dumps(self.release))

    @contextmanager
    def database(self, kind: str, *, registered: bool = False) -> Iterator[str]:
        """Yield the address of an empty database of its own, dropped afterwards.

        Args:
            kind: `sqlite` or `postgresql`.
            registered: Whether it already knows the trained release.
        """
        if kind == "sqlite":
            address = f"sqlite:///{self.folder('sqlite') / 'motcua.db'}"
            if registered:
                self.register(address)
            yield address
            return
        name = f"motcua_bench_{secrets.token_hex(4)}"
        with psycopg.connect(f"{self.postgresql}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            if registered:
                self.register(f"{self.postgresql}/{name}")
            yield f"{self.postgresql}/{name}"
        finally:
            with psycopg.connect(f"{self.postgresql}/postgres", autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    @property
    def kinds(self) -> list[str]:
        """Kinds of database that can be measured here."""
        return ["sqlite", "postgresql"] if self.postgresql else ["sqlite"]


@contextmanager
def prepared(*, quick: bool) -> Iterator[Ground]:
    """Copy the project, train it once and choose the questions."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as scratch:
        ground = Ground(Path(scratch), quick, reachable_postgresql())
        copy_project(ground.project)
        ground.release = ground.train(ground.project, ground.project / "models" / ARCHIVE)
        ground.questions = ground.run("choose_questions", "16" if quick else "64", json.dumps(ground.release))
        yield ground


def reachable_postgresql() -> str | None:
    """Return the address of the PostgreSQL server, or None when there is none."""
    try:
        with psycopg.connect(f"{POSTGRESQL}/postgres", connect_timeout=3):
            return POSTGRESQL
    except psycopg.OperationalError:
        return None


def copy_project(target: Path) -> None:
    """Copy what a service needs into a new folder, compiled."""
    target.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "results", "*.partial")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=ignored)
        elif source.exists():
            shutil.copy2(source, target / name)
    (target / "models").mkdir()
    # As after `make setup`: measured starts do not compile.
    subprocess.run([sys.executable, "-m", "compileall", "-q", "."], cwd=target, check=True)
