"""Which papers, which form."""

from __future__ import annotations

from collections.abc import Iterable

from bot.catalogue.answers.phrases import (
    LONGEST_LIST,
    bullets,
    case_title,
    condition,
    joined,
    lower_first,
    sentence,
)
from bot.catalogue.answers.subject import Subject
from bot.catalogue.facts import CopyKind, Document, DocumentMode

UNKNOWN = (
    "Danh sách giấy tờ của thủ tục này chưa được xác nhận trong danh mục của tôi. "
    "Anh/chị xem trang nguồn hoặc hỏi cán bộ tại quầy trước khi chuẩn bị."
)
FORM_NAMES = (
    "tờ khai",
    "đơn đề nghị",
    "đơn xin",
    "đơn đăng ký",
    "giấy đề nghị",
    "văn bản đề nghị",
    "phiếu khai",
)
NO_FORM = "Danh mục của tôi chưa ghi mẫu đơn riêng cho thủ tục này. Cán bộ tại quầy có sẵn mẫu để anh/chị điền."
LONGEST_BY_CASE = 10
"""Papers of all cases together, above which only the first case is listed before “xem thêm”."""
COPIES = {
    CopyKind.CERTIFIED: "bản sao chứng thực",
    CopyKind.PLAIN_WITH_ORIGINAL: "bản sao, mang bản chính để đối chiếu",
    CopyKind.ANY: "bản sao",
}


def document_text(subject: Subject, *, everything: bool) -> str | None:
    """Return the papers to hand in and to show; None when the list is not confirmed.

    Args:
        subject: Procedure, case and day.
        everything: Also what a short answer leaves out.
    """
    if not subject.differs_by_case("documents"):
        papers = subject.documents()
        return _listed(papers, everything=everything) if papers else None
    if not everything and (short := _first_case(subject)):
        return short
    parts: list[str] = []
    without_own = [case for case in subject.procedure.cases if case.documents is None]
    if subject.procedure.documents and without_own:
        title = joined(case_title(case) for case in without_own)
        parts.append(f"{title}:\n{_listed(subject.procedure.documents, everything=everything)}")
    for case in subject.cases_with("documents"):
        papers = subject.documents(case)
        body = _listed(papers, everything=everything) if papers else bullets([UNKNOWN])
        parts.append(f"{case_title(case)}:\n{body}")
    return "\n".join(parts)


def _first_case(subject: Subject) -> str | None:
    """Return the first case with its papers and the names of the others; None when all fit into one answer."""
    first, *others = subject.procedure.cases
    if not _are_many(subject) or not subject.documents(first):
        return None
    papers = _listed(subject.documents(first), everything=False)
    names = "; ".join(case.name for case in others)
    return f"{case_title(first)}:\n{papers}\nTrường hợp khác, giấy tờ khác: {names}."


def _are_many(subject: Subject) -> bool:
    return sum(len(subject.documents(case)) for case in subject.procedure.cases) > LONGEST_BY_CASE


def not_required_text(subject: Subject) -> str | None:
    """Return the papers nobody has to bring, or None."""
    rows = subject.procedure.not_required
    if not rows:
        return None
    return "Thường không phải nộp (cơ quan tự tra dữ liệu):\n" + bullets(
        sentence(f"{row.name}: {lower_first(row.reason)}") for row in rows
    )


def is_long(subject: Subject) -> bool:
    """Say whether a short answer leaves papers out."""
    if subject.differs_by_case("documents"):
        rows = [subject.documents(case) for case in subject.procedure.cases]
        return _are_many(subject) or any(len(papers) > LONGEST_LIST for papers in rows)
    return len(subject.documents()) > LONGEST_LIST


def form_text(subject: Subject) -> str | None:
    """Return the forms to fill in, or None when no form is known."""
    papers = [*subject.procedure.documents]
    papers += [paper for case in subject.procedure.cases for paper in case.documents or ()]
    forms = dict.fromkeys(_form_line(paper) for paper in papers if _is_form(paper))
    return bullets(forms) if forms else None


def _form_line(paper: Document) -> str:
    text = paper.name
    if paper.form and paper.form.lower() not in text.lower():
        text += f" – mẫu {_form_number(paper.form)}"
    if paper.form_source:
        text += f", ban hành theo {paper.form_source}"
    return sentence(text)


def _form_number(form: str) -> str:
    """Return a form number without the word mẫu, which the sentence has already."""
    for word in ("mẫu số ", "mẫu "):
        if form.lower().startswith(word):
            return form[len(word) :]
    return form


def _is_form(paper: Document) -> bool:
    return bool(paper.form) or paper.name.lower().startswith(FORM_NAMES)


def _listed(papers: Iterable[Document], *, everything: bool) -> str:
    papers = list(papers)
    hand_in = [paper for paper in papers if paper.mode is not DocumentMode.SHOW]
    to_show = [paper for paper in papers if paper.mode is DocumentMode.SHOW]
    if not everything and len(hand_in) > LONGEST_LIST:
        # Papers for everybody come first; those for special situations are one tap away.
        hand_in = sorted(hand_in, key=lambda paper: paper.condition is not None)[:LONGEST_LIST]
    lines = bullets(_line(paper) for paper in hand_in)
    if to_show:
        shown = bullets(_line(paper) for paper in to_show)
        lines += ("\n" if lines else "") + f"Xuất trình khi nộp:\n{shown}"
    return lines


def _line(paper: Document) -> str:
    text = paper.name
    if paper.form and paper.form.lower() not in text.lower():
        text += f" (mẫu {_form_number(paper.form)})"
    if paper.mode is DocumentMode.E_FORM:
        text += ", điền trên mạng"
    counts = []
    if paper.originals:
        counts.append(f"{paper.originals} bản chính")
    if paper.copies:
        counts.append(f"{paper.copies} {COPIES.get(paper.copy_kind or CopyKind.ANY, 'bản sao')}")
    if counts:
        text += f": {' và '.join(counts)}"
    if paper.condition:
        text += f" – {condition(paper.condition)}"
    return sentence(text) + (f" {sentence(paper.note)}" if paper.note else "")
