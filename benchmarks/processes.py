"""What the kernel knows of processes: processor time, memory, children (Linux)."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def cpu_seconds(pid: int) -> float:
    """Return user and system time of a process, 0 when it is gone."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except GONE:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def children(pid: int) -> list[int]:
    """Return the processes below a process, all generations."""
    found: list[int] = []
    with suppress(*GONE):
        for task in (PROC / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children(int(child))]
    return found


def memory_mb(pid: int) -> dict[str, float]:
    """Return `rss` and `pss` in megabytes (10⁶ bytes)."""
    found: dict[str, float] = {}
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in {"Rss", "Pss"}:
            found[name.lower()] = int(rest.split()[0]) * 1024 / 1e6
    return found


def is_python_worker(pid: int) -> bool:
    """Say whether a process is one of several that serve, not the helper that counts semaphores."""
    try:
        command = (PROC / str(pid) / "cmdline").read_text()
    except GONE:
        return False
    return "spawn_main" in command


def machine_seconds() -> tuple[float, float]:
    """Return busy and total processor seconds of the whole machine since it started."""
    with (PROC / "stat").open() as file:
        fields = [int(value) for value in file.readline().split()[1:9]]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / TICKS, sum(fields) / TICKS


def postgresql_pids(database: str) -> Iterator[int]:
    """Yield the server processes on this machine that work for a database, and the log writer."""
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_text()
            except GONE:
                continue
            if command.startswith("postgres:") and (f" {database} " in command or "walwriter" in command):
                yield int(entry.name)


def stop(process: subprocess.Popen[bytes], seconds: float = 15.0) -> None:
    """End a process started with `start_new_session`, with all that it started."""
    below = children(process.pid)
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with suppress(*GONE):
        os.killpg(process.pid, signal.SIGKILL)
    # A training is in a session of its own.
    for pid in below:
        with suppress(*GONE):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
