"""Commands of the dialogue about dossiers, in the form the dialogue engine runs; never with a proof."""

from __future__ import annotations

import json

from bot.dossiers.recognition import Recognised

INTENT = "dossier"


def command(task: str, *codes: str) -> str:
    """Return the command for a task with some codes."""
    entities = {"task": task, **({"codes": " ".join(codes)} if codes else {})}
    return f"/{INTENT}{json.dumps(entities)}"


def command_of(found: Recognised) -> str:
    """Return the command for what a message says."""
    if found.problem is not None:
        suggestion = (found.suggestion,) if found.suggestion else ()
        return command(f"problem:{found.problem.value}", *suggestion)
    return command(found.task.value, *found.codes)
