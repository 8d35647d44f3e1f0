from __future__ import annotations

import asyncio

from bot.training.limited import NICENESS, command


async def run(*arguments: str, megabytes: int) -> tuple[int, str]:
    child = await asyncio.create_subprocess_exec(
        *command(*arguments, memory_megabytes=megabytes),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await child.communicate()
    return child.returncode or 0, out.decode()


async def test_a_child_that_wants_too_much_memory_fails_alone() -> None:
    code, said = await run("timeit", "-n1", "-r1", "bytearray(900 * 2**20)", megabytes=500)
    assert code != 0
    assert "MemoryError" in said


async def test_a_child_gives_way_to_the_service_and_gets_its_arguments() -> None:
    code, said = await run("timeit", "-n1", "-r1", "import os; print('nice', os.nice(0))", megabytes=500)
    assert code == 0
    assert int(said.split()[1]) >= NICENESS
