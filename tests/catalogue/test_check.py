"""Each finding of `motcua catalogue check`, alone in an otherwise faultless file."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalogue_support import CODE, FILE, SECOND, TODAY, line_of, spoiled, write

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.check import check
from bot.catalogue.loader import load_catalogue
from bot.catalogue.problems import Problem, Severity
from bot.settings import Settings
from bot.vietnamese.folding import strip_marks

FEE = 'amount: 20000, source: "85/2019/TT-BTC"'


def found(tmp_path: Path, text: str) -> list[Problem]:
    return check(load_catalogue(write(tmp_path, text)), TODAY)


def test_a_faultless_catalogue_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path, FILE) == []


@pytest.mark.parametrize(
    ("old", "new", "mark", "field", "severity", "reason"),
    [
        (
            FEE,
            FEE + ", valid_to: 2026-11-23",
            "valid_to",
            "fees.0.valid_to",
            Severity.WARNING,
            "đã hết hiệu lực từ 23/11/2026",
        ),
        (
            FEE,
            FEE + ", valid_to: 2027-01-23",
            "valid_to",
            "fees.0.valid_to",
            Severity.WARNING,
            "sắp hết hiệu lực (23/01/2027)",
        ),
        ("20000", "20", "amount: 20,", "fees.0.amount", Severity.ERROR, "nghìn đồng"),
        (FEE, "amount: 20000", "amount: 20000", "fees.0.amount", Severity.WARNING, "văn bản"),
        (
            "2026-07-17",
            "2025-11-23",
            "2025-11-23",
            "source.checked_on",
            Severity.WARNING,
            "hơn một năm",
        ),
        (
            "2026-07-17",
            "2026-11-25",
            "2026-11-25",
            "source.checked_on",
            Severity.ERROR,
            "tương lai",
        ),
        (
            "  channels",
            '  related: [{code: "1.999999", relation: after}]\n  channels',
            "1.999999",
            "related.0.code",
            Severity.ERROR,
            "1.999999",
        ),
        ("  - khai rồng\n", "", "aliases:", "aliases", Severity.WARNING, "ít nhất 6"),
        (", mười hai", "", "questions:", "questions", Severity.WARNING, "ít nhất 12"),
        (
            "Ghi tên một con rồng",
            "Ghi rồng ở cấp huyện",
            "cấp huyện",
            "summary",
            Severity.WARNING,
            "huyện",
        ),
    ],
    ids=[
        "expired fee", "fee expiring in 60 days", "amount in thousands", "fee without source",
        "stale source", "future date", "unknown related code", "few aliases", "few questions", "gone body",
    ],
)  # fmt: skip
def test_each_fault_is_found_where_it_stands(
    tmp_path: Path, old: str, new: str, mark: str, field: str, severity: Severity, reason: str
) -> None:
    text = spoiled(old, new)
    (problem,) = found(tmp_path, text)
    assert (problem.file.name, problem.field) == ("a.yml", f"{CODE} {field}")
    assert (problem.line, problem.severity) == (line_of(text, mark), severity)
    assert reason in problem.message


def test_a_fee_expiring_in_61_days_is_no_finding(tmp_path: Path) -> None:
    assert found(tmp_path, spoiled(FEE, FEE + ", valid_to: 2027-01-24")) == []


def test_a_source_read_a_year_ago_to_the_day_is_no_finding(tmp_path: Path) -> None:
    assert found(tmp_path, spoiled("2026-07-17", "2025-11-24")) == []


def test_a_fee_of_a_case_is_checked_too(tmp_path: Path) -> None:
    case = '  cases: [{id: late, name: Muộn, fees: [{name: Phí, amount: 5, source: "1/2/A"}]}]\n  channels'
    (problem,) = found(tmp_path, spoiled("  channels", case))
    assert problem.field == f"{CODE} cases.0.fees.0.amount"


@pytest.mark.parametrize(
    ("fact", "row"),
    [
        ("times", "  times:\n  - {amount: 5, unit: working_day}\n"),
        ("fees", f"  fees:\n  - {{name: Lệ phí nuôi rồng, {FEE}}}\n"),
        ("documents", "  documents:\n  - {name: Tờ khai, originals: 1}\n"),
    ],
)
class TestMissingFacts:
    def test_a_missing_fact_is_found(self, tmp_path: Path, fact: str, row: str) -> None:
        (problem,) = found(tmp_path, spoiled(row, ""))
        assert f"thiếu {fact}" in problem.message

    def test_a_todo_explains_a_missing_fact(self, tmp_path: Path, fact: str, row: str) -> None:
        assert found(tmp_path, spoiled(row, f'  todo: ["{fact}: chưa xác nhận"]\n')) == []

    def test_a_name_only_entry_may_miss_facts(self, tmp_path: Path, fact: str, row: str) -> None:
        assert found(tmp_path, spoiled(row, "  status: name_only\n")) == []


def test_an_alias_of_two_procedures_is_found_with_both_codes(tmp_path: Path) -> None:
    write(tmp_path)
    directory = write(tmp_path, SECOND.replace("- khai lân", "- KHAI RONG"), "b.yml")
    (problem,) = check(load_catalogue(directory), TODAY)
    assert (problem.file.name, problem.line) == ("b.yml", 25)
    assert "1.000001, 1.000002" in problem.message


def test_the_curated_catalogue_has_no_errors(catalogue: Catalogue) -> None:
    errors = [p for p in check(catalogue, TODAY) if p.severity is Severity.ERROR]
    assert list(map(str, errors)) == []


def test_findings_of_the_curated_catalogue_stand_at_existing_lines(catalogue: Catalogue) -> None:
    directory = Settings().catalogue_dir
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in directory.glob("*.yml")}
    lost = [str(p) for p in check(catalogue, TODAY) if not 1 <= p.line <= lengths[p.file.name]]
    assert lost == []


def test_every_curated_procedure_is_called_and_asked_about_in_many_ways(catalogue: Catalogue) -> None:
    poor = {}
    for procedure in catalogue:
        questions = [text for texts in procedure.questions.values() for text in texts]
        bare = [text for text in questions if strip_marks(text) == text]
        is_rich = len(procedure.aliases) >= 6 and len(questions) >= 12 and len(procedure.questions) >= 4
        if not is_rich or not 0 < len(bare) < len(questions):
            poor[procedure.code] = (len(procedure.aliases), len(questions), len(procedure.questions), len(bare))
    assert poor == {}
