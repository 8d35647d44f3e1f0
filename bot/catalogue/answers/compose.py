"""The answer to one aspect of one procedure: short, with what to do next, source and date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.catalogue.answers import documents, fees, place, rules, times
from bot.catalogue.answers.next_step import next_step
from bot.catalogue.answers.phrases import bullets, sentence
from bot.catalogue.answers.subject import Subject
from bot.catalogue.model import Aspect, Procedure, Status
from bot.catalogue.text import day

HEADINGS = {
    Aspect.OVERVIEW: "",
    Aspect.DOCUMENTS: "giấy tờ cần có",
    Aspect.FEE: "lệ phí",
    Aspect.DURATION: "thời gian giải quyết",
    Aspect.WHERE: "nơi giải quyết",
    Aspect.HOW: "cách làm",
    Aspect.CONDITIONS: "ai được làm, điều kiện",
    Aspect.FORM: "mẫu đơn, tờ khai",
    Aspect.LEGAL_BASIS: "căn cứ pháp lý",
    Aspect.RESULT: "kết quả nhận được",
    Aspect.DEADLINE: "hạn phải làm",
    Aspect.AUTHORIZATION: "nhờ người khác làm thay",
}
OLD_FACTS = frozenset({Aspect.FEE, Aspect.DURATION, Aspect.DOCUMENTS, Aspect.FORM})
"""Facts of an obsolete page that are not shown at all."""
NAME_ONLY = (
    "Với thủ tục này tôi mới xác nhận được tên và mã số, chưa có giấy tờ, lệ phí và thời hạn. "
    "Anh/chị vui lòng hỏi Trung tâm Phục vụ hành chính công cấp xã nơi mình ở, "
    "hoặc tra mã số trên Cổng Dịch vụ công quốc gia."
)
OBSOLETE = (
    "Trang chính thức của thủ tục này đã cũ, nên tôi không nêu chi tiết theo trang đó. "
    "Anh/chị hỏi Trung tâm Phục vụ hành chính công cấp xã hoặc làm trên Cổng Dịch vụ công quốc gia, VNeID."
)

UNKNOWN = (
    documents.UNKNOWN,
    fees.UNKNOWN,
    times.UNKNOWN,
    rules.CONDITIONS_UNKNOWN,
    rules.DEADLINE_UNKNOWN,
    rules.AUTHORIZATION_UNKNOWN,
    rules.RESULT_UNKNOWN,
    rules.LEGAL_UNKNOWN,
    documents.NO_FORM,
)
"""How an answer begins when the fact asked for is not confirmed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer; `text` ends with source and date."""

    text: str
    sources: tuple[str, ...]
    has_more: bool = False
    """The short form left papers out."""
    open_case: bool = False
    """The figures differ by case and no case was named."""
    is_unknown: bool = False
    """The fact asked for is not confirmed; somebody has to be asked."""


def compose(
    procedure: Procedure,
    aspect: Aspect,
    on: date,
    case_id: str | None = None,
    *,
    everything: bool = False,
) -> Answer:
    """Return the answer to `aspect` as of the day `on`.

    Args:
        procedure: The procedure.
        aspect: What is asked.
        on: The day by which validity is judged, normally today in Việt Nam.
        case_id: The case the citizen named, if any.
        everything: The long form, after “xem thêm”.
    """
    subject = Subject(procedure, procedure.case(case_id), on)
    title = procedure.short_name
    if subject.case:
        title += f" ({subject.case.name[:1].lower()}{subject.case.name[1:]})"
    if HEADINGS[aspect]:
        title += f" – {HEADINGS[aspect]}"
    is_unknown = procedure.status is not Status.ACTIVE
    if procedure.status is Status.NAME_ONLY:
        body = f"{sentence(procedure.summary)}\n{NAME_ONLY}\nMã thủ tục: {procedure.code}."
    else:
        body = BODIES[aspect](subject, everything)
        is_unknown = is_unknown or body.startswith(UNKNOWN)
        if procedure.status is Status.OBSOLETE_LISTING:
            body = OBSOLETE if aspect in OLD_FACTS else f"{body}\n{OBSOLETE}"
        elif not is_unknown and (step := next_step(subject, aspect)) and step not in body:
            body = f"{body}\n{step}"
    source = "Nguồn: Cổng Dịch vụ công quốc gia"
    if procedure.status is not Status.NAME_ONLY:
        source += f", kiểm tra ngày {day(procedure.source.checked_on)}"
    source += f"\n{procedure.source.url}"
    return Answer(
        f"{title}\n{body}\n{source}",
        (procedure.source.url,),
        has_more=aspect is Aspect.DOCUMENTS and not everything and documents.is_long(subject),
        open_case=_is_open(subject, aspect),
        is_unknown=is_unknown,
    )


def _is_open(subject: Subject, aspect: Aspect) -> bool:
    facts = {
        Aspect.FEE: ("fees",),
        Aspect.DURATION: ("times",),
        Aspect.DOCUMENTS: ("documents",),
        Aspect.OVERVIEW: ("fees", "times", "documents"),
    }
    return any(subject.differs_by_case(fact) for fact in facts.get(aspect, ()))  # type: ignore[arg-type]


def _overview(subject: Subject, everything: bool) -> str:
    procedure = subject.procedure
    lines = [sentence(procedure.summary)]
    papers = [paper.name for paper in subject.documents() if paper.condition is None][:4]
    if papers:
        lines.append("Giấy tờ chính:\n" + bullets(sentence(name) for name in papers))
    elif subject.differs_by_case("documents"):
        lines.append("Giấy tờ: khác nhau theo trường hợp.")
    if time := times.short_time(subject):
        lines.append(f"Thời gian: {sentence(time)}")
    elif subject.differs_by_case("times"):
        lines.append("Thời gian: khác nhau theo trường hợp.")
    lines.append(f"Nơi nộp: {sentence(place.short_place(subject))}")
    if len(procedure.deadlines) == 1:
        lines.append("Hạn phải làm: " + (rules.deadline_text(subject) or "").removeprefix("• "))
    lines.append("Anh/chị hỏi tiếp được: lệ phí, đủ giấy tờ, cách nộp trực tuyến, ai đi thay được.")
    return "\n".join(line for line in lines if line)


def _documents(subject: Subject, everything: bool) -> str:
    body = documents.document_text(subject, everything=everything) or documents.UNKNOWN
    extra = documents.not_required_text(subject)
    return f"{body}\n{extra}" if extra else body


def _or(found: str | None, missing: str) -> str:
    return found if found is not None else missing


BODIES: dict[Aspect, Callable[[Subject, bool], str]] = {
    Aspect.OVERVIEW: _overview,
    Aspect.DOCUMENTS: _documents,
    Aspect.FEE: lambda s, _: _or(fees.fee_text(s), fees.UNKNOWN),
    Aspect.DURATION: lambda s, _: _or(times.time_text(s), times.UNKNOWN),
    Aspect.WHERE: lambda s, _: place.where_text(s),
    Aspect.HOW: lambda s, _: _or(place.how_text(s), place.where_text(s)),
    Aspect.CONDITIONS: lambda s, _: _or(rules.condition_text(s), rules.CONDITIONS_UNKNOWN),
    Aspect.FORM: lambda s, _: _or(documents.form_text(s), documents.NO_FORM),
    Aspect.LEGAL_BASIS: lambda s, _: _or(rules.legal_text(s), rules.LEGAL_UNKNOWN),
    Aspect.RESULT: lambda s, _: _or(rules.result_text(s), rules.RESULT_UNKNOWN),
    Aspect.DEADLINE: lambda s, _: _or(rules.deadline_text(s), rules.DEADLINE_UNKNOWN),
    Aspect.AUTHORIZATION: lambda s, _: _or(rules.authorization_text(s), rules.AUTHORIZATION_UNKNOWN),
}
