"""How intents, aspects and procedures are written in Rasa's messages."""

from __future__ import annotations

from typing import Any

from rasa.shared.nlu.training_data.message import Message

from bot.catalogue.model import Aspect

PROCEDURE = "procedure"
"""Name of the entity and slot that hold a procedure code."""
LINKING = "linking"
"""Key of the linker's full finding in a parsed message."""
UNDERSTANDING = "scores"
"""Key of the classifier's scores and gate in a parsed message."""
FALLBACK_INTENT = "nlu_fallback"
_METADATA, _EXAMPLE, _IS_NAME = "metadata", "example", "is_name"


def intent_of(aspect: Aspect) -> str:
    """Return the intent name of an aspect, for example `ask_fee`."""
    return f"ask_{aspect.value}"


def aspect_of(intent: str | None) -> Aspect | None:
    """Return the aspect an intent asks about, or None for a dialogue act."""
    name = (intent or "").removeprefix("ask_")
    return Aspect(name) if intent and intent.startswith("ask_") and name in set(Aspect) else None


def set_procedure(example: Message, code: str, *, is_name: bool) -> None:
    """Label a training example with its procedure; names and aliases are marked as such."""
    example.set(_METADATA, {_EXAMPLE: {PROCEDURE: code, _IS_NAME: is_name}})


def procedure_of(example: Message) -> str | None:
    """Return the procedure a training example is labelled with, or None."""
    code = _label(example).get(PROCEDURE)
    return str(code) if code else None


def is_name(example: Message) -> bool:
    """Say whether a training example is a name or alias rather than a question."""
    return bool(_label(example).get(_IS_NAME))


def _label(example: Message) -> dict[str, Any]:
    metadata = example.get(_METADATA)
    label = metadata.get(_EXAMPLE) if isinstance(metadata, dict) else None
    return label if isinstance(label, dict) else {}
