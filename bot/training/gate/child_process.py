"""Asks a module in a process of its own: a request as JSON goes in, results as JSON come out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.training.limited import command

LIMIT_SECONDS = 600.0
Progress = Callable[[int, int, str], None]


class ScoringFailed(RuntimeError):
    """The examining process failed or ran too long; the message is the end of its log."""


async def ask_child(
    module: str, request: dict[str, Any], progress: Progress = lambda done, total, what: None
) -> dict[str, Any]:
    """Return what the module answers; lines like `50/900` on its output are passed on as progress.

    Raises:
        ScoringFailed: The process failed or took longer than ten minutes.
    """
    with tempfile.TemporaryDirectory(prefix="motcua-gate-") as scratch:
        asked, answered = Path(scratch) / "request.json", Path(scratch) / "results.json"
        content = await asyncio.to_thread(json.dumps, request, ensure_ascii=False)
        await asyncio.to_thread(asked.write_text, content, encoding="utf-8")
        child = await asyncio.create_subprocess_exec(
            *command(module, str(asked), str(answered)),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "OMP_NUM_THREADS": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                log = await _follow(child, progress)
                await child.wait()
        except TimeoutError:
            raise ScoringFailed(f"no result after {LIMIT_SECONDS:.0f} s") from None
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                await child.wait()
        if child.returncode or not answered.exists():
            raise ScoringFailed(log[-2000:])
        answer: dict[str, Any] = json.loads(await asyncio.to_thread(answered.read_text, encoding="utf-8"))
        return answer


async def _follow(child: asyncio.subprocess.Process, progress: Progress) -> str:
    lines: list[str] = []
    if child.stdout is None:
        return ""
    async for raw in child.stdout:
        line = raw.decode(errors="replace").rstrip()
        done, _, total = line.partition("/")
        if done.isdigit() and total.isdigit():
            progress(int(done), int(total), "chấm bản mới")
        else:
            lines = [*lines[-40:], line[:500]]
    return "\n".join(lines)
