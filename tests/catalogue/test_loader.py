"""What a broken catalogue file is told: file, line, field, and a reason an editor understands."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalogue_support import FILE, SECOND, line_of, problems_of, spoiled, write

from bot.catalogue.loader import load_catalogue
from bot.catalogue.problems import CatalogueError

FEE = 'amount: 20000, source: "85/2019/TT-BTC"'


@pytest.mark.parametrize(
    ("old", "new", "mark", "field", "reason"),
    [
        ("amount: 20000", "amount: hai mươi", "hai mươi", "procedures[0].fees[0].amount", "số nguyên"),
        ("  channels", "  colour: đỏ\n  channels", "colour", "procedures[0].colour", "gõ sai tên"),
        (
            "  summary: Ghi tên một con rồng vào sổ.\n",
            "",
            '- code: "1.000001"',
            "procedures[0].summary",
            "bắt buộc",
        ),
        ("2026-07-17", "17/07/2026", "17/07/2026", "procedures[0].source.checked_on", "YYYY-MM-DD"),
        ('"1.000001"', "1.5", "code: 1.5", "procedures[0].code", "ngoặc kép"),
        ("  - khai rồng\n", "  - ''\n", "  - ''", "procedures[0].aliases[5]", "để trống"),
        ("channels: [direct, online]", "channels: direct", "channels", "procedures[0].channels", "danh sách"),
        ("unit: working_day", "unit: tuần", "unit: tuần", "procedures[0].times[0].unit", "tuần"),
        (
            "https://dichvucong.gov.vn/thu-tuc/1",
            "http://dichvucong.example",
            "example",
            "procedures[0].source.url",
            ".gov.vn",
        ),
        (
            FEE,
            FEE + ", valid_from: 2026-02-01, valid_to: 2026-01-01",
            "valid_to",
            "procedures[0].fees[0]",
            "valid_to",
        ),
        (
            FEE,
            "amount: 20000, set_by: provincial_council",
            "council",
            "procedures[0].fees[0]",
            "resolution",
        ),
        ("{amount: 5, unit: working_day}", "{unit: day}", "{unit: day}", "procedures[0].times[0]", "amount"),
    ],
    ids=[
        "wrong type", "unknown key", "missing field", "wrong date", "number as code", "empty text",
        "no list", "unknown choice", "foreign source", "period backwards", "council fee without resolution",
        "time without amount",
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_file_line_and_reason(
    tmp_path: Path, old: str, new: str, mark: str, field: str, reason: str
) -> None:
    text = spoiled(old, new)
    (problem,) = problems_of(write(tmp_path, text))
    assert (problem.file.name, problem.line, problem.field) == ("a.yml", line_of(text, mark), field)
    assert reason in problem.message


def test_a_finding_reads_as_file_line_field_and_message(tmp_path: Path) -> None:
    text = spoiled("amount: 20000", "amount: hai mươi")
    (problem,) = problems_of(write(tmp_path, text))
    assert str(problem).startswith("a.yml:16: procedures[0].fees[0].amount: phải là số nguyên")


def test_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    text = spoiled("  channels:", "\tchannels:")
    (problem,) = problems_of(write(tmp_path, text))
    assert (problem.line, problem.field) == (line_of(text, "\tchannels"), "(file)")
    assert "YAML sai cú pháp" in problem.message


def test_a_key_written_twice_is_named_where_it_stands_again(tmp_path: Path) -> None:
    text = spoiled("  channels:", "  summary: Lần hai.\n  channels:")
    (problem,) = problems_of(write(tmp_path, text))
    assert (problem.line, problem.field) == (line_of(text, "Lần hai"), "summary")


def test_a_code_used_twice_is_named_with_the_other_file(tmp_path: Path) -> None:
    write(tmp_path)
    directory = write(tmp_path, SECOND.replace("1.000002", "1.000001"), "b.yml")
    (problem,) = problems_of(directory)
    assert (problem.file.name, problem.line, problem.field) == ("b.yml", 4, "code")
    assert "a.yml" in problem.message


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    raw = FILE.encode().replace("Bộ Tư pháp".encode(), "Sở".encode("utf-16-le") + b"\xff")
    (problem,) = problems_of(write(tmp_path, raw))
    assert (problem.file.name, problem.line) == ("a.yml", 2)
    assert "UTF-8" in problem.message


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, ""))
    assert (problem.file.name, problem.field) == ("a.yml", "(file)")


def test_an_empty_folder_is_refused_by_name(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path)
    assert problem.file == tmp_path
    assert "*.yml" in problem.message


def test_all_broken_files_are_reported_at_once(tmp_path: Path) -> None:
    write(tmp_path, spoiled("amount: 20000", "amount: x"))
    directory = write(tmp_path, "field: [", "b.yml")
    assert {problem.file.name for problem in problems_of(directory)} == {"a.yml", "b.yml"}


def test_two_cases_of_one_id_are_refused(tmp_path: Path) -> None:
    cases = "  cases: [{id: late, name: Muộn}, {id: late, name: Trễ}]\n  channels:"
    (problem,) = problems_of(write(tmp_path, spoiled("  channels:", cases)))
    assert problem.field == "procedures[0]"


def test_decomposed_text_is_read_as_composed(tmp_path: Path) -> None:
    import unicodedata

    (procedure,) = load_catalogue(write(tmp_path, unicodedata.normalize("NFD", FILE)))
    assert procedure.short_name == "Đăng ký nuôi rồng"


def test_a_former_code_finds_the_present_procedure(tmp_path: Path) -> None:
    text = spoiled("  official_name", '  codes_old: ["9.999999"]\n  official_name')
    catalogue = load_catalogue(write(tmp_path, text))
    found = catalogue.find("9.999999")
    assert found
    assert found.code == "1.000001"


def test_the_digest_changes_with_any_byte(tmp_path: Path) -> None:
    before = load_catalogue(write(tmp_path)).digest
    assert load_catalogue(write(tmp_path, FILE + "# một\n")).digest != before


GROUPS = """\
groups:
- id: thu_linh
  question: Rồng hay lân?
  codes: ["1.000001", "1.000002"]
  names: [thú linh]
"""


def test_a_question_back_about_an_unknown_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "questions_back.yml").write_text(GROUPS, encoding="utf-8")
    (problem,) = problems_of(write(tmp_path))
    assert (problem.file.name, problem.field) == ("questions_back.yml", "thu_linh")
    assert "1.000002" in problem.message


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (GROUPS.replace("question", "qestion").encode(), "qestion"),
        (b"groups: [", "YAML"),
        (b"groups: \xff", "UTF-8"),
    ],
)
def test_a_broken_file_of_questions_back_is_refused(tmp_path: Path, raw: bytes, reason: str) -> None:
    (tmp_path / "questions_back.yml").write_bytes(raw)
    problems = problems_of(write(tmp_path))
    assert "questions_back.yml" in {problem.file.name for problem in problems}
    assert reason in " ".join(map(str, problems))


def test_groups_are_found_by_label(tmp_path: Path) -> None:
    (tmp_path / "questions_back.yml").write_text(GROUPS, encoding="utf-8")
    write(tmp_path)
    group = load_catalogue(write(tmp_path, SECOND, "b.yml")).group("ask:thu_linh")
    assert group
    assert group.codes == ("1.000001", "1.000002")


def test_the_curated_catalogue_has_no_errors(tmp_path: Path) -> None:
    from bot.settings import Settings

    try:
        load_catalogue(Settings().catalogue_dir)
    except CatalogueError as error:
        pytest.fail(str(error))
