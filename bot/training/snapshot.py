"""The folder a release is trained from: the project itself, or a copy with the database's examples."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.training_tables import nlu_state
from bot.training.example_files import BadFile, FileExample, folder_digest, write_folder
from bot.training.example_text import key_of
from bot.training.examples import Examples
from bot.training.golden import read_golden
from bot.training.sync import Conflict, sync_from_files, training_examples

COPIED = ("config.yml", "domain.yml", "data/rules", "data/catalogue", "data/places")
LINKED = ("bot", "actions")


class SyncConflicts(RuntimeError):
    """Files and database disagree about some texts; somebody must say which side wins."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        first = conflicts[0].text[:60]
        super().__init__(
            f"{len(conflicts)} câu khác nhau giữa tệp và cơ sở dữ liệu, ví dụ “{first}”. "
            "Chạy: motcua nlu sync --prefer files|database"
        )
        self.conflicts = conflicts


class Leak(ValueError):
    """A text would be taught and examined at once; nothing is trained from that."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder to train from."""

    folder: Path
    is_project: bool
    """Whether it is the project itself, because the database teaches nothing else."""


@asynccontextmanager
async def snapshot(database: Database, project: Path) -> AsyncIterator[Snapshot]:
    """Yield the folder to train from; edited files are taken over first.

    Raises:
        BadFile: A file under `data/nlu` cannot be read.
        SyncConflicts: Files and database disagree.
    """
    report = await sync_from_files(database, project / "data" / "nlu")
    if report.conflicts:
        raise SyncConflicts(report.conflicts)
    async with database.read() as connection:
        state = (await connection.execute(select(nlu_state))).first()
        taught = await training_examples(connection)
    if state is None or not taught or state.version == state.synced_version:
        yield Snapshot(project, is_project=True)
        return
    with tempfile.TemporaryDirectory(prefix="motcua-data-") as scratch:
        folder = Path(scratch)
        await asyncio.to_thread(_lay_out, project, folder, taught)
        same = await asyncio.to_thread(_same_files, project, folder)
        yield Snapshot(project if same else folder, is_project=same)


async def refuse_leaks(database: Database, golden: Path) -> None:
    """Check that nothing a clerk taught is a question of the golden set.

    Raises:
        Leak: Such a text was found.
    """
    asked = await asyncio.to_thread(golden_keys, golden)
    for example in await Examples(database).all("training"):
        if example.origin != "file" and example.key in asked:
            raise Leak(f"“{example.text}” nằm trong bộ câu kiểm tra nên không được dùng để dạy.")


def golden_keys(golden: Path) -> frozenset[str]:
    """Return the keys of all texts of the golden set."""
    if not golden.exists():
        return frozenset()
    return frozenset(key_of(text) for item in read_golden(golden) for text in item.turns)


def _lay_out(project: Path, folder: Path, taught: Iterable[FileExample]) -> None:
    for name in COPIED:
        source = project / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        elif source.exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    for name in LINKED:
        if (project / name).exists():
            (folder / name).symlink_to(project / name, target_is_directory=True)
    for path in sorted((project / "data").glob("*.yml")):
        shutil.copy2(path, folder / "data" / path.name)
    shutil.copytree(project / "data" / "nlu", folder / "data" / "nlu")
    write_folder(folder / "data" / "nlu", taught)


def _same_files(project: Path, folder: Path) -> bool:
    return folder_digest(project / "data" / "nlu") == folder_digest(folder / "data" / "nlu")


__all__ = ["BadFile", "Leak", "Snapshot", "SyncConflicts", "golden_keys", "refuse_leaks", "snapshot"]
