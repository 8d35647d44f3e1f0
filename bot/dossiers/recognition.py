"""What a message says about dossiers, before anything else reads it: codes, proofs, notices.

Deterministic, so that no model has to learn digits, and no proof ever reaches the dialogue engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.dossiers import phrases
from bot.dossiers.finding import Findings, Problem, find_codes, plain
from bot.dossiers.proof import Proof
from bot.dossiers.proof_text import read_proof
from bot.dossiers.spoken import digits_for_words
from bot.vietnamese.folding import words

HIDDEN = "[XACNHAN]"
"""Stands in stored messages where a proof was."""


class Awaits(StrEnum):
    """What the assistant has just asked for."""

    CODE = "code"
    PROOF = "proof"
    CONSENT = "consent"


class Task(StrEnum):
    """What is wanted."""

    LOOK_UP = "look_up"
    PROBLEM = "problem"
    PROVE = "prove"
    PROOF_AGAIN = "proof_again"
    """A proof was given, but only its place is left, as after a crash."""
    AGAIN = "again"
    """"Hồ sơ lúc nãy sao rồi"."""
    WATCH = "watch"
    CONSENT = "consent"
    DECLINE = "decline"
    STOP = "stop"
    STOP_ALL = "stop_all"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A message about dossiers."""

    task: Task
    codes: tuple[str, ...] = ()
    problem: Problem | None = None
    suggestion: str | None = None
    proof: Proof | None = None


def recognise(text: str, awaits: str | None, today: date) -> Recognised | None:
    """Return what a message says about dossiers, or None when it is about something else.

    Args:
        text: As typed.
        awaits: What was asked for in the turn before, a value of `Awaits`.
        today: The calendar day in Việt Nam.
    """
    if HIDDEN in text:
        return Recognised(Task.PROOF_AGAIN)
    findings = find_codes(text, today)
    said = words(text)
    notice = _notice(said)
    is_proof_asked = awaits == Awaits.PROOF
    if findings.codes:
        codes = tuple(map(str, findings.codes))
        proof = read_proof(findings.rest, is_asked=True) if len(codes) == 1 else None
        return Recognised(notice or Task.LOOK_UP, codes, proof=proof)
    if findings.found and _speaks_of_code(findings, said, awaits):
        first = findings.found[0]
        suggestion = str(first.suggestion) if first.suggestion else None
        return Recognised(Task.PROBLEM, problem=first.problem, suggestion=suggestion)
    is_proof_likely = is_proof_asked or (notice is None and phrases.ANNOUNCES_PROOF.search(said) is not None)
    if is_proof_likely and (proof := read_proof(text, is_asked=is_proof_asked)):
        return Recognised(Task.PROVE, proof=proof)
    if awaits == Awaits.CONSENT and phrases.YES.fullmatch(said):
        return Recognised(Task.CONSENT)
    if awaits in (Awaits.CONSENT, Awaits.PROOF) and phrases.NO.fullmatch(said):
        return Recognised(Task.DECLINE)
    if notice:
        return Recognised(notice)
    return Recognised(Task.AGAIN) if phrases.AGAIN.search(said) else None


def notice_task(text: str) -> Task | None:
    """Return what a message wants about notices, or None."""
    return _notice(words(text))


def storable(text: str, today: date) -> dict[str | None, str]:
    """Return the forms of a message that may be stored, by what was asked for, a value of `Awaits` or None.

    What was asked for is only known when the message is written. A message without digits, written or
    spoken, has one form, under None.
    """
    if not _has_digits(text):
        return {None: text}
    return {None: conceal(text, None, today)} | {asked.value: conceal(text, asked, today) for asked in Awaits}


def conceal(text: str, awaits: str | None, today: date) -> str:
    """Return the form of a message that may be stored: a message with a proof keeps only its codes."""
    if not _has_digits(text):
        return text
    found = recognise(text, awaits, today)
    if found is None or found.proof is None:
        return without_bare_numbers(text, awaits)
    return " ".join((*found.codes, HIDDEN))


def without_bare_numbers(text: str, awaits: str | None) -> str:
    """Return a message without numbers that may be a proof, when one was asked for.

    "4321, còn lệ phí khai sinh bao nhiêu" is a question, but the number in it must not be kept.
    """
    return phrases.BARE_NUMBER.sub(HIDDEN, text) if awaits == Awaits.PROOF else text


def _has_digits(text: str) -> bool:
    return any(character.isdecimal() for character in digits_for_words(plain(text)))


def _speaks_of_code(findings: Findings, said: str, awaits: str | None) -> bool:
    """Say whether digits that are no code were meant as one."""
    sure = {Problem.BAD_DATE, Problem.UNCLEAR, Problem.SOCIAL_INSURANCE}
    if findings.found[0].problem in sure or awaits == Awaits.CODE:
        return True
    return phrases.NAMES_DOSSIER.search(said) is not None or len(said.split()) <= 4


def _notice(said: str) -> Task | None:
    if phrases.LIST.search(said):
        return Task.LIST
    if phrases.STOP.search(said):
        return Task.STOP_ALL if phrases.EVERYTHING.search(said) else Task.STOP
    return Task.WATCH if phrases.WATCH.search(said) else None
