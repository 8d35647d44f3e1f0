"""`motcua train`."""

from __future__ import annotations

import asyncio
import time

from bot.catalogue.live import project_catalogue
from bot.commands.context import HOW_TO_OVERRIDE, NOT_READY, quiet
from bot.commands.terminal import errors, fail, screen, training_bar
from bot.console.audit import COMMAND_LINE, note
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.fingerprint import fingerprint
from bot.training.gate.child_process import ScoringFailed
from bot.training.promotion import SHORTEST_REASON, Promotion
from bot.training.provide import train_release
from bot.training.releases import Release, Releases
from bot.training.replacing import replace_by, serving_release
from bot.training.snapshot import snapshot

NOT_SERVED = 3
"""Exit code of a training that went well and whose release the gate refused."""


def train(*, activate: bool, gate: bool = True, reason: str = "") -> int:
    """Train a release of the present data, even when one exists; it serves when the gate is green.

    Args:
        activate: Whether it shall serve.
        gate: Whether it is examined before; without, a reason must be given.
        reason: Why it serves unexamined; kept in the audit trail.
    """
    quiet()
    if not gate and len(reason.strip()) < SHORTEST_REASON:
        return fail(f"Bỏ qua bước chấm thì phải nêu lý do, ít nhất {SHORTEST_REASON} ký tự: --reason '…'")
    started = time.monotonic()
    try:
        release, reasons = asyncio.run(_train(activate=activate, gate=gate, reason=reason))
    except NOT_READY as error:
        return fail(f"Huấn luyện không thành công: {error}")
    except ScoringFailed as error:
        return fail(f"Đã huấn luyện nhưng chưa chấm được, nên bản cũ vẫn phục vụ: {error}")
    took = f"xong sau {time.monotonic() - started:.0f} giây"
    if reasons:
        errors.print(f"Bản {release.id}: {took}, không đạt khi chấm, nên bản cũ vẫn phục vụ.")
        for line in reasons:
            errors.print(f"  • {line}", markup=False)
        errors.print(HOW_TO_OVERRIDE.format(id=release.id), markup=False)
        return NOT_SERVED
    state = "đang phục vụ" if activate else "chưa phục vụ; dùng: motcua release activate"
    screen.print(f"Bản {release.id}: {took}, {state}.")
    return 0


async def _train(*, activate: bool, gate: bool, reason: str) -> tuple[Release, list[str]]:
    """Return the release, and why it does not serve although it should."""
    settings = Settings()
    database = Database(settings.database_url)
    try:
        await migrate(database)
        releases = Releases(database)
        catalogue = project_catalogue().current
        async with snapshot(database, settings.project) as source:
            wanted = fingerprint(source.folder, catalogue)
            with training_bar() as report:
                made = await train_release(releases, source.folder, catalogue, wanted, settings.models_dir, report)
        if not activate:
            return made, []
        before = await serving_release(releases, settings)
        if gate or before is None:
            with training_bar("Chấm") as report:
                replaced = await replace_by(database, settings, catalogue, made, report)
            if replaced.reasons:
                return made, replaced.reasons
        else:
            await Promotion(database, settings.models_dir).promote(made.id, override_reason=reason)
        action = "promote" if gate or before is None else "override_gate"
        async with database.write() as connection:
            await note(
                connection,
                COMMAND_LINE,
                action,
                made.id,
                before={"release": before.id if before else None},
                after={"release": made.id},
                reason=reason or None,
            )
        return made, []
    finally:
        await database.close()
