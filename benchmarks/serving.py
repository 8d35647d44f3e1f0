"""A real `motcua up` on a free port, and the load on it."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from benchmarks.ground import Ground
from benchmarks.processes import (
    children,
    cpu_seconds,
    is_python_worker,
    machine_seconds,
    postgresql_pids,
    stop,
)

READY_SECONDS = 120.0
TRAINED_SECONDS = 900.0
LOOK_SECONDS = 0.02
SETTLED_SECONDS = 20.0


class NotReady(RuntimeError):
    """The service did not start; the message is the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running service."""

    port: int
    process: subprocess.Popen[bytes]
    started: float
    log: Path

    def serving_pids(self) -> list[int]:
        """Return the processes that answer requests."""
        workers = [pid for pid in children(self.process.pid) if is_python_worker(pid)]
        return workers or [self.process.pid]

    def pids(self) -> list[int]:
        """Return all its processes."""
        return [self.process.pid, *children(self.process.pid)]

    def wait_until_ready(self, limit_seconds: float = READY_SECONDS) -> float:
        """Return the seconds from the start of the process until `/readyz` said yes.

        Raises:
            NotReady: It ended, or is not ready in time.
        """
        while time.perf_counter() - self.started < limit_seconds and self.process.poll() is None:
            try:
                if self.get("/readyz")[0] == 200:
                    return time.perf_counter() - self.started
            except OSError:
                pass
            time.sleep(LOOK_SECONDS)
        raise NotReady(self.log.read_text(errors="replace")[-3000:] or "not ready in time")

    def wait_until_settled(self) -> None:
        """Return when no process of it computes any more; several get ready one by one."""
        until = time.perf_counter() + SETTLED_SECONDS
        while time.perf_counter() < until:
            before = sum(map(cpu_seconds, self.pids()))
            time.sleep(0.5)
            if sum(map(cpu_seconds, self.pids())) - before < 0.06:
                return

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Return status and body of a GET."""
        return self._request("GET", path, None, headers)

    def first_answer(self, question: str) -> float:
        """Ask on a new session; return the seconds from the start of the process to the answer."""
        _, body = self._request("POST", "/api/web/sessions", {}, {})
        authorization = {"Authorization": f"Bearer {json.loads(body)['token']}"}
        message = {"client_msg_id": token_hex(8), "text": question}
        _, body = self._request("POST", "/api/web/messages", message, authorization)
        after = json.loads(body)["seq"]
        headers = {**authorization, "Accept": "application/json"}
        status, body = self._request("GET", f"/api/web/events?after={after}&wait=20", None, headers)
        if status != 200 or not json.loads(body):
            raise NotReady(f"no answer: {status}")
        return time.perf_counter() - self.started

    def _request(
        self, method: str, path: str, content: dict[str, Any] | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            body = None if content is None else json.dumps(content)
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@contextmanager
def serving(ground: Ground, database: str, workers: int = 1, **environment: str) -> Iterator[Server]:
    """Run `motcua up` until the block ends."""
    folder = ground.folder("serving")
    port = free_port()
    command = [str(Path(sys.executable).parent / "motcua"), "up", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--workers", str(workers)],
            cwd=ground.project,
            env=ground.service_environment(database, folder / "state", **environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield Server(port, process, started, folder / "log")
    finally:
        stop(process)


@dataclass(slots=True)
class Clock:
    """Processor time used so far by the serving processes, the database and the machine."""

    workers: dict[int, float]
    database: float
    machine: tuple[float, float]

    @classmethod
    def read(cls, server: Server, database: str) -> Clock:
        """Look at the kernel's figures."""
        name = database.rpartition("/")[2]
        pids = list(postgresql_pids(name)) if database.startswith("postgresql") else []
        return cls(
            {pid: cpu_seconds(pid) for pid in server.pids()},
            sum(map(cpu_seconds, pids)),
            machine_seconds(),
        )

    def since(self, earlier: Clock) -> tuple[dict[int, float], float, tuple[float, float]]:
        """Return the differences."""
        workers = {pid: used - earlier.workers.get(pid, 0.0) for pid, used in self.workers.items()}
        machine = (self.machine[0] - earlier.machine[0], self.machine[1] - earlier.machine[1])
        return workers, self.database - earlier.database, machine


def load(
    ground: Ground,
    server: Server,
    database: str,
    *,
    conversations: int,
    warm_seconds: float,
    seconds: float,
) -> dict[str, Any]:
    """Put a load on the service; return the report of the load and the processor times beside it."""
    plan = {
        "port": server.port,
        "conversations": conversations,
        "warm_seconds": warm_seconds,
        "seconds": seconds,
        "questions": ground.questions,
    }
    child = _load_child(ground, plan)
    clocks = []
    report: dict[str, Any] = {}
    try:
        if child.stdout is None:
            raise NotReady("the load has no output")
        for line in child.stdout:
            said = json.loads(line)
            if "at" in said:
                clocks.append(Clock.read(server, database))
            else:
                report = said
    finally:
        stop(child)
    if len(clocks) != 2 or not report:
        raise NotReady("the load generator failed")
    workers, used_by_database, (busy, total) = clocks[1].since(clocks[0])
    used = sum(workers.values()) + used_by_database + report["cpu_seconds"]
    return report | {
        "workers": sorted(workers.values(), reverse=True),
        "server_cpu_seconds": sum(workers.values()),
        "database_cpu_seconds": used_by_database,
        "machine_busy": busy / total,
        "others_busy": max(0.0, busy - used) / total,
    }


def some_turns(ground: Ground, server: Server, turns: int, conversations: int) -> None:
    """Let the service answer so many turns."""
    plan = {
        "port": server.port,
        "conversations": conversations,
        "turns": turns,
        "questions": ground.questions,
    }
    child = _load_child(ground, plan)
    try:
        said, _ = child.communicate(timeout=120)
    finally:
        stop(child)
    report = json.loads(said)
    if report["turns"] != turns:
        raise NotReady(f"{report['turns']} of {turns} turns were answered: {report['errors']}")


def _load_child(ground: Ground, plan: dict[str, Any]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load", json.dumps(plan)],
        cwd=ground.project,
        env=ground.environment(),
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
