"""Checks that go beyond the schema: dates, aliases, references and suspicious figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.catalogue.catalogue import Catalogue, Entry
from bot.catalogue.facts import Fee
from bot.catalogue.loader import line_of
from bot.catalogue.model import Procedure, Status
from bot.catalogue.problems import Problem, Severity
from bot.vietnamese.folding import fold

EXPIRY_WARNING = timedelta(days=60)
STALE_AFTER = timedelta(days=365)
FEWEST_ALIASES = 6
FEWEST_QUESTIONS = 12
SMALLEST_FEE = 1_000
"""Below this many đồng a figure was probably meant in thousands."""
GONE = ("huyện", "sổ hộ khẩu", "chứng minh nhân dân", "cmnd")
"""Words of bodies and papers that no longer exist; fine as aliases, never in what we show."""

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    path: Path_
    message: str
    severity: Severity = Severity.WARNING


def check(catalogue: Catalogue, today: date) -> list[Problem]:
    """Return everything an editor should look at, in the order of the files."""
    problems: list[Problem] = []
    for entry in catalogue.entries():
        for finding in _check_one(entry.procedure, catalogue, today):
            problems.append(_problem(entry, finding))
    problems.extend(_shared_aliases(catalogue))
    return problems


def _problem(entry: Entry, finding: _Finding) -> Problem:
    field = ".".join(str(step) for step in finding.path)
    where = f"{entry.procedure.code} {field}"
    return Problem(Path(entry.file.name), line_of(entry, *finding.path), where, finding.message, finding.severity)


def _check_one(procedure: Procedure, catalogue: Catalogue, today: date) -> Iterator[_Finding]:
    yield from _fees(procedure, today)
    yield from _references(procedure, catalogue)
    yield from _wording(procedure)
    if today - procedure.source.checked_on > STALE_AFTER:
        yield _Finding(("source", "checked_on"), "đã hơn một năm chưa kiểm tra lại")
    if procedure.source.checked_on > today:
        yield _Finding(("source", "checked_on"), "nằm trong tương lai", Severity.ERROR)
    if len(procedure.aliases) < FEWEST_ALIASES:
        yield _Finding(("aliases",), f"cần ít nhất {FEWEST_ALIASES} tên gọi thường ngày")
    if sum(map(len, procedure.questions.values())) < FEWEST_QUESTIONS:
        yield _Finding(("questions",), f"cần ít nhất {FEWEST_QUESTIONS} câu hỏi mẫu")
    if procedure.status is Status.ACTIVE:
        for name in ("fees", "documents", "times"):
            known = getattr(procedure, name) or any(getattr(case, name) for case in procedure.cases)
            if not known and not any(name in item for item in procedure.todo):
                yield _Finding(("code",), f"thiếu {name}: thêm dữ kiện, hoặc ghi '{name}: …' trong todo")


def _all_fees(procedure: Procedure) -> Iterator[tuple[Path_, Fee]]:
    for index, fee in enumerate(procedure.fees):
        yield ("fees", index), fee
    for number, case in enumerate(procedure.cases):
        for index, fee in enumerate(case.fees or ()):
            yield ("cases", number, "fees", index), fee


def _fees(procedure: Procedure, today: date) -> Iterator[_Finding]:
    for path, fee in _all_fees(procedure):
        if fee.valid_to and fee.valid_to < today:
            yield _Finding((*path, "valid_to"), f"mức thu đã hết hiệu lực từ {fee.valid_to:%d/%m/%Y}")
        elif fee.valid_to and fee.valid_to - today <= EXPIRY_WARNING:
            yield _Finding((*path, "valid_to"), f"mức thu sắp hết hiệu lực ({fee.valid_to:%d/%m/%Y})")
        if fee.amount and fee.amount < SMALLEST_FEE:
            message = f"{fee.amount} đ: có phải nghìn đồng không?"
            yield _Finding((*path, "amount"), message, Severity.ERROR)
        if fee.amount and not fee.source:
            yield _Finding((*path, "amount"), "mức thu chưa ghi văn bản quy định (source)")


def _references(procedure: Procedure, catalogue: Catalogue) -> Iterator[_Finding]:
    for index, related in enumerate(procedure.related):
        if related.code not in catalogue:
            message = f"mã {related.code} không có trong danh mục"
            yield _Finding(("related", index, "code"), message, Severity.ERROR)


def _wording(procedure: Procedure) -> Iterator[_Finding]:
    for name in ("short_name", "summary"):
        text = getattr(procedure, name).lower()
        for word in GONE:
            if word in text:
                yield _Finding((name,), f"dùng tên gọi không còn hiệu lực: “{word}”")


def _shared_aliases(catalogue: Catalogue) -> Iterator[Problem]:
    owners: dict[str, list[tuple[Entry, int]]] = defaultdict(list)
    for entry in catalogue.entries():
        for index, alias in enumerate(entry.procedure.aliases):
            owners[fold(alias)].append((entry, index))
    for alias, places in owners.items():
        codes = sorted({entry.procedure.code for entry, _ in places})
        if len(places) > 1:
            entry, index = places[-1]
            message = f"tên gọi “{alias}” trùng ở {', '.join(codes)}"
            yield _problem(entry, _Finding(("aliases", index), message))
