"""Questions to begin with, made of the catalogue: always about procedures it has facts for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.model import Aspect, Procedure, Status

_QUESTIONS = {
    Aspect.DOCUMENTS: "{} cần giấy tờ gì?",
    Aspect.FEE: "{} lệ phí bao nhiêu?",
    Aspect.DURATION: "{} mất bao lâu?",
    Aspect.WHERE: "{} nộp ở đâu?",
}
_LABELS = {
    Aspect.DOCUMENTS: ("Giấy tờ cần có", "Papers needed"),
    Aspect.FEE: ("Lệ phí", "Fee"),
    Aspect.DURATION: ("Thời hạn giải quyết", "Processing time"),
    Aspect.WHERE: ("Nơi nộp", "Where to file"),
}
ASKED_MOST = (
    *("1.001193", "1.014063", "1.000894", "1.004222", "2.000815", "1.013831"),
    *("1.004873", "1.004194", "2.000635", "1.001612"),
)
"""What people come for, births to land; codes the catalogue lost are passed over."""


@dataclass(frozen=True, slots=True)
class QuickQuestion:
    """A button of the widget: what it says and what it sends."""

    label: str
    text: str
    aspect: Aspect


def quick_questions(catalogue: Catalogue, count: int = 4) -> tuple[QuickQuestion, ...]:
    """Return questions about the procedures people ask for most, each about another aspect."""
    chosen = {found.code: found for code in ASKED_MOST if (found := catalogue.find(code))}
    for procedure in catalogue:
        if len(chosen) >= count:
            break
        chosen.setdefault(procedure.code, procedure)
    known = (procedure for procedure in chosen.values() if procedure.status is Status.ACTIVE)
    aspects = cycle(_QUESTIONS)
    return tuple(_about(procedure, next(aspects)) for procedure, _ in zip(known, range(count), strict=False))


def questions_about(procedure: Procedure, lang: str = "vi") -> tuple[QuickQuestion, ...]:
    """Return the usual questions about one procedure; labels in the given language, texts in Vietnamese."""
    return tuple(
        QuickQuestion(vi if lang == "vi" else en, _QUESTIONS[aspect].format(procedure.short_name), aspect)
        for aspect, (vi, en) in _LABELS.items()
    )


def _about(procedure: Procedure, aspect: Aspect) -> QuickQuestion:
    text = _QUESTIONS[aspect].format(procedure.short_name)
    return QuickQuestion(text, text, aspect)
