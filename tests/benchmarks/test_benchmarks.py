"""The benchmarks run and report in one form; no figure is ever judged here."""

from __future__ import annotations

import io
import json
import math
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import __main__ as benchmarks
from benchmarks.figures import Part, Table, percentile, ratios, typical
from benchmarks.ground import Ground, copy_project
from benchmarks.parts import memory, search, turns
from benchmarks.parts.stock import aspect_questions
from benchmarks.tables import show, shown
from bot.catalogue.loader import load_catalogue
from bot.training.fingerprint import fingerprint
from bot.training.releases import Release


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.99) == 7


def test_a_spread_over_blocks_shows_their_medians() -> None:
    assert typical([[1, 2, 9], [3, 4, 5]]) == {"median": 3.5, "min": 2, "max": 4}


def test_ratios_compare_neighbours() -> None:
    assert ratios([2, 9], [1, 3]) == {"median": 2.5, "min": 2, "max": 3}


def test_cells_are_readable() -> None:
    assert shown({"median": 5.123, "min": 4.0, "max": 12.34}) == "5.12 (4.00–12.3)"
    assert shown(None) == "–"
    assert shown(0.5, "machine busy") == "50%"


def test_unknown_parts_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        benchmarks.main(["--only", "turns,speed"])
    assert "no such part: speed" in capsys.readouterr().err


def test_golden_questions_have_an_aspect() -> None:
    texts, accepted = aspect_questions(Path("data/evaluation/golden.jsonl"))
    assert texts
    assert len(texts) == len(accepted)
    assert all(accepted)


def test_a_part_that_fails_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(ground: Ground) -> Part:
        raise RuntimeError("no luck")

    part = Part([Table("one", [{"what": "x", "ms": 1.0}])])
    monkeypatch.setattr(benchmarks, "PARTS", {"bad": fails, "good": lambda ground: part})
    monkeypatch.setattr(benchmarks, "prepared", _Nothing)
    target = tmp_path / "report.json"
    assert benchmarks.main(["--quick", "--only", "bad,good", "--json", str(target)]) == 1
    report = json.loads(target.read_text())
    assert report["parts"]["bad"]["error"] == "RuntimeError: no luck"
    assert report["parts"]["good"]["tables"][0]["rows"] == [{"what": "x", "ms": 1.0}]
    assert report["machine"]["processors"] > 0
    assert "no luck" in capsys.readouterr().out


class _Nothing:
    def __init__(self, *, quick: bool) -> None:
        self.quick = quick

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


@pytest.fixture(scope="module")
def ground(release: Release, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A ground with the release of the other tests, for a run of its own takes minutes to train."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the benchmarks read /proc")
    ground = Ground(tmp_path_factory.mktemp("bench"), quick=True, postgresql=None)
    copy_project(ground.project)
    shutil.copy2(archive, ground.project / "models")
    ground.release = {
        "archive": archive.name,
        "sha256": release.sha256,
        # Of the copy: were a file edited since, the service would train first.
        "fingerprint": fingerprint(ground.project, load_catalogue(ground.project / "data" / "catalogue")),
    }
    ground.questions = ["đăng ký khai sinh cần giấy tờ gì", "đăng ký kết hôn mất bao lâu"]
    return ground


@pytest.mark.blackbox
@pytest.mark.parametrize("measure", [turns.measure, memory.measure, search.measure])
def test_a_quick_part_reports_finite_figures(ground: Ground, measure: Callable[[Ground], Part]) -> None:
    part = measure(ground)
    assert part.tables
    for table in part.tables:
        assert table.rows
        assert all(row.keys() == table.rows[0].keys() for row in table.rows)
    stored = json.loads(json.dumps(part.stored(), allow_nan=False))
    assert stored["tables"][0]["title"]
    assert all(math.isfinite(number) for number in _numbers(stored))
    show(Console(file=io.StringIO(), width=160), part)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int | float):
        yield value
