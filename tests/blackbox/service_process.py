"""The real service as an operator starts it, and as a power cut ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from bot.settings import PROJECT

LIMITS = ("10_SECONDS", "10_MINUTES", "MINUTE_AND_ADDRESS")
NO_LIMITS = {f"MOTCUA_MESSAGES_PER_{limit}": "1000000" for limit in LIMITS} | {
    "MOTCUA_SESSIONS_PER_MINUTE": "1000000"
}
START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class ServiceProcess:
    """One `motcua up`, with all its workers."""

    def __init__(self, url: str, state_dir: Path, workers: int) -> None:
        self.address = f"http://127.0.0.1:{free_port()}"
        self.log = state_dir / "service.log"
        self._environment = {
            **os.environ,
            **NO_LIMITS,
            "MOTCUA_DATABASE": url,
            "MOTCUA_STATE_DIR": str(state_dir),
        }
        self._command = [
            sys.executable,
            "-m",
            "bot.cli",
            "up",
            "--port",
            self.address.rpartition(":")[2],
        ]
        if workers > 1:
            self._command += ["--workers", str(workers)]
        self._process: subprocess.Popen[bytes] | None = None
        self.is_up = asyncio.Event()
        """Set between being ready and being killed; clients of tests need not ask in vain."""

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=PROJECT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def until_ready(self, http: httpx.AsyncClient) -> None:
        async with asyncio.timeout(START_SECONDS):
            while True:
                assert self._process
                assert self._process.poll() is None, self.log.read_text()
                try:
                    if (await http.get("/readyz")).status_code == 200:
                        self.is_up.set()
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        """End all processes of the service in this instant."""
        self.is_up.clear()
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def kill_one_worker(self) -> None:
        """End one worker; its parent starts another."""
        assert self._process
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        workers = [
            int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        os.kill(workers[0], signal.SIGKILL)

    def stop(self) -> None:
        """Ask the service to end, as Ctrl-C does."""
        if self._process is None:
            return
        self._process.terminate()
        self._process.wait(20)
        self._process = None
