"""Nearest names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse

from bot.matching.retriever import NameRetriever, unit_rows
from bot.matching.tfidf import DualTfidf
from bot.vietnamese.normaliser import normalise

NAMES = ["đăng ký khai sinh", "làm giấy khai sinh", "đăng ký kết hôn", "cấp lại căn cước"]
OWNERS = [0, 0, 1, 2]


@pytest.fixture(scope="module")
def tfidf() -> DualTfidf:
    return DualTfidf.fit([normalise(name) for name in NAMES])


@pytest.fixture(scope="module")
def retriever(tfidf: DualTfidf) -> NameRetriever:
    return NameRetriever(unit_rows(tfidf.transform([normalise(name) for name in NAMES])), OWNERS, 3)


def row(tfidf: DualTfidf, text: str) -> scipy.sparse.csr_matrix:
    return tfidf.transform([normalise(text)])


@pytest.mark.parametrize(("name", "owner"), zip(NAMES, OWNERS, strict=True))
def test_a_name_is_nearest_to_its_owner(tfidf: DualTfidf, retriever: NameRetriever, name: str, owner: int) -> None:
    assert retriever.scores(row(tfidf, name)).argmax() == owner


def test_an_equal_name_has_likeness_one(tfidf: DualTfidf, retriever: NameRetriever) -> None:
    assert retriever.scores(row(tfidf, NAMES[1]))[0] == pytest.approx(1.0, abs=1e-5)


def test_of_several_names_the_nearest_counts(tfidf: DualTfidf, retriever: NameRetriever) -> None:
    alone = NameRetriever(unit_rows(row(tfidf, NAMES[1])), [0], 1)
    asked = row(tfidf, "giấy khai sinh")
    assert retriever.scores(asked)[0] == pytest.approx(alone.scores(asked)[0], abs=1e-6)


def test_a_text_without_known_terms_is_like_nothing(tfidf: DualTfidf, retriever: NameRetriever) -> None:
    assert retriever.scores(row(tfidf, "ﬀﬀ")).tolist() == [0.0, 0.0, 0.0]


def test_loaded_names_give_the_same_likeness(tfidf: DualTfidf, retriever: NameRetriever, tmp_path: Path) -> None:
    retriever.save(tmp_path)
    asked = row(tfidf, "khai sinh cho con")
    assert np.array_equal(NameRetriever.load(tmp_path, 3).scores(asked), retriever.scores(asked))


def test_names_of_more_procedures_than_known_are_refused(retriever: NameRetriever, tmp_path: Path) -> None:
    retriever.save(tmp_path)
    with pytest.raises(ValueError, match="belong together"):
        NameRetriever.load(tmp_path, 2)


def test_rows_are_scaled_to_length_one() -> None:
    scaled = unit_rows(scipy.sparse.csr_matrix([[3.0, 4.0], [0.0, 2.0]]))
    assert np.allclose(scaled.toarray(), [[0.6, 0.8], [0.0, 1.0]])


def test_an_empty_row_stays_empty() -> None:
    assert unit_rows(scipy.sparse.csr_matrix((1, 4))).nnz == 0
