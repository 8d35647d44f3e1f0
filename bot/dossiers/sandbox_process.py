"""The sandbox as a child process of the service, started when it is needed and ended with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from bot.dossiers.settings import AnySystem, IgateSettings, NationalSettings, OpenCpsSettings

START_SECONDS = 20.0


class SandboxFailed(RuntimeError):
    """The sandbox did not start."""


class SandboxProcess:
    """One sandbox on a loopback port."""

    def __init__(self, database: Path | str, port: int = 0) -> None:
        """Args: `database` its own file, or `:memory:`; `port` 0 for any free one."""
        self._database = str(database)
        self._port = port
        self._process: subprocess.Popen[str] | None = None
        self._url = ""
        self._lock = threading.Lock()

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> str:
        """Start it unless it runs; return its address. Takes about a second.

        Raises:
            SandboxFailed: It ended, or did not say its address in time.
        """
        with self._lock:
            if self.is_running:
                return self._url
            self._end()
            if self._database != ":memory:":
                Path(self._database).parent.mkdir(parents=True, exist_ok=True)
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-m", "bot.sandbox", self._database, str(self._port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
                cwd=Path(__file__).resolve().parents[2],
                # Ctrl-C goes to the service, which then ends the sandbox.
                start_new_session=True,
            )
            watchdog = threading.Timer(START_SECONDS, self._process.kill)
            watchdog.start()
            try:
                line = self._process.stdout.readline() if self._process.stdout else ""
            finally:
                watchdog.cancel()
            self._url = line.strip()
            if not self._url:
                self._end()
                raise SandboxFailed("the sandbox did not start")
            return self._url

    def wait(self) -> None:
        """Return when it has ended."""
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        """End it."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def sandbox_systems(url: str) -> tuple[AnySystem, ...]:
    """Return the settings by which the sandbox is asked: each contract for other units of H49."""
    base = url.rstrip("/")
    secret = SecretStr("sandbox")
    return (
        NationalSettings(
            contract="national",
            name="sandbox-national",
            prefixes=("H49",),
            url=HttpUrl(f"{base}/national"),
            username="sandbox",
            password=secret,
            dstcode="sandbox",
            at_once=32,
            per_second=None,
        ),
        OpenCpsSettings(
            contract="opencps",
            name="sandbox-opencps",
            prefixes=("H49.31",),
            url=HttpUrl(f"{base}/opencps/o/rest/v2"),
            token=secret,
            group_id="1",
            at_once=32,
            per_second=None,
        ),
        IgateSettings(
            contract="igate",
            name="sandbox-igate",
            prefixes=("H49.22",),
            url=HttpUrl(f"{base}/igate"),
            token_url=HttpUrl(f"{base}/sso/auth/realms/digo/protocol/openid-connect/token"),
            client_id="sandbox",
            client_secret=secret,
            at_once=32,
            per_second=None,
        ),
    )
