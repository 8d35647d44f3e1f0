"""Training in a child process: Rasa may exit, and its memory goes back to the system."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.dialogue.boot import check_config
from bot.training.limited import command as limited

LIMIT_SECONDS = 1_200.0
STAGES = {
    "RulePolicy": "luật hội thoại",
    "DualTfidfFeaturizer": "đặc trưng văn bản",
    "LinearIntentClassifier": "nhận biết câu hỏi",
    "ProcedureLinker": "nhận biết thủ tục",
    "": "đóng gói",
}
"""Steps of a training in their order, with the words shown beside the progress bar."""

_STARTED = re.compile(r"Starting to train component '(\w+)'")
_DONE = re.compile(r"(?:Finished training|Restored) component '(\w+)'")

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and what is being done."""


class TrainingFailed(RuntimeError):
    """The child failed or ran too long; the message is the end of its log."""


@dataclass(frozen=True, slots=True)
class Trained:
    """An archive and the digest under which it may be activated."""

    archive: Path
    sha256: str


async def train(
    project: Path,
    archive: Path,
    *,
    progress: Progress = lambda done, total, what: None,
    limit_seconds: float = LIMIT_SECONDS,
) -> Trained:
    """Train the project and write the archive.

    Args:
        project: Folder with config.yml, domain.yml and data/.
        archive: Where the archive goes; its folder must exist.
        progress: Told of each step.
        limit_seconds: After this long the child is killed.

    Raises:
        ConfigError: config.yml would not train.
        TrainingFailed: The child failed or took too long.
    """
    check_config(project / "config.yml")
    with tempfile.TemporaryDirectory(prefix="motcua-train-") as scratch:
        child = await _start(project, Path(scratch))
        log: deque[str] = deque(maxlen=60)
        try:
            async with asyncio.timeout(limit_seconds):
                await _follow(child, log, progress)
                await child.wait()
        except TimeoutError:
            raise TrainingFailed(f"no result after {limit_seconds:.0f} s") from None
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
                await child.wait()
        made = Path(scratch) / "model.tar.gz"
        if child.returncode or not made.exists():
            raise TrainingFailed("\n".join(log)[-3000:])
        content = made.read_bytes()
        # Renamed into place, so that nobody ever sees half an archive.
        partial = archive.with_suffix(".partial")
        partial.write_bytes(content)
        partial.replace(archive)
    return Trained(archive, hashlib.sha256(content).hexdigest())


async def _start(project: Path, scratch: Path) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(project), *(p for p in sys.path if p)]),
        "PYTHONWARNINGS": "ignore",
        "RASA_CACHE_DIRECTORY": str(scratch / "cache"),
        "RASA_TELEMETRY_ENABLED": "false",
        "OMP_NUM_THREADS": "1",
    }
    command = limited("bot.training.rasa_child", str(scratch / "model.tar.gz"))
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=project,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=2**20,
        start_new_session=True,
    )


async def _follow(child: asyncio.subprocess.Process, log: deque[str], progress: Progress) -> None:
    if child.stdout is None:
        raise TrainingFailed("the child has no output")
    total = len(STAGES)
    done = 0
    progress(0, total, "đọc dữ liệu")
    async for raw in child.stdout:
        line = raw.decode(errors="replace").rstrip()
        log.append(line[-500:])
        if found := _STARTED.search(line):
            progress(done, total, STAGES.get(found[1], found[1]))
        elif found := _DONE.search(line):
            done = min(done + 1, total - 1)
            progress(done, total, STAGES[""] if done == total - 1 else STAGES.get(found[1], found[1]))
    progress(total, total, STAGES[""])
