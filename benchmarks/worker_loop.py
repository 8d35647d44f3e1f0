"""The worker's side: read commands line by line, write one line of JSON for each."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, BinaryIO

Command = Callable[..., Awaitable[Any]]


async def serve(pipe: BinaryIO, commands: Mapping[str, Command]) -> None:
    """Answer commands until the coordinator closes the pipe."""
    pipe.write(b"{}\n")
    while line := await asyncio.to_thread(sys.stdin.readline):
        call = json.loads(line)
        result = await commands[call.pop("do")](**call)
        pipe.write(json.dumps(result).encode() + b"\n")


def take_stdout() -> BinaryIO:
    """Return the pipe to the coordinator; what libraries print goes to the log from now on."""
    pipe = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return pipe
