"""Decisions about utterances: what becomes of them, in one transaction, and back again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import VIETNAM, now
from bot.privacy.masking import mask
from bot.storage.training_tables import content_requests, review_decisions, review_items
from bot.training.example_text import LONGEST, key_of, tidy
from bot.training.examples import (
    EVALUATION,
    TRAINING,
    ExampleExists,
    Label,
    NewExample,
    add_example,
    change_example,
    delete_examples,
)
from bot.training.review.queue import Item

KEPT_FOR = timedelta(days=730)
"""After two years people ask in other words; nothing a citizen wrote is kept longer."""
LIVE_BASIS = "phục vụ nhiệm vụ công; câu đã che thông tin cá nhân"
EXAMINED = 5
"""Of the distinct texts of a corrected group, one in so many is never taught: it examines."""


class Choice(StrEnum):
    """What a clerk decides with one key."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    OUT_OF_SCOPE = "out_of_scope"
    SPLIT = "split"
    CONTENT = "content"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Part:
    """A text to be learned with its label; the text of a part of two questions, or an edited one."""

    text: str
    label: Label


@dataclass(frozen=True, slots=True)
class Verdict:
    """A clerk's decision about some utterances."""

    choice: Choice
    label: Label | None = None
    parts: tuple[Part, ...] = ()
    """For two questions in one message: each by itself; for a correction: the edited text."""
    note: str = ""
    """What the content editor should know."""
    left_out: frozenset[str] = frozenset()
    """Texts among the utterances that are decided with the others, but never learned."""


class NothingToDecide(LookupError):
    """The utterances were decided meanwhile, or their conversation was erased."""


async def decide(
    connection: AsyncConnection,
    items: Sequence[Item],
    verdict: Verdict,
    understood: Mapping[str, Label | None],
    staff_id: int,
    who: str,
) -> int:
    """Carry out a decision and return its id.

    Args:
        connection: A transaction.
        items: The utterances it is about; those decided meanwhile are left out.
        verdict: What was decided.
        understood: What the serving release makes of each text: tells whether the bot was right.
        staff_id: Who decided.
        who: Their name for the trail.

    Raises:
        NothingToDecide: None of the utterances is open any more.
        TextRefused: A text must not be kept.
    """
    still_open = set(
        await connection.scalars(
            select(review_items.c.inbox_id).where(
                review_items.c.inbox_id.in_([item.inbox_id for item in items]), review_items.c.state == "open"
            )
        )
    )
    items = [item for item in items if item.inbox_id in still_open]
    if not items:
        raise NothingToDecide
    learned, replaced = await _learn(connection, items, verdict, understood, who)
    decision_id = await connection.scalar(
        insert(review_decisions)
        .values(
            kind=verdict.choice.value,
            staff_id=staff_id,
            who=who,
            at=now(),
            items=sorted(item.inbox_id for item in items),
            example_ids=learned,
            replaced=replaced,
            label=_stored(verdict),
        )
        .returning(review_decisions.c.id)
    )
    await connection.execute(
        update(review_items)
        .where(review_items.c.inbox_id.in_([item.inbox_id for item in items]))
        .values(state="decided", decision_id=decision_id)
    )
    if verdict.choice is Choice.CONTENT:
        await connection.execute(
            insert(content_requests).values(
                text=tidy(items[0].text)[:LONGEST],
                asked=len({item.conversation_id for item in items}),
                note=mask(verdict.note)[:1000],
                decision_id=decision_id,
                state="open",
                created_at=now(),
            )
        )
    return int(decision_id or 0)


async def undo(connection: AsyncConnection, decision_id: int) -> bool:
    """Take a decision back: its utterances wait again, its examples go, changed ones are as before."""
    row = (
        await connection.execute(
            select(review_decisions).where(
                review_decisions.c.id == decision_id, review_decisions.c.undone_at.is_(None)
            )
        )
    ).first()
    if row is None:
        return False
    await delete_examples(connection, row.example_ids)
    for before in row.replaced:
        await change_example(
            connection,
            before["id"],
            intent=before["intent"],
            procedure=before["procedure"],
            use=before["use"],
            held_back=before["held_back"],
        )
    await connection.execute(
        update(review_items)
        .where(review_items.c.decision_id == decision_id)
        .values(state="open", decision_id=None)
    )
    await connection.execute(
        update(content_requests)
        .where(content_requests.c.decision_id == decision_id)
        .values(state="done", note="Đã hoàn tác")
    )
    await connection.execute(
        update(review_decisions).where(review_decisions.c.id == decision_id).values(undone_at=now())
    )
    return True


async def _learn(
    connection: AsyncConnection,
    items: Sequence[Item],
    verdict: Verdict,
    understood: Mapping[str, Label | None],
    who: str,
) -> tuple[list[int], list[dict[str, Any]]]:
    """Add what is to be learned; return the ids of new examples and changed ones as they were."""
    learned: list[int] = []
    replaced: list[dict[str, Any]] = []
    for number, (part, item) in enumerate(_texts(items, verdict)):
        is_right = understood[part.text] == part.label if part.text in understood else None
        new = NewExample(
            part.text,
            part.label,
            use=EVALUATION,
            held_back=bool(is_right) or verdict.choice is Choice.CONFIRM or number % EXAMINED == EXAMINED - 1,
            origin="live",
            basis=LIVE_BASIS,
            expires_on=_today() + KEPT_FOR,
            was_right=is_right,
            conversation_id=item.conversation_id,
        )
        try:
            learned.append((await add_example(connection, new, who)).id)
        except ExampleExists as error:
            if error.found.label != part.label:
                replaced.append(_before(error))
                await change_example(
                    connection,
                    error.found.id,
                    intent=part.label.intent,
                    procedure=part.label.procedure,
                    use=TRAINING,
                    held_back=False,
                )
    return learned, replaced


def _texts(items: Sequence[Item], verdict: Verdict) -> list[tuple[Part, Item]]:
    if verdict.choice in (Choice.SKIP, Choice.CONTENT):
        return []
    if verdict.parts:
        return [(part, items[0]) for part in verdict.parts]
    label = Label("out_of_scope") if verdict.choice is Choice.OUT_OF_SCOPE else verdict.label
    if label is None:
        return []
    # One look-alike that says who somebody is must not stop the others; it is not kept.
    items = [item for item in items if item.text not in verdict.left_out]
    if not items:
        return []
    distinct = {key_of(item.text): item for item in reversed(items)}
    # The most worthwhile first: it is the one the clerk saw, and it is always taught.
    first = key_of(items[0].text)
    keys = [first, *sorted(key for key in distinct if key != first)]
    return [(Part(distinct[key].text, label), distinct[key]) for key in keys]


def _before(error: ExampleExists) -> dict[str, Any]:
    found = error.found
    return {
        "id": found.id,
        "intent": found.label.intent,
        "procedure": found.label.procedure,
        "use": found.use,
        "held_back": found.held_back,
    }


def _stored(verdict: Verdict) -> dict[str, Any]:
    label = verdict.label
    return {
        "intent": label.intent if label else None,
        "procedure": label.procedure if label else None,
        "parts": [[part.text, *part.label.stored()] for part in verdict.parts],
        "note": mask(verdict.note)[:1000],
    }


def _today() -> date:
    return now().astimezone(VIETNAM).date()
