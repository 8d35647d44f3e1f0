"""Templates: Vietnamese words, dates of Việt Nam, everything escaped."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.catalogue.catalogue import Catalogue
from bot.clock import VIETNAM
from bot.console import desk_words, pictures
from bot.console.audit import ACTION_WORDS
from bot.console.auth.roles import ROLE_WORDS, Permission, may
from bot.training.examples import Label
from bot.training.label_names import (
    ACTS,
    ASPECTS,
    OUTCOMES,
    got_words,
    intent_words,
    label_words,
    procedure_words,
)
from bot.training.review.worth import WORDS as REASON_WORDS
from bot.training.runs import STATE_WORDS

HERE = Path(__file__).parent


def make_environment(catalogue: Callable[[], Catalogue]) -> Environment:
    """Return the templates with their filters."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": _moment,
        "day": _day,
        "percent": _percent,
        "clock": desk_words.clock,
        "span": desk_words.span,
        "since": desk_words.since,
        "unit_name": desk_words.unit_name,
        "values": _values,
        "intent_words": intent_words,
        "procedure_words": lambda code: procedure_words(code, catalogue()),
        "label_words": lambda label: label_words(label, catalogue()),
        "got_words": lambda got: got_words(got, catalogue()),
    }
    environment.globals |= {
        "acts": ACTS,
        "aspects": ASPECTS,
        "outcomes": OUTCOMES,
        "reason_words": REASON_WORDS,
        "run_words": STATE_WORDS,
        "role_words": ROLE_WORDS,
        "action_words": ACTION_WORDS,
        "permissions": Permission,
        "channel_words": desk_words.CHANNEL_WORDS,
        "may": may,
        "Label": Label,
        "procedures": lambda: [(p.code, p.short_name) for p in catalogue()],
        "bars": pictures.bars,
        "line": pictures.line,
        "curve": pictures.curve,
    }
    return environment


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if value else "—"


def _values(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else "—"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f} %".replace(".", ",")
