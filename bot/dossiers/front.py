"""Reading a message before the dialogue engine does; asks no system and no database."""

from __future__ import annotations

from bot.clock import today_in_vietnam
from bot.conversations.messages import Turn
from bot.dialogue.front import Fronted
from bot.dossiers.commands import command_of
from bot.dossiers.recognition import conceal, recognise, without_bare_numbers
from bot.privacy.masking import mask


def read_first(turn: Turn) -> Fronted:
    """Return what is about codes and proofs as a command, anything else as it may be read."""
    found = recognise(turn.text, turn.awaits, today_in_vietnam())
    if found is None:
        readable = without_bare_numbers(turn.text, turn.awaits)
        return Fronted(readable, stored_text=None if readable == turn.text else conceal_masked(turn))
    stored = conceal_masked(turn) if found.proof else None
    return Fronted(turn.text, command_of(found), found.proof, stored)


def conceal_masked(turn: Turn) -> str:
    """Return a message in the form that may be stored, personal data masked as well."""
    return mask(conceal(turn.text, turn.awaits, today_in_vietnam()))
