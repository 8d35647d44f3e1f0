"""`motcua catalogue check|reload|show|search|schema`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from bot.settings import PROJECT
from bot.vietnamese.folding import strip_marks

Run = Callable[..., Result]


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project whose catalogue has a broken file."""
    folder = tmp_path / "project" / "data" / "catalogue"
    folder.mkdir(parents=True)
    (folder / "ho_tich.yml").write_text("field: [\n", encoding="utf-8")
    monkeypatch.setenv("MOTCUA_PROJECT", str(tmp_path / "project"))


class TestCheck:
    def test_passes_the_curated_catalogue(self, run: Run) -> None:
        result = run("catalogue", "check")
        assert result.exit_code == 0
        assert " 0 lỗi" in result.stdout.splitlines()[-1]

    def test_counts_every_warning_it_shows(self, run: Run) -> None:
        *shown, last = run("catalogue", "check").stdout.splitlines()
        assert f"{len(shown)} cảnh báo" in last

    def test_fails_on_warnings_when_strict(self, run: Run) -> None:
        warnings = len(run("catalogue", "check").stdout.splitlines()) - 1
        assert run("catalogue", "check", "--strict").exit_code == (1 if warnings else 0)

    @pytest.mark.usefixtures("broken")
    def test_names_a_broken_file_with_its_line(self, run: Run) -> None:
        result = run("catalogue", "check")
        assert (result.exit_code, result.stderr.startswith("ho_tich.yml:2: (file): YAML")) == (1, True)


class TestShow:
    @pytest.mark.parametrize(("day", "amount"), [("2026-12-31", "35.000 đ"), ("2027-01-01", "70.000 đ")])
    def test_counts_fees_by_the_day_given(self, run: Run, day: str, amount: str) -> None:
        result = run("catalogue", "show", "1.014064", "--aspect", "fee", "--on", day)
        assert (result.exit_code, amount in result.stdout) == (0, True)

    def test_shows_every_aspect(self, run: Run) -> None:
        result = run("catalogue", "show", "1.001193")
        assert result.stdout.count("Nguồn: Cổng Dịch vụ công quốc gia") == 12

    def test_shows_one_case(self, run: Run) -> None:
        result = run("catalogue", "show", "1.001193", "--aspect", "fee", "--case", "late")
        assert "(đăng ký quá hạn)" in result.stdout

    def test_says_that_a_code_is_unknown(self, run: Run) -> None:
        result = run("catalogue", "show", "9.999999")
        assert (result.exit_code, "9.999999" in result.stderr) == (1, True)

    def test_refuses_another_way_to_write_a_day(self, run: Run) -> None:
        assert run("catalogue", "show", "1.001193", "--on", "31/12/2026").exit_code == 2


class TestSearch:
    @pytest.mark.parametrize("change", [str, strip_marks])
    def test_finds_a_procedure_by_an_everyday_name(self, run: Run, change: Callable[[str], str]) -> None:
        result = run("catalogue", "search", change("làm giấy khai sinh cho con"), "--limit", "1")
        assert (result.exit_code, "1.001193" in result.stdout) == (0, True)

    def test_says_that_nothing_is_near(self, run: Run) -> None:
        assert run("catalogue", "search", "ﬀﬀﬀ ﬁﬁ").exit_code == 1


@pytest.fixture
def imported(run: Run, tmp_path: Path) -> str:
    """A database with one imported procedure; its code."""
    row = {
        "ma_thu_tuc": "2.900001",
        "detail_url": "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/mau",
        "ten_thu_tuc": "Cấp giấy phép biểu diễn thổi thủy tinh",
        "so_quyet_dinh": "12/QĐ-BTP",
        "cap_thuc_hien": "Cấp tỉnh",
        "cach_thuc": [],
        "giay_to": [],
    }
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert run("catalogue", "import", tmp_path / "rows.jsonl").exit_code == 0
    return "2.900001"


class TestImported:
    def test_is_found_beside_the_curated_ones(self, run: Run, imported: str) -> None:
        result = run("catalogue", "search", "bieu dien thoi thuy tinh", "--limit", "1")
        assert (result.exit_code, imported in result.stdout, "cổng quốc gia" in result.stdout) == (0, True, True)

    def test_is_shown_with_its_source(self, run: Run, imported: str) -> None:
        result = run("catalogue", "show", imported, "--aspect", "where")
        assert (result.exit_code, "Theo Cổng Dịch vụ công quốc gia" in result.stdout) == (0, True)


class TestReload:
    def test_says_that_nothing_runs(self, run: Run) -> None:
        result = run("catalogue", "reload")
        assert (result.exit_code, "Không có tiến trình nào đang chạy" in result.stdout) == (0, True)

    @pytest.mark.usefixtures("broken")
    def test_names_what_is_broken_and_changes_nothing(self, run: Run) -> None:
        result = run("catalogue", "reload")
        assert result.exit_code == 1
        assert result.stderr.startswith("ho_tich.yml:2: (file): YAML")
        assert "giữ nguyên" in result.stderr

    def test_refuses_a_suspicious_amount(self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shutil.copytree(PROJECT / "data", tmp_path / "project" / "data")
        monkeypatch.setenv("MOTCUA_PROJECT", str(tmp_path / "project"))
        file = tmp_path / "project" / "data" / "catalogue" / "chung_thuc.yml"
        file.write_text(file.read_text("utf-8").replace("amount: 2000,", "amount: 2,", 1), encoding="utf-8")
        result = run("catalogue", "reload")
        assert (result.exit_code, "nghìn đồng" in result.stderr) == (1, True)


class TestSchema:
    def test_is_printed_as_json(self, run: Run) -> None:
        assert "procedures" in json.loads(run("catalogue", "schema").stdout)["properties"]

    def test_is_written_to_a_file(self, run: Run, tmp_path: Path) -> None:
        run("catalogue", "schema", "--out", tmp_path / "schema.json")
        assert json.loads((tmp_path / "schema.json").read_text("utf-8"))["title"] == "CatalogueFile"
