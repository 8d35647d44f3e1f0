"""Features of a text: the same numbers from the same words, today and after loading."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.matching.grams import BLOCKS, blocks
from bot.matching.tfidf import DualTfidf
from bot.vietnamese.normaliser import Normalised, normalise

TEXTS = (
    "đăng ký khai sinh cho con",
    "đăng ký kết hôn",
    "cấp lại thẻ căn cước bị mất",
    "sang tên xe máy",
    "làm sổ đỏ lần đầu",
    "giấy phép xây dựng nhà ở",
)


def messages(*texts: str) -> list[Normalised]:
    return [normalise(text) for text in texts]


@pytest.fixture
def tfidf() -> DualTfidf:
    return DualTfidf.fit(messages(*TEXTS))


def test_loaded_features_equal_the_saved_ones(tfidf: DualTfidf, tmp_path: Path) -> None:
    tfidf.save(tmp_path)
    asked = messages(*TEXTS, "dang ky khai sinh", "mất sổ đỏ sổ đỏ", "zzz")
    difference = tfidf.transform(asked) - DualTfidf.load(tmp_path).transform(asked)
    assert difference.nnz == 0


def test_the_same_texts_in_another_order_give_the_same_model(tfidf: DualTfidf, tmp_path: Path) -> None:
    other = DualTfidf.fit(messages(*reversed(TEXTS)))
    asked = messages(*TEXTS)
    assert (tfidf.transform(asked) - other.transform(asked)).nnz == 0


def test_a_repeated_text_counts_once(tfidf: DualTfidf) -> None:
    twice = DualTfidf.fit(messages(*TEXTS, *TEXTS))
    asked = messages(*TEXTS)
    assert (tfidf.transform(asked) - twice.transform(asked)).nnz == 0


def test_each_block_of_a_row_has_length_one(tfidf: DualTfidf) -> None:
    row = tfidf.transform(messages(TEXTS[0]))
    assert float(row.multiply(row).sum()) == pytest.approx(len(BLOCKS))


def test_unknown_words_give_an_empty_row(tfidf: DualTfidf) -> None:
    assert tfidf.transform(messages("ﬀﬀ")).nnz == 0


def test_one_message_and_many_give_the_same_row(tfidf: DualTfidf) -> None:
    together = tfidf.transform(messages(*TEXTS))
    alone = tfidf.transform(messages(TEXTS[2]))
    assert (together[2] - alone).nnz == 0


@pytest.mark.parametrize(
    ("text", "share"), [("khai sinh", 1.0), ("khai zzzz", 0.5), ("zzzz qqqq", 0.0), ("???", 0.0)]
)
def test_the_share_of_known_syllables(tfidf: DualTfidf, text: str, share: float) -> None:
    assert tfidf.known_share(normalise(text)) == share


def test_syllables_typed_without_marks_are_known(tfidf: DualTfidf) -> None:
    assert tfidf.known_share(normalise("dang ky khai sinh")) == 1.0


def test_another_format_is_refused(tfidf: DualTfidf, tmp_path: Path) -> None:
    tfidf.save(tmp_path)
    path = tmp_path / "terms.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "format": 99}), encoding="utf-8")
    with pytest.raises(ValueError, match="99"):
        DualTfidf.load(tmp_path)


def test_files_of_two_models_are_refused(tfidf: DualTfidf, tmp_path: Path) -> None:
    tfidf.save(tmp_path)
    np.savez(tmp_path / "idf.npz", idf=np.ones(3, dtype=np.float32))
    with pytest.raises(ValueError, match="belong together"):
        DualTfidf.load(tmp_path)


def test_word_grams_are_single_words_and_neighbours() -> None:
    assert set(blocks(normalise("khai sinh cho con"))[0]) == {
        "khai", "sinh", "cho", "con", "khai sinh", "sinh cho", "cho con",
    }  # fmt: skip


def test_character_grams_stay_inside_a_word() -> None:
    grams = blocks(normalise("an bình"))[1]
    assert [gram for gram in grams if " " in gram.strip()] == []
