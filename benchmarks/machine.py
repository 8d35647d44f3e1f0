"""Facts about the machine, without which no figure means anything."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psycopg

PACKAGES = (
    "rasa",
    "scikit-learn",
    "numpy",
    "SQLAlchemy",
    "psycopg",
    "fastapi",
    "uvicorn",
    "uvloop",
    "orjson",
)
POSTGRESQL_SETTINGS = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
)


def facts(root: Path, postgresql: str | None) -> dict[str, Any]:
    """Return processors, memory, versions, database settings and the load before the run."""
    return {
        "processors": os.cpu_count(),
        "usable_processors": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_mb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "commit": _commit(root),
        "load_average_before": os.getloadavg(),
        "sqlite": {"version": sqlite3.sqlite_version, "journal_mode": "WAL", "synchronous": "FULL"},
        "postgresql": _postgresql(postgresql) if postgresql else None,
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit(root: Path) -> str:
    """Return the commit, with a mark when files differ from it."""
    try:
        shown = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return shown.stdout.strip()


def _postgresql(address: str) -> dict[str, str]:
    with psycopg.connect(f"{address}/postgres", connect_timeout=3) as connection:
        rows = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(POSTGRESQL_SETTINGS)]
        ).fetchall()
    return dict(rows)
