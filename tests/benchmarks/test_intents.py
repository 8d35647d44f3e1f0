"""Scoring on other people's data, in the two forms it comes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.intents import Scorer, main, read_nlu, read_phoatis

FLIGHTS = [f"tôi muốn đặt vé máy bay đi {city}" for city in ("Huế", "Vinh", "Đà Nẵng", "Hà Nội", "Cần Thơ")]
FARES = [f"giá vé đi {city} bao nhiêu tiền" for city in ("Huế", "Vinh", "Đà Nẵng", "Hà Nội", "Cần Thơ")]


@pytest.fixture
def phoatis(tmp_path: Path) -> Path:
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "seq.in").write_text("\n".join([*FLIGHTS, *FARES]) + "\n", encoding="utf-8")
        (tmp_path / part / "label").write_text("flight\n" * 5 + "airfare\n" * 5, encoding="utf-8")
    return tmp_path


def test_phoatis_is_read_and_learned(phoatis: Path) -> None:
    train, test = read_phoatis(phoatis)
    assert len(train) == len(test) == 10
    assert Scorer(train).right(test, "stripped") == 10


def test_texts_without_labels_are_refused(phoatis: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (phoatis / "test" / "label").write_text("flight\n", encoding="utf-8")
    assert main(["--phoatis", str(phoatis)]) == 1
    assert "cannot read" in capsys.readouterr().err


def test_every_fifth_example_of_a_rasa_file_is_held_out(tmp_path: Path) -> None:
    lines = "".join(f"  - intent: {name}\n    examples: |\n" + "".join(f"      - {text}\n" for text in texts)
                    for name, texts in (("flight", FLIGHTS), ("airfare", FARES)))  # fmt: skip
    path = tmp_path / "nlu.yml"
    path.write_text(f'version: "3.1"\nnlu:\n{lines}', encoding="utf-8")
    train, test = read_nlu(path)
    assert (len(train), [text for text, _ in test]) == (8, [FLIGHTS[4], FARES[4]])


def test_the_table_names_each_way_of_typing(phoatis: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--phoatis", str(phoatis)]) == 0
    assert "telex" in capsys.readouterr().out
